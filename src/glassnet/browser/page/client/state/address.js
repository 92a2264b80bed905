/** The state behind `#`: what differs from what is usual for the data, as `name=value` pairs. */
import { usualFor } from "../app/sources.js";
import { CHOICES, usual } from "./choices.js";

export function written(value) {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** A value as what is told of an address shows it. */
export const shown = (value) => (value === "" ? "none" : written(value).slice(0, 60));

/** The choices that go with a data set where nothing else is said. */
export const baseOf = (data) => ({ ...usual(), ...usualFor(data), data });

/** The choices in an address, those that it gives itself, and in words what could not be read in it and what is taken instead. */
export function readAddress(hash) {
  const given = {}, said = [], unread = new Map();
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!(Object.hasOwn(CHOICES, key))) {
      if (key !== "token") said.push(`the address has ${key.slice(0, 40)}, which this page does not know`);
      continue;
    }
    const value = CHOICES[key][1].read(text);
    if (Object.hasOwn(given, key) || unread.has(key)) said.push(`the address has ${key} more than once; the last one counts`);
    delete given[key];
    unread.delete(key);
    if (value === undefined) unread.set(key, text);
    else given[key] = value;
  }
  const base = baseOf(given.data ?? usual().data);
  for (const [key, text] of unread) said.push(`in the address ${key} is ${text.slice(0, 60)}; it must be ${CHOICES[key][1].wanted()}; taken is ${shown(base[key])}`);
  return { choices: { ...base, ...given }, given, said: [...new Set(said)] };
}

export function writeAddress(choices) {
  const base = baseOf(choices.data);
  const keys = Object.keys(CHOICES).filter((key) => key === "data" ? choices.data !== usual().data : choices[key] !== base[key]);
  return keys.map((key) => `${key}=${encodeURIComponent(written(choices[key])).replaceAll("%2C", ",")}`).join("&");
}

/** Puts the choices into the address of the page, where it has one. */
export function showAddress(choices) {
  if (location.protocol !== "about:") history.replaceState(null, "", `#${writeAddress(choices)}`);
}

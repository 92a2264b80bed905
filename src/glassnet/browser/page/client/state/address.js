/** The state behind `#`: what differs from what is usual for the data, as `name=value` pairs. */
import { usualFor } from "../app/sources.js";
import { CHOICES, usual } from "./choices.js";

function written(value) {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** The choices that go with a data set where nothing else is said. */
export const baseOf = (data) => ({ ...usual(), ...usualFor(data), data });

/** The choices in an address, and in words what could not be read in it. */
export function readAddress(hash) {
  const given = {}, said = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!(Object.hasOwn(CHOICES, key))) {
      if (key !== "token") said.push(`the address has ${key.slice(0, 40)}, which this page does not know`);
      continue;
    }
    const value = CHOICES[key][1].read(text);
    if (value === undefined) said.push(`in the address ${key} is ${text.slice(0, 60)}; it must be ${CHOICES[key][1].wanted}`);
    else given[key] = value;
  }
  return { choices: { ...baseOf(given.data ?? usual().data), ...given }, said };
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

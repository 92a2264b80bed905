/** The state behind `#`: what differs from the usual, as `name=value` pairs. */
import { CHOICES, usual } from "./choices.js";

function written(value) {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** The choices in an address, and in words what could not be read in it. */
export function readAddress(hash) {
  const choices = usual(), said = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!(Object.hasOwn(CHOICES, key))) {
      if (key !== "token") said.push(`the address has ${key.slice(0, 40)}, which this page does not know`);
      continue;
    }
    const value = CHOICES[key][1].read(text);
    if (value === undefined) said.push(`in the address ${key} is ${text.slice(0, 60)}; it must be ${CHOICES[key][1].wanted}`);
    else choices[key] = value;
  }
  return { choices, said };
}

export function writeAddress(choices) {
  const pairs = Object.entries(CHOICES).filter(([key, [value]]) => choices[key] !== value);
  return pairs.map(([key]) => `${key}=${encodeURIComponent(written(choices[key])).replaceAll("%2C", ",")}`).join("&");
}

/** What Python told the page: parts and their formulas, data, lessons. Read once; never markup. */

import { treeOf } from "../formulas/parsing.js";
import { parts } from "../training/engine.js";

function textOf(id) {
  return (typeof document === "undefined" ? null : document.getElementById(id))?.textContent.trim() ?? "";
}

const given = JSON.parse(textOf("glassnet-given") || "{}");

const lettersOf = (facts) => Object.fromEntries(Object.entries(facts.letters ?? {}).map(([field, [text]]) => [field, text]));

/** Activations, losses and optimizers: what the engine knows of them, their formulas as trees, and their names in programs. */
function described(told) {
  const family = (of, more) => Object.fromEntries(Object.entries(parts[of.name]).filter(([name]) => name in (of.told ?? {})).map(([name, part]) => {
    const facts = { ...part.facts, ...of.told[name] };
    return [name, { ...part, ...facts, ...more(facts, part) }];
  }));
  return {
    activations: family({ name: "activation", told: told.activations }, (facts) => ({
      value: treeOf(facts.value), slope: treeOf(facts.slope), backward: treeOf(facts.backward), letters: lettersOf(facts),
    })),
    losses: family({ name: "loss", told: told.losses }, (facts, part) => ({
      value: treeOf(facts.value), slope: treeOf(facts.slope), letters: lettersOf(facts), activation: part.activation ?? "",
    })),
    optimizers: family({ name: "optimizer", told: told.optimizers }, () => ({})), diagnosis: told.diagnosis ?? { rules: [], words: {} },
    programs: told.programs ?? {},
  };
}

/** Parts by their names; a program without a page sets them by `tell`. */
export const catalogue = described(given.catalogue ?? {});
export const document_of_python = given.document ?? null;
export const lessons = given.lessons ?? [];
export const version = given.version ?? "";
export const server = given.server ?? null;

export function tell(told, measured = []) {
  Object.assign(catalogue, described(told));
  measuredNames.splice(0, measuredNames.length, ...measured);
}

/** Measured data sets, unpacked at first use: each by its name. */
let unpacked = null;
export async function measured() {
  if (unpacked === null) {
    const packed = textOf("glassnet-data");
    if (packed === "") return {};
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    unpacked = JSON.parse(await new Response(stream).text());
  }
  return unpacked;
}
export const measuredNames = given.measured ?? [];

/** What an address asks for as choices that a network can be made of; what cannot be is told, with what is taken instead. */
import { headOf } from "../data/heads.js";
import { prepare } from "../data/prepare.js";
import { baseOf, shown } from "../state/address.js";
import { CHOICES, fieldsOf, layersOf, OWN_LAYERS, usual } from "../state/choices.js";
import { specOf } from "../state/spec.js";
import { create, parts } from "../training/engine.js";
import { sourceOf } from "./sources.js";

/** Head, samples and description of the network for these choices and data. Throws an Error with a text for people where there are none. */
export function madeOf(choices, source, own) {
  const head = headOf(choices, source), samples = prepare(source, choices, head);
  return { head, samples, spec: specOf(choices, head, samples.width, own) };
}

/** Why no training can be made of these choices, in words; null where one can. */
function whyNot(choices, source, own) {
  try {
    const { samples: { parts: { train } }, spec } = madeOf(choices, source, own);
    create(spec).training(train.X, train.y, { batch_size: choices.batch || null });
    return null;
  } catch (error) {
    return error.message;
  }
}

const without = (given, key) => Object.fromEntries(Object.entries(given).filter(([name]) => name !== key));
const choicesFor = (given) => ({ ...baseOf(given.data ?? usual().data), ...given });

/** The choice whose usual value makes a training possible, fields before their part, or one of them; undefined where there is none beside the data. */
function culpritOf(given, source, own) {
  const keys = Object.keys(CHOICES).filter((key) => key !== "data" && key in given).reverse();
  return keys.find((key) => whyNot(choicesFor(without(given, key)), source, own) === null) ?? keys[0];
}

/** Choices that stand in the address and have no effect as they stand, in words. */
function unheeded(given, choices, { head, samples, source }) {
  const said = [...samples.said];
  if ("loss" in given && !["auto", head.loss].includes(choices.loss)) said.push(`the loss ${choices.loss} does not suit the data ${source.name}; taken is ${head.loss}`);
  for (const [key, family, name] of [["loss_with", "loss", head.loss], ["optimizer_with", "optimizer", choices.optimizer]]) {
    const known = parts[family][name].fields ?? {}, named = choices[key].split(",").filter(Boolean).map((pair) => pair.split(":")[0]);
    const unknown = named.filter((field) => !Object.hasOwn(fieldsOf(choices[key], known), field));
    if (unknown.length > 0) said.push(`the ${family} ${name} has no field ${unknown.join(", ").slice(0, 60)}; its fields are ${Object.keys(known).join(", ") || "none"}`);
  }
  layersOf(choices.hidden).reduce((before, { units, residual }, place) => {
    if (residual && units !== before) said.push(`layer ${place + 1} has ${units} units and ${before} inputs, so that there is no residual; it needs as many of both`);
    return units;
  }, samples.width);
  return said;
}

/** `read` is what `readAddress` gives; `state` holds the table, the points and the layers of a file that are there. */
export async function workable(read, state) {
  const said = [...read.said];
  let given = read.given;
  if (given.hidden === OWN_LAYERS && state.own === null) {
    said.push("the address asks for the layers of a file, which it never holds; open the file again. Until then these are the usual layers");
    given = without(given, "hidden");
  }
  for (;;) {
    const choices = choicesFor(given);
    let key = "data", reason = null;
    try {
      const source = await sourceOf(choices, state);
      reason = whyNot(choices, source, state.own);
      if (reason === null) return { choices, said: [...said, ...unheeded(given, choices, { ...madeOf(choices, source, state.own), source })] };
      key = culpritOf(given, source, state.own) ?? "data";
    } catch (error) {
      if (given.data === undefined) throw error;
      reason = error.message;
    }
    const rest = without(given, key);
    said.push(`${key}=${shown(given[key])}: ${reason}; taken is ${shown(choicesFor(rest)[key])}`);
    given = rest;
  }
}

// Parts by name: a description with every default filled in, or an error that says what is known.

import { checkedNumber, GlassnetError, shown } from "../base/errors.js";
import { PARTS } from "../formulas.js";
import { LAYERS, refuseHalfMade } from "./layers.js";

// The module's text leaves out what is empty.
for (const of of Object.values(PARTS))
  for (const [name, part] of Object.entries(of)) of[name] = { name, aliases: [], fields: {}, required: [], facts: {}, ...part };

/** Everything that the engine knows. @type {Record<string, Record<string, any>>} */
export const parts = PARTS;

// What a field holds that is a part, or a list of parts, itself.
/** @type {Record<string, string>} */
const INNER = {
  activation: "activation", initializer: "initializer", bias_initializer: "initializer", layers: "layer",
  schedules: "schedule",
};
// Numbers that may move over the epochs, as the learning rate may.
const SCHEDULED = new Set(["weight_decay", "rate"]);
/** @type {Record<string, any>} */
const LIMITS = {
  units: { least: 1, integer: true }, dimension: { least: 1, integer: true }, rate: { least: 0, below: 1 },
  l1: { least: 0 }, l2: { least: 0 }, bias_l1: { least: 0 }, bias_l2: { least: 0 }, learning_rate_factor: { least: 0 },
  bias_learning_rate_factor: { least: 0 }, learning_rate: { least: 0 }, epochs: { above: 0 }, every: { above: 0 },
  weight_decay: { least: 0 }, clip_norm: { above: 0 }, clip_value: { above: 0 }, beta1: { least: 0, below: 1 },
  beta2: { least: 0, below: 1 }, rho: { least: 0, below: 1 }, margin: { above: 0 }, pos_weight: { above: 0 },
  growth: { least: 1, most: 100, integer: true }, cycles: { least: 1, most: 100, integer: true },
  momentum_decay: { least: 0 }, scale: { least: 0 }, power: { above: 0 }, delta: { above: 0 },
  label_smoothing: { least: 0, most: 1 }, least_variance: { above: 0 },
};
// Fields of one name with other limits.
/** @type {Record<string, any>} */
const OWN_LIMITS = {
  "batch_norm.momentum": { above: 0, most: 1 }, "sgd.momentum": { least: 0, below: 1 },
  "rmsprop.momentum": { least: 0, below: 1 }, "rmsprop.alpha": { least: 0, below: 1 }, "elu.alpha": { above: 0 },
  "batch_norm.epsilon": { above: 0 }, "layer_norm.epsilon": { above: 0 }, "rms_norm.epsilon": { above: 0 },
  "cosine_embedding.margin": { least: -1, most: 1 },
};

/** The part of this kind called `name`; its aliases count. @param {string} kind @param {unknown} name @returns {any} */
export function known(kind, name) {
  const of = PARTS[kind];
  if (typeof name === "string") {
    const found = Object.hasOwn(of, name) ? of[name] : Object.values(of).find((part) => part.aliases.includes(name));
    if (found?.refused) throw new GlassnetError(`${kind} ${shown(name)}: ${found.refused}`);
    if (found) return found;
  }
  throw new GlassnetError(`unknown ${kind} ${shown(name)}; the browser engine knows ${Object.keys(of).join(", ")}`);
}

/** A description with every field. @param {string} kind @param {unknown} given @returns {any} */
export function complete(kind, given) {
  if (kind === "schedule" && typeof given === "number") given = { name: "constant", learning_rate: given };
  if (typeof given === "string") given = { name: given };
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new GlassnetError(`${kind} must be a name, or an object with a name; got ${shown(given)}`);
  const { kind: stated, name, ...fields } = /** @type {any} */ (given);
  if (stated !== undefined && stated !== kind) throw new GlassnetError(`a ${kind} is wanted; got ${shown(given)}`);
  const part = known(kind, name);
  if (kind === "layer") refuseHalfMade(part.name);
  const unknown = Object.keys(fields).filter((field) => !Object.hasOwn(part.fields, field) && !part.required.includes(field));
  const all = [...part.required, ...Object.keys(part.fields)];
  if (unknown.length > 0)
    throw new GlassnetError(`${kind} ${part.name} has no field ${unknown.join(", ")}; its fields are ${all.join(", ") || "none"}`);
  /** @type {any} */
  const made = { kind, name: part.name };
  for (const field of all) {
    const value = fields[field] === undefined ? part.fields[field] : fields[field];
    if (value === undefined) throw new GlassnetError(`${kind} ${part.name} needs ${field}`);
    made[field] = checkedField(part, field, value);
  }
  if (kind === "layer") LAYERS[part.name].check?.(made);
  refuseMisfits(made);
  return made;
}

/** @param {any} part @param {string} field @param {unknown} value @returns {unknown} */
function checkedField(part, field, value) {
  const label = `${field} of ${part.name}`;
  if (field === "learning_rate" && typeof value !== "number") return complete("schedule", value);
  if (SCHEDULED.has(field) && typeof value === "object" && value !== null) return complete("schedule", value);
  if (INNER[field] && Array.isArray(value)) return value.map((inner) => complete(INNER[field], inner));
  if (INNER[field]) return complete(INNER[field], value);
  const standard = part.fields[field];
  if (typeof standard === "boolean") {
    if (typeof value !== "boolean") throw new GlassnetError(`${label} must be true or false; got ${shown(value)}`);
    return value;
  }
  if (value === null && standard === null) return value;
  if (Array.isArray(value)) return value;
  if (part.name === "focal" && field === "alpha" && (value === null || value === -1)) return -1;
  return checkedNumber(label, value, OWN_LIMITS[`${part.name}.${field}`] ?? LIMITS[field]);
}

/** @param {any} part */
function refuseMisfits(part) {
  if (part.nesterov && part.momentum === 0) throw new GlassnetError("nesterov of sgd needs a momentum > 0; got 0");
  if (part.name === "quantiles") {
    part.levels.forEach((/** @type {unknown} */ level) => checkedNumber("each of the levels of quantiles", level, { above: 0, below: 1 }));
    const rises = part.levels.every((/** @type {number} */ level, /** @type {number} */ k) => k === 0 || level > part.levels[k - 1]);
    if (part.levels.length === 0 || !rises) throw new GlassnetError(`levels of quantiles must increase; got ${shown(part.levels)}`);
  }
  if (part.kind === "layer" && part.name === "residual" && part.layers.length === 0)
    throw new GlassnetError("layers of residual must be at least one layer");
  if (part.name === "chain" && part.boundaries.length !== part.schedules.length - 1)
    throw new GlassnetError("boundaries of chain must be one fewer than schedules");
}

/** Whether two descriptions are equal. @param {unknown} one @param {unknown} other @returns {boolean} */
export function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What a part's formulas take beside their arguments, in order. @param {any} part @returns {number[]} */
export function parametersOf(part) {
  if (part.name === "quantiles") return part.levels;
  if (part.name === "focal") return part.alpha >= 0 ? [part.gamma, part.alpha, 1 - part.alpha] : [part.gamma, 1, 1];
  const fields = Object.keys(PARTS[part.kind][part.name].fields).filter((field) => field !== "label_smoothing");
  return fields.map((field) => Number(part[field]));
}

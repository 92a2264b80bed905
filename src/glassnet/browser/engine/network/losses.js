// Losses as the loop takes them.

import { LOSSES, PARTS } from "../formulas.js";
import { parametersOf } from "../plan/parts.js";

/** A loss as the loop takes it. @param {any} part @returns {any} */
export function lossOf(part) {
  const known = PARTS.loss[part.name], formulas = LOSSES[part.name];
  // How many outputs it reads for each target, and of how many entries it is the mean, of n rows of m outputs.
  const each = part.name === "gaussian_nll" ? 2 : part.name === "quantiles" ? part.levels.length : 1;
  const isOfEntries = known.mean_over === "entries" || part.name === "quantiles";
  const counted = (/** @type {number} */ n, /** @type {number} */ m) =>
    part.name === "gaussian_nll" ? n * m / 2 : isOfEntries ? n * m : n;
  return {
    ...known, ...formulas, part, each, rows_per_sample: Math.max(known.members.length, 1), called: part.name, parameters: parametersOf(part), takes_classes: known.targets === "classes",
    domain: known.domain.map((/** @type {number | null} */ limit, /** @type {number} */ side) => limit ?? (side ? Infinity : -Infinity)),
    share: (/** @type {number} */ n, /** @type {number} */ m) => 1 / counted(n, m),
  };
}

/** Targets beside every output that is compared with them. @param {any} loss @param {Floats} y rows of k numbers
 * @param {number} k @param {Floats} rows of k times as many as it reads for each @returns {Floats} */
export function repeated({ each }, y, k, rows) {
  const m = k * each;
  for (let at = 0; at < y.length / k * m; at++) rows[at] = y[Math.floor(at / m) * k + (at % m) % k];
  return rows;
}

/** (1 - s) y + s / K for the first `count` entries of rows of m, in place. @param {any} loss @param {Floats} y
 * @param {number} count @param {number} m */
export function smooth(loss, y, count, m) {
  const { label_smoothing = 0 } = loss.part, share = label_smoothing / (loss.rows_sum_to_one ? m : 2);
  if (label_smoothing > 0) for (let k = 0; k < count; k++) y[k] = (1 - label_smoothing) * y[k] + share;
}

/** Classes as rows of zeros and a one. @param {Floats} classes @param {number} m @param {Floats} rows @returns {Floats} */
export function oneHot(classes, m, rows) {
  rows.fill(0, 0, classes.length * m);
  for (let i = 0; i < classes.length; i++) rows[i * m + classes[i]] = 1;
  return rows;
}

// Losses as the loop takes them.

import { LOSSES, PARTS } from "../formulas.js";
import { parametersOf } from "../plan/parts.js";

/** A loss as the loop takes it. @param {any} part @returns {any} */
export function lossOf(part) {
  const known = PARTS.loss[part.name], formulas = LOSSES[part.name];
  return {
    ...known, ...formulas, part, called: part.name, parameters: parametersOf(part), takes_classes: known.targets === "classes",
    domain: known.domain.map((/** @type {number | null} */ limit, /** @type {number} */ side) => limit ?? (side ? Infinity : -Infinity)),
    share: (/** @type {number} */ n, /** @type {number} */ m) => 1 / (known.mean_over === "entries" ? n * m : n),
  };
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

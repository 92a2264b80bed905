// What the rules of diagnosis look at, measured as glassnet/insight/diagnosis/measure.py measures it.

import { targets } from "../base/tables.js";
import { PARTS } from "../formulas.js";
import { Targets } from "./targets.js";

// A unit is flat where its slope is below this part of the largest; two are alike where their weights differ by less.
const FLAT = 0.05, ALIKE = 1e-5;

/** Root mean square. @param {ArrayLike<number>} values @returns {number} */
function rms(values) {
  let squares = 0;
  for (let k = 0; k < values.length; k++) squares += values[k] * values[k];
  return Math.sqrt(squares / values.length);
}

/** Standard deviation. @param {ArrayLike<number>} values @returns {number} */
function deviation(values) {
  let mean = 0;
  for (let k = 0; k < values.length; k++) mean += values[k] / values.length;
  return rms(Array.from(values, (value) => value - mean));
}

/** For each unit the share of the samples for which `holds` of its z and a. @param {Table} z @param {Table} a
 * @param {(z: number, a: number) => boolean} holds @returns {number[]} */
function shares(z, a, holds) {
  const [n, m] = z.shape;
  return Array.from({ length: m }, (_, j) => {
    let count = 0;
    for (let i = 0; i < n; i++) count += holds(z.values[i * m + j], a.values[i * m + j]) ? 1 : 0;
    return count / n;
  });
}

/** Pairs of units whose weights and bias are the same to rounding. @param {any} dense @returns {[number, number][]} */
function twins({ weights, bias }) {
  const { values, shape: [k, m] } = weights;
  /** @type {Floats[]} */
  const rows = [];
  for (let i = 0; i < k; i++) rows.push(values.subarray(i * m, (i + 1) * m));
  if (bias) rows.push(bias.values);
  const summed = (/** @type {(row: Floats) => number} */ entry) => rows.reduce((sum, row) => sum + entry(row) ** 2, 0);
  const sizes = Array.from({ length: m }, (_, j) => summed((row) => row[j]));
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i < m; i++)
    for (let j = i + 1; j < m; j++)
      if (summed((row) => row[i] - row[j]) <= ALIKE ** 2 * Math.min(sizes[i], sizes[j])) found.push([i, j]);
  return found;
}

/** Root mean square of what is left of each column without its mean. @param {Table} table @returns {number} */
function spread({ values, shape: [n, m] }) {
  const left = values.slice();
  for (let j = 0; j < m; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += values[i * m + j] / n;
    for (let i = 0; i < n; i++) left[i * m + j] -= mean;
  }
  return rms(left);
}

/** For each row how many residual layers have begun before it and not ended with it. @param {any[]} rows @returns {number[]} */
function waysPast(rows) {
  let begun = 0;
  return rows.map(({ kind }) => {
    const past = begun - (kind === "sum" ? 1 : 0);
    begun = past + (kind === "branch" ? 1 : 0);
    return past;
  });
}

/** A dense layer with everything behind it, up to the next one, and how many ways lead past each row.
 * @param {any[]} rows @param {number[]} past @param {number} index */
function block(rows, past, index) {
  const [dense] = rows, active = rows.find((row) => row.computed.name !== "linear") ?? dense, units = active.a.shape[1];
  const { z, a, formulas, constants, computed: { name } } = active, part = PARTS.activation[name];
  const none = { length: units }, limit = FLAT * part.steepest;
  const isFlat = (/** @type {number} */ value) => formulas.slope(value, formulas.value(value, ...constants), ...constants) < limit;
  const dead = part.rectifies ? shares(z, a, (value) => value <= 0).map((share) => share === 1) : Array.from(none, () => false);
  const flat_by_unit = part.is_bounded ? shares(z, a, isFlat) : Array.from(none, () => 0);
  return {
    index, layer: dense.layer, units, activation: name, dead, is_passed: past[0] > 0,
    flat: flat_by_unit.reduce((sum, share) => sum + share / units, 0), flat_by_unit,
    gradient_norm: rms(dense.d_weights.values), error_norm: rms(dense.d_z.values),
    gain: deviation(dense.weights.values) * Math.sqrt(dense.weights.shape[0]), spread: spread(rows[rows.length - 1].a),
    twins: twins(dense), record: { dense, active, last: rows[rows.length - 1], whole: rows[past.lastIndexOf(0)] ?? null, kinds: rows.map((row) => row.kind), before: rows.indexOf(active) },
  };
}

/** The network as it is on these samples, in float64 and without dropout. @param {Network} network @param {Given} X @param {Given} y */
export function facts(network, X, y) {
  const twin = network.twin(), { rows, penalty, parameters, value: of_batch } = twin.trace(X, y);
  const value = twin.loss(X, y) - penalty, output = twin.outputOf(twin.features(X, twin.objective.rows_per_sample), twin.prediction);
  const wanted = targets(y, twin.objective, output.shape[0], output.shape[1], "float64");
  const starts = rows.flatMap((/** @type {any} */ row, /** @type {number} */ place) => (row.kind === "dense" ? [place] : []));
  const past = waysPast(rows);
  const blocks = starts.map((/** @type {number} */ start, /** @type {number} */ index) => block(rows.slice(start, starts[index + 1]), past.slice(start, starts[index + 1]), index));
  const gradient = parameters.flatMap((/** @type {any} */ part) => Array.from(part.gradient));
  const weights = starts.flatMap((/** @type {number} */ start) => Array.from(rows[start].weights.values));
  const isFinite = Number.isFinite(value) && twin.vector.every(Number.isFinite) && twin.running.every(Number.isFinite);
  const of_targets = new Targets(twin.loss_part, wanted, output), last = rows[rows.length - 1].a;
  const in_training = { value: of_batch, score: of_targets.kind === "labels" ? null : new Targets(twin.loss_part, wanted, last).score(of_batch) };
  return {
    loss: value + penalty, value, penalty, in_training, output, targets: of_targets, gradient_norm: rms(gradient) * Math.sqrt(gradient.length), size: rms(weights),
    finite: isFinite, blocks, ...of_targets.facts(value),
  };
}

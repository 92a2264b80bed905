// Forward propagation, backpropagation and the update, over the rows of a plan: engines/loop.py for typed arrays.

import { NOWHERE } from "../plan/plan.js";
import { columnSums, multiply, multiplyInputGradient, multiplyWeightsGradient } from "./products.js";

/** The memory of batches of at most `size` samples, laid out by a plan, over the vectors of a network. */
export class Room {
  /** @param {Plan} plan @param {Vectors} vectors @param {number} size */
  constructor(plan, vectors, size) {
    const Floats = /** @type {Float64ArrayConstructor} */ (vectors.parameters.constructor);
    this.plan = plan;
    this.vectors = vectors;
    this.size = size;
    /** @type {Floats} */
    this.memory = new Floats(plan.n_columns * size);
    this.masks = new Uint8Array(plan.n_mask_columns * size);
    this.own = plan.rows.map((row) => ({
      ...vectors, memory: this.memory, at: row.at, statisticsAt: row.statistics,
      keptAt: row.kept.map((column) => column * size),
    }));
    // Where backward writes what nobody asks for, behind a first layer whose input has another size than its output.
    this.idle = new Floats(plan.rows[0].source_error === NOWHERE ? plan.layout.n_features * size : 0);
  }
}

/** From the batch x (n, n_features) up: z and a of every row.
 * @param {Room} room @param {Floats} x @param {number} xAt @param {number} n @param {boolean} training */
export function forward(room, x, xAt, n, training) {
  const { plan: { rows }, vectors: { parameters }, memory, size } = room;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i], k = row.n_inputs, m = row.n_outputs, a = row.a * size;
    const isBatch = row.source === NOWHERE, from = isBatch ? x : memory, at = isBatch ? xAt : row.source * size;
    if (row.kind === "dense") {
      const z = row.z * size;
      multiply(from, at, n, k, parameters, row.weights, m, memory, z);
      if (row.bias === NOWHERE) row.formulas.apply(memory, z, n, m, memory, a, row.constants);
      else row.formulas.activate(memory, z, parameters, row.bias, n, m, memory, a, row.constants);
    } else if (row.kind === "activation") {
      row.formulas.apply(from, at, n, m, memory, a, row.constants);
    } else if (row.kind === "dropout") {
      if (training) drop(from, at, room.masks, row.mask * n, row.rate, n * m, memory, a);
      else copy(from, at, n * m, memory, a);
    } else if (row.own) {
      const compute = training ? row.own.forward : row.own.infer ?? row.own.forward;
      compute?.(row.options, room.own[i], { x: from, xAt: at, n, k, a: memory, aAt: a, m });
    }
  }
}

/** From the error at the last output down: the gradients of all parameters. Returns the weight penalties.
 * @param {Room} room @param {Floats} x @param {number} xAt @param {number} n @returns {number} */
export function backward(room, x, xAt, n) {
  let penalty = 0;
  for (let i = room.plan.rows.length - 1; i >= 0; i--) penalty += backThrough(room, i, x, xAt, n);
  return penalty;
}

/** The same of one row. @param {Room} room @param {number} i @param {Floats} x @param {number} xAt @param {number} n */
export function backThrough(room, i, x, xAt, n) {
  const { plan: { rows }, vectors: { parameters, gradients }, memory, size } = room;
  const row = rows[i], k = row.n_inputs, m = row.n_outputs, a = row.a * size, error = row.error * size;
  const isBatch = row.source === NOWHERE, from = isBatch ? x : memory, at = isBatch ? xAt : row.source * size;
  let penalty = 0;
  if (row.kind === "dense") {
    if (!row.formulas.isLinear) row.formulas.gate(memory, row.z * size, n, m, memory, a, memory, error, row.constants);
    multiplyWeightsGradient(from, at, n, k, memory, error, m, gradients, row.weights);
    if (row.l1 > 0 || row.l2 > 0) penalty += penalise(parameters, row.weights, k * m, row.l1, row.l2, gradients);
    if (row.bias !== NOWHERE) {
      columnSums(memory, error, n, m, gradients, row.bias);
      if (row.bias_l1 > 0 || row.bias_l2 > 0)
        penalty += penalise(parameters, row.bias, m, row.bias_l1, row.bias_l2, gradients);
    }
    if (row.source_error !== NOWHERE)
      multiplyInputGradient(memory, error, n, m, parameters, row.weights, k, memory, row.source_error * size);
  } else if (row.kind === "activation") {
    if (!row.formulas.isLinear) row.formulas.gate(from, at, n, m, memory, a, memory, error, row.constants);
  } else if (row.kind === "dropout") {
    drop(memory, error, room.masks, row.mask * n, row.rate, n * m, memory, error);
  } else if (row.own) {
    const isIdle = row.source_error === NOWHERE, inPlace = row.own.inPlace ?? true;
    const d = isIdle && !inPlace ? room.idle : memory, dAt = isIdle ? (inPlace ? error : 0) : row.source_error * size;
    row.own.backward?.(row.options, room.own[i], { x: from, xAt: at, n, k, a: memory, aAt: a, m }, memory, error, d, dAt);
  }
  return penalty;
}

/** A = X m / (1 - rate); X may be A. @param {Floats} x @param {number} xAt @param {Uint8Array} masks @param {number} maskAt
 * @param {number} rate @param {number} count @param {Floats} a @param {number} aAt */
function drop(x, xAt, masks, maskAt, rate, count, a, aAt) {
  const factor = 1 / (1 - rate);
  for (let k = 0; k < count; k++) a[aAt + k] = x[xAt + k] * masks[maskAt + k] * factor;
}

/** @param {Floats} x @param {number} xAt @param {number} count @param {Floats} a @param {number} aAt */
function copy(x, xAt, count, a, aAt) {
  for (let k = 0; k < count; k++) a[aAt + k] = x[xAt + k];
}

/** l1 sum abs(W) + l2 / 2 sum W^2, and its gradient added to `gradients`.
 * @param {Floats} w @param {number} at @param {number} count @param {number} l1 @param {number} l2 @param {Floats} gradients */
export function penalise(w, at, count, l1, l2, gradients) {
  let sizes = 0, squares = 0;
  for (let k = at; k < at + count; k++) {
    const value = w[k];
    gradients[k] += l1 * Math.sign(value) + l2 * value;
    sizes += Math.abs(value);
    squares += value * value;
  }
  return l1 * sizes + l2 / 2 * squares;
}

/** Scale the gradients to at most this Euclidean norm, then limit each entry; null means no limit.
 * @param {Floats} gradients @param {number | null} norm @param {number | null} value */
export function clip(gradients, norm, value) {
  if (norm !== null) {
    let squares = 0;
    for (let k = 0; k < gradients.length; k++) squares += gradients[k] * gradients[k];
    const length = Math.sqrt(squares);
    if (length > norm) for (let k = 0; k < gradients.length; k++) gradients[k] *= norm / length;
  }
  if (value !== null)
    for (let k = 0; k < gradients.length; k++) gradients[k] = Math.min(Math.max(gradients[k], -value), value);
}

/** Dropout masks of the next batch of n samples: 1 with probability 1 - rate, else 0.
 * @param {Room} room @param {number} n @param {Random} stream */
export function drawMasks(room, n, stream) {
  let at = 0;
  for (const row of room.plan.rows) {
    if (row.kind !== "dropout") continue;
    const rate = Math.fround(row.rate);
    for (const end = at + n * row.n_outputs; at < end; at++) room.masks[at] = stream.float() >= rate ? 1 : 0;
  }
}

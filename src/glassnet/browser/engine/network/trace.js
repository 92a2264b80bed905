// One training step, carried out on copies, with every array kept: what insight/trace/record.py records.

import { backThrough, clip, drawMasks, forward, Room } from "../arithmetic/loop.js";
import { setDropRates } from "../arithmetic/rules.js";
import { Random } from "../base/random.js";
import { OPTIMIZER_LETTERS } from "../formulas.js";
import { NOWHERE } from "../plan/plan.js";
import { product } from "../plan/shapes.js";

/** @param {Training} training @param {Int32Array} order rows, members of a sample one after the other @param {Uint8Array} [masks] */
export function traced(training, order, masks) {
  const { network } = training, n = order.length;
  const copies = {
    parameters: network.vector.slice(), gradients: network.vector.slice().fill(0), running: network.running.slice(),
  };
  const room = new Room(network.trainingPlan(true), copies, n), { memory, plan } = room;
  const batch = gathered(training, order);
  setDropRates(plan, training.reached());
  if (masks) room.masks.set(masks);
  else if (room.masks.length > 0) drawMasks(room, n, Random.at(network.streams.masks.state()));
  forward(room, batch.x, 0, n, true);

  const { objective } = network, m = plan.n_outputs, last = plan.rows[plan.rows.length - 1];
  const outputs = plan.rows.map((row) => part(memory, row.a, n, row.n_outputs));
  const value = objective.compare(
    batch.y, 0, memory, last.a * n, n, m, batch.weights, 0, memory, last.error * n, objective.share(n, m), objective.parameters,
  );
  const d_output = part(memory, last.error, n, m);
  let penalty = 0;
  /** @type {any[]} */
  const kept = [];
  for (let i = plan.rows.length - 1; i >= 0; i--) {
    const made = before(room, i, batch.x, outputs[i]);
    penalty += backThrough(room, i, batch.x, 0, n);
    kept.unshift(behind(room, i, made));
  }
  if (network.fused) activateLast(network, kept[kept.length - 1]);
  const update = updated(training, copies);
  return {
    x: { values: batch.x, shape: [n, training.x.shape[1]] }, y: { values: batch.y, shape: [n, batch.y.length / n] },
    sample_weights: batch.weights, batch: Array.from(order), rows: kept, value, penalty, loss: value + penalty, d_output,
    fused: network.fused, ...update,
  };
}

/** A prediction with every array kept: what belongs to the way back is 0. @param {Network} network @param {Table} x */
export function predicted(network, x) {
  const [n] = x.shape, { parameters, running } = network.vectors, room = new Room(network.trainingPlan(true), { ...network.vectors, gradients: parameters.slice().fill(0) }, n), { memory, plan } = room;
  forward(room, x.values, 0, n, false);
  const rows = plan.rows.map((row, i) => {
    const made = behind(room, i, before(room, i, x.values, part(memory, row.a, n, row.n_outputs)));
    const statistics = row.statistics.map((start) => running.slice(start, start + row.n_inputs));
    return { ...made, mask: null, statistics: statistics.length > 0 ? statistics : null };
  });
  const unmoved = network.layout.parameters.map(({ layer, name, shape, start, stop }) => {
    const values = parameters.slice(start, stop), nothing = values.slice().fill(0);
    return { layer, name, shape, start, before: values, gradient: nothing, clipped: nothing, after: values, factor: null, states: [] };
  });
  return { x, rows, fused: false, parameters: unmoved };
}

/** @param {Training} training @param {Int32Array} order */
function gathered(training, order) {
  const n = order.length;
  training.makeRoom(n);
  training.gather(order, 0, n);
  const { room, x } = training;
  return { x: room.x.slice(0, n * x.shape[1]), y: room.y.slice(0, n * room.width), weights: room.weights.slice(0, n) };
}

/** A copy of an array of the memory. @param {Floats} memory @param {number} column @param {number} n @param {number} m
 * @returns {Table} */
function part(memory, column, n, m) {
  return { values: memory.slice(column * n, (column + m) * n), shape: [n, m] };
}

/** A copy of a row's first or second array. @param {Floats} vector @param {Row} row @param {number} which
 * @returns {Table | null} */
function arrayOf(vector, row, which) {
  const start = which === 0 ? row.weights : row.bias;
  if (start === NOWHERE) return null;
  const shape = row.shapes[row.at.indexOf(start)];
  return { values: vector.slice(start, start + product(shape)), shape };
}

/** What a row holds before its backward pass. @param {Room} room @param {number} i @param {Floats} x @param {Table} output */
function before(room, i, x, output) {
  const row = room.plan.rows[i], n = room.size, { memory, masks } = room, { parameters } = room.vectors;
  const inputs = row.source === NOWHERE ? { values: x, shape: [n, row.n_inputs] } : part(memory, row.source, n, row.n_inputs);
  let z = row.n_inputs === row.n_outputs ? inputs : output;
  if (row.z !== NOWHERE) z = part(memory, row.z, n, row.n_outputs);
  const start = row.mask * n, count = n * row.n_outputs;
  return {
    kind: row.kind, layer: row.layer, path: row.path, activation: row.activation,
    computed: row.activation, formulas: row.formulas, constants: row.constants, inputs, z, a: output,
    d_a: part(memory, row.error, n, row.n_outputs), weights: arrayOf(parameters, row, 0), bias: arrayOf(parameters, row, 1),
    mask: row.kind === "dropout" ? { values: masks.slice(start, start + count), shape: [n, row.n_outputs] } : null,
  };
}

/** With what its backward pass left. @param {Room} room @param {number} i @param {any} made */
function behind(room, i, made) {
  const row = room.plan.rows[i], n = room.size, { memory } = room, { gradients } = room.vectors;
  const d_inputs = part(memory, row.source_error, n, row.n_inputs);
  const isOwn = row.own !== null, sameWidth = row.n_inputs === row.n_outputs;
  const d_z = !isOwn ? part(memory, row.error, n, row.n_outputs) : sameWidth ? d_inputs : made.d_a;
  return { ...made, d_z, d_inputs, d_weights: arrayOf(gradients, row, 0), d_bias: arrayOf(gradients, row, 1) };
}

/** Where the loss took the last activation over, its output all the same.
 * @param {Network} network @param {any} row */
function activateLast(network, row) {
  const values = row.z.values.slice(), [n, m] = row.z.shape;
  network.objective.activate(values, n, m);
  row.a = { values, shape: [n, m] };
  row.activation = network.last;
}

/** The update on copies, and its terms. @param {Training} training @param {Vectors} vectors */
function updated(training, { parameters, gradients }) {
  const { network } = training, { rule, optimizer_part, layout, optimizer_states } = network;
  const first = parameters.slice(), gradient = gradients.slice(), states = optimizer_states.map((state) => state.slice());
  const learning_rate = training.rate(), step = network.step_count + 1, coefficients = rule.coefficients(learning_rate, step, training.reached());
  clip(gradients, optimizer_part.clip_norm, optimizer_part.clip_value);
  rule.update(parameters, gradients, states, coefficients, network.shares);
  const letters = OPTIMIZER_LETTERS[rule.name];
  const terms = layout.parameters.map(({ layer, name, shape, start, stop }) => ({
    layer, name, shape, start, before: first.slice(start, stop), gradient: gradient.slice(start, stop),
    clipped: gradients.slice(start, stop), after: parameters.slice(start, stop),
    factor: network.shares ? network.shares.slice(start, stop) : null,
    states: states.map((state, k) => ({
      letter: letters[k], before: optimizer_states[k].slice(start, stop), after: state.slice(start, stop),
    })),
  }));
  return { learning_rate, step, rule: rule.name, coefficients, parameters: terms };
}

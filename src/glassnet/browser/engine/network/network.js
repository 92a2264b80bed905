// A network, as its user knows it: predict, train, look into it.

import { forward, penalise, Room } from "../arithmetic/loop.js";
import { GlassnetError } from "../base/errors.js";
import { floatsOf, sampleWeights, table, targets } from "../base/tables.js";
import { product } from "../plan/shapes.js";
import { saved } from "./files.js";
import { predicted, traced } from "./trace.js";
import { Training } from "./training.js";
import { FlatNetwork } from "./flat.js";
import { lossOf, oneHot, repeated, smooth } from "./losses.js";

const PREDICTION_ROWS = 256;

/** A network from its description; without a state its first weights are drawn from the seed.
 * @param {any} spec @param {any} [state] @returns {Network} */
export function create(spec, state) {
  const network = new Network(spec);
  if (state) network.restore(state);
  return network;
}

export class Network extends FlatNetwork {
  /** @param {any} spec */
  constructor(spec) {
    super(spec);
    this.prediction = new Room(this.plan, this.vectors, PREDICTION_ROWS);
    /** @type {{ X: unknown, y: unknown, options: string, objective: unknown, training: Training } | null} */
    this.kept = null;
  }

  /** Samples checked, as rows; of pairs and triplets a row for each of so many members.
   * @param {Given} X @param {number} [members] @returns {Table} */
  features(X, members = 1) {
    const k = this.layout.n_features, { values, shape: [count] } = table("X", X, members * k, this.dtype);
    const n = count * members, found = { values, shape: [n, k] }, first = this.layers[0];
    if (first.name === "embedding")
      for (const [column, count] of first.categories)
        for (let i = 0; i < n; i++) {
          const value = found.values[i * k + column];
          if (!Number.isInteger(value) || value < 0 || value >= count)
            throw new GlassnetError(`column ${column} of X is embedded and takes integers from 0 to ${count - 1}; row ${i} holds ${value}`);
        }
    return found;
  }

  /** The last output, with the whole last activation, in slices; `look` sees each slice in memory.
   * @param {Table} x @param {Room} room @param {(start: number, n: number) => void} look */
  pass(x, room, look) {
    const [n, k] = x.shape;
    for (let start = 0; start < n; start += room.size) {
      const count = Math.min(room.size, n - start);
      forward(room, x.values, start * k, count, false);
      look(start, count);
    }
  }

  /** Outputs of the last row. @param {Table} x @param {Room} room @returns {Table} */
  outputOf(x, room) {
    const { rows, n_outputs: m } = room.plan, a = rows[rows.length - 1].a * room.size;
    const Floats = floatsOf(this.dtype), values = new Floats(x.shape[0] * m);
    this.pass(x, room, (start, n) => values.set(room.memory.subarray(a, a + n * m), start * m));
    return { values, shape: [x.shape[0], m] };
  }

  /** Memory for outputs as the loss takes them. @returns {Room} */
  trainedRoom() {
    return new Room(this.trainingPlan(), this.vectors, PREDICTION_ROWS);
  }

  /** The network's output for each sample. @param {Given} X @returns {Table} */
  predict(X) {
    return this.outputOf(this.features(X), this.prediction);
  }

  /** Outputs of some rows of the plan in prediction. @param {Given} X @param {number[]} places @returns {Table[]} */
  responses(X, places) {
    const x = this.features(X), { rows } = this.plan, { memory, size } = this.prediction, n = x.shape[0];
    const Floats = floatsOf(this.dtype);
    const found = places.map((place) => ({ values: new Floats(n * rows[place].n_outputs), shape: [n, rows[place].n_outputs] }));
    this.pass(x, this.prediction, (start, count) => places.forEach((place, i) => {
      const { a, n_outputs: m } = rows[place];
      found[i].values.set(memory.subarray(a * size, a * size + count * m), start * m);
    }));
    return found;
  }

  /** Every layer's output in prediction. @param {Given} X @returns {Table[]} */
  activations(X) {
    const x = this.features(X), { rows } = this.plan, { memory, size } = this.prediction, n = x.shape[0];
    const Floats = floatsOf(this.dtype);
    const found = this.layout.outputs.map((shape) => ({ values: new Floats(n * product(shape)), shape: [n, ...shape] }));
    this.pass(x, this.prediction, (start, count) => {
      found.forEach((layer, index) => {
        const m = layer.values.length / n, row = rows.filter((one) => one.layer <= index).at(-1);
        const from = row ? memory.subarray(row.a * size, row.a * size + count * m) : x.values.subarray(start * m, (start + count) * m);
        layer.values.set(from, start * m);
      });
    });
    return found;
  }

  /** The most probable class of each sample; of one output 1 where its probability is above 0.5. @param {Given} X */
  classes(X) {
    const { values, shape: [n, m] } = this.probabilities(this.predict(X));
    return Int32Array.from({ length: n }, (_, i) => {
      return m === 1 ? Number(values[i] > 0.5) : largest(values, i * m, m);
    });
  }

  /** Outputs as probabilities, where the loss was chosen for logits. @param {Table} output @returns {Table} */
  probabilities(output) {
    const { activation } = lossOf(this.loss_part);
    if (activation === "linear") return output;
    const values = output.values.slice(), [n, m] = output.shape;
    lossOf(this.loss_part).activate(values, n, m);
    return { values, shape: output.shape };
  }

  /** Mean loss in prediction, penalties included. @param {Given} X @param {Given} y
   * @param {{ sample_weight?: Given | null }} [options] @returns {number} */
  loss(X, y, options = {}) {
    const { objective, dtype } = this, x = this.features(X, objective.rows_per_sample), [n] = x.shape;
    const plan = this.trainingPlan(), room = new Room(plan, this.vectors, objective.targets === "labels" ? n : PREDICTION_ROWS);
    const wanted = targets(y, objective, n, plan.n_outputs, dtype), m = plan.n_outputs;
    const weights = sampleWeights(options.sample_weight, objective, n, dtype), last = plan.rows[plan.rows.length - 1];
    const Floats = floatsOf(dtype), width = wanted.shape[1];
    let total = 0;
    this.pass(x, room, (start, count) => {
      let part = wanted.values.subarray(start * width, (start + count) * width);
      part = objective.takes_classes ? oneHot(part, m, new Floats(count * m)) : repeated(objective, part, width, new Floats(count * width * objective.each));
      smooth(objective, part, part.length, m);
      const { memory, size } = room, share = objective.share(count, m);
      total += count * objective.compare(
        part, 0, memory, last.a * size, count, m, weights, start, memory, last.error * size, share, objective.parameters,
      );
    });
    return total / n + this.penalty();
  }

  /** What the weights' penalties add to the loss. @returns {number} */
  penalty() {
    const { parameters } = this.vectors, none = new Float64Array(parameters.length);
    let total = 0;
    for (const row of this.plan.rows) {
      if (row.l1 > 0 || row.l2 > 0) total += penalise(parameters, row.weights, row.n_inputs * row.n_outputs, row.l1, row.l2, none);
      if (row.bias_l1 > 0 || row.bias_l2 > 0) total += penalise(parameters, row.bias, row.n_outputs, row.bias_l1, row.bias_l2, none);
    }
    return total;
  }

  /** Loss, and the share that is right of classes that exclude each other. @param {Given} X @param {Given} y @returns {{ loss: number, accuracy?: number }} */
  evaluate(X, y) {
    const loss = this.loss(X, y), part = lossOf(this.loss_part), m = this.plan.n_outputs;
    if (part.targets === "labels") return { loss };
    const found = this.classes(X), { values, shape: [n, width] } = targets(y, part, found.length, m, this.dtype);
    const isShare = part.domain[0] === 0 && part.domain[1] === 1 && (width === 1 || part.rows_sum_to_one);
    const isOfClasses = part.takes_classes || (isShare && values.every((/** @type {number} */ value) => value === 0 || value === 1));
    if (!isOfClasses) return { loss };
    let right = 0;
    for (let i = 0; i < n; i++) {
      const truth = width > 1 ? largest(values, i * width, width) : Math.round(values[i]);
      right += found[i] === truth ? 1 : 0;
    }
    return { loss, accuracy: right / n };
  }

  /** Data and the place within an epoch. @param {Given} X @param {Given} y @param {Options} [options] @returns {Training} */
  training(X, y, options = {}) {
    return new Training(this, X, y, options);
  }

  /** The training that is kept for the same data and options. @param {Given} X @param {Given} y @param {Options} options */
  trainingOf(X, y, options) {
    const text = JSON.stringify(options), { kept } = this;
    if (kept && kept.X === X && kept.y === y && kept.options === text && kept.objective === this.objective)
      return kept.training;
    const training = this.training(X, y, options);
    this.kept = { X, y, options: text, objective: this.objective, training };
    return training;
  }

  /** One update from these rows, all by default. @param {Given} X @param {Given} y @param {ArrayLike<number>} [rows] */
  step(X, y, rows) {
    return this.trainingOf(X, y, {}).stepOn(rows ?? null);
  }

  /** @param {Given} X @param {Given} y @param {Options} [options] @returns {Epoch} */
  epoch(X, y, options = {}) {
    return this.trainingOf(X, y, options).epoch();
  }

  /** @param {Given} X @param {Given} y @param {Options & { epochs?: number }} [options] @returns {Epoch[]} */
  fit(X, y, options = {}) {
    const { epochs = 1, ...rest } = options;
    return this.trainingOf(X, y, rest).run({ epochs });
  }

  /** The next step on copies, every array kept. @param {Given} X @param {Given} y @param {ArrayLike<number> | null} [rows]
   * @param {{ sample_weight?: Given | null, masks?: Uint8Array }} [options] */
  trace(X, y, rows, options = {}) {
    const training = this.training(X, y, { sample_weight: options.sample_weight ?? null });
    return traced(training, rows ? training.checkedRows(rows) : training.order, options.masks);
  }

  /** The prediction for these samples, every array kept. @param {Given} X */
  tracePrediction(X) {
    return predicted(this, this.features(X));
  }

  /** One entry of the gradient beside a central difference of the loss, without dropout.
   * @param {Given} X @param {Given} y @param {number} layer @param {string} name @param {number} index @param {number} [h] */
  gradient_check(X, y, layer, name, index, h) {
    const place = this.place(layer, name, index), twin = this.twin();
    const lossAt = (/** @type {number} */ value) => {
      twin.vector[place] = value;
      return twin.trace(X, y).loss;
    };
    const value = this.vector[place], width = h ?? 1e-5 * Math.max(1, Math.abs(value));
    const numeric = (lossAt(value + width) - lossAt(value - width)) / (2 * width);
    lossAt(value);
    const at = twin.trace(X, y).parameters.find((one) => place >= one.start && place < one.start + one.gradient.length);
    return { analytic: /** @type {any} */ (at).gradient[place - /** @type {any} */ (at).start], numeric, h: width };
  }

  /** The same network in float64 and without dropout, to measure. @returns {Network} */
  twin() {
    const layers = this.layers.map(withoutDropout);
    const twin = new Network({ ...this.spec, layers, dtype: "float64" });
    twin.vector.set(this.vector);
    twin.running.set(this.running);
    return twin;
  }

  /** The bytes of a model file. @returns {Uint8Array} */
  save() {
    return saved(this);
  }

  /** The description and the state, ready for JSON. */
  document() {
    const { parameters, running, optimizer, ...rest } = this.state();
    const plain = { parameters: Array.from(parameters), running: Array.from(running), optimizer: optimizer.map((one) => Array.from(one)) };
    return { spec: this.spec, state: { ...plain, ...rest } };
  }
}

/** The place of the largest of m numbers. @param {Floats} values @param {number} start @param {number} m */
function largest(values, start, m) {
  let best = 0;
  for (let j = 1; j < m; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}

/** A layer whose dropout leaves nothing out; it stays where it is, so that layers keep their numbers. @param {any} layer
 * @returns {any} */
function withoutDropout(layer) {
  if (layer.name === "residual") return { ...layer, layers: layer.layers.map(withoutDropout) };
  return layer.name === "dropout" ? { ...layer, rate: 0 } : layer;
}

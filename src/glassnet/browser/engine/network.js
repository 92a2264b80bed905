// A network: layers over flat vectors, as its user knows it.

import { GlassnetError, checkedNumber, shown } from "./errors.js";
import { INITIALIZERS, LOSSES, ON_LOGITS, PARTS } from "./formulas.js";
import { product } from "./layers.js";
import { Room, forward, penalise } from "./loop.js";
import { saved } from "./files.js";
import { complete, equal, parametersOf } from "./parts.js";
import { build, layOut, linearise } from "./plan.js";
import { Random } from "./random.js";
import { ruleOf } from "./rules.js";
import { floatsOf, sampleWeights, table, targets } from "./tables.js";
import { Training } from "./training.js";
import { traced } from "./trace.js";

const PREDICTION_ROWS = 256;
const KEYS = ["layers", "input_shape", "dtype", "seed", "loss", "optimizer", "metadata"];

/** A network from its description; without a state its first weights are drawn from the seed.
 * @param {any} spec @param {any} [state] @returns {Network} */
export function create(spec, state) {
  const network = new Network(spec);
  if (state) network.restore(state);
  return network;
}

export class Network {
  /** @param {any} spec */
  constructor(spec) {
    const unknown = Object.keys(spec ?? {}).filter((key) => !KEYS.includes(key));
    if (unknown.length > 0)
      throw new GlassnetError(`a network has no ${unknown.join(", ")}; it has ${KEYS.join(", ")}`);
    if (!Array.isArray(spec?.layers) || spec.layers.length === 0)
      throw new GlassnetError(`layers must be a list of at least one layer; got ${shown(spec?.layers)}`);
    const shape = Array.isArray(spec.input_shape) ? spec.input_shape : [spec.input_shape];
    this.layers = spec.layers.map((/** @type {unknown} */ layer) => complete("layer", layer));
    this.input_shape = shape.map((/** @type {unknown} */ n) => checkedNumber("input_shape", n, { least: 1, integer: true }));
    this.dtype = spec.dtype ?? "float32";
    this.seed = spec.seed ?? 0;
    this.metadata = spec.metadata ?? {};
    this.layout = layOut(this.layers, this.input_shape);
    const Floats = floatsOf(this.dtype), { n_parameters, n_statistics } = this.layout;
    this.vectors = {
      parameters: new Floats(n_parameters), gradients: new Floats(n_parameters), running: new Floats(n_statistics),
    };
    /** Shares of the steps of single parameters. */
    this.factors = new Float64Array(n_parameters).fill(1);
    for (const slot of this.layout.parameters) this.factors.fill(slot.factor, slot.start, slot.stop);
    this.frozenPlaces = /** @type {Set<number>} */ (new Set());
    this.shares = this.sharesOfSteps();
    this.rate_factor = 1;
    /** Samples of a step in the last training, for files. @type {number | null} */
    this.batch_size = null;
    this.seeded(this.seed);
    this.draw(new Random(this.seed, [0]));
    this.prediction = new Room(build(this.layers, this.layout), this.vectors, PREDICTION_ROWS);
    this.plan = this.prediction.plan;
    this.loss_part = this.objective = null;
    this.setLoss(spec.loss ?? "mean_squared_error");
    this.optimizer_part = null;
    this.setOptimizer(spec.optimizer ?? "adam");
    /** @type {{ X: unknown, y: unknown, options: string, training: Training } | null} */
    this.kept = null;
  }

  /** The streams of order and masks of this seed. @param {number | bigint} seed */
  seeded(seed) {
    this.streams = { order: new Random(seed, [1]), masks: new Random(seed, [2]) };
  }

  /** @param {Random} random */
  draw(random) {
    const { parameters, running } = this.vectors;
    for (const [vector, slots] of /** @type {[Floats, Slot[]][]} */ ([
      [parameters, this.layout.parameters], [running, this.layout.statistics],
    ]))
      for (const { initializer, start, stop, fan_in, fan_out } of slots) {
        const drawn = INITIALIZERS[initializer.name];
        for (let k = start; k < stop; k++) vector[k] = drawn(initializer, random, [], fan_in, fan_out);
      }
  }

  /** The description, every default filled in. */
  get spec() {
    return {
      layers: this.layers, input_shape: this.input_shape, dtype: this.dtype, seed: this.seed, loss: this.loss_part,
      optimizer: this.optimizer_part, metadata: this.metadata,
    };
  }

  /** @param {unknown} given */
  setLoss(given) {
    const part = complete("loss", given), taken = ON_LOGITS[part.name]?.[this.last.name];
    this.loss_part = part;
    this.objective = { ...lossOf(taken ? complete("loss", { ...part, name: taken }) : part), called: part.name };
    this.fused = Boolean(taken);
    this.kept = null;
    if (this.objective.least_outputs > this.plan.n_outputs)
      throw new GlassnetError(`${part.name} needs at least ${this.objective.least_outputs} outputs; the network has ${this.plan.n_outputs}`);
  }

  /** The last activation. @returns {any} */
  get last() {
    return this.plan.rows[this.plan.rows.length - 1].activation;
  }

  /** @param {unknown} given */
  setOptimizer(given) {
    const part = complete("optimizer", given);
    if (equal(part, this.optimizer_part)) return;
    this.optimizer_part = part;
    this.rule = ruleOf(part);
    this.step_count = 0;
    this.epoch_count = 0;
    const Floats = floatsOf(this.dtype);
    this.optimizer_states = Array.from({ length: this.rule.n_states }, () => new Floats(this.layout.n_parameters));
  }

  get optimizer() {
    return this.optimizer_part;
  }

  set optimizer(given) {
    this.setOptimizer(given);
  }

  /** The plan with this loss: where it took the last activation over, that is linear. @param {boolean} [inputGradient] */
  trainingPlan(inputGradient = false) {
    const plan = build(this.layers, this.layout, inputGradient);
    if (this.fused) linearise(plan);
    return plan;
  }

  /** @param {Floats} vector @param {Slot[]} slots @returns {Named[]} */
  named(vector, slots) {
    return slots.map(({ layer, name, shape, start, stop }) => ({ layer, name, shape, values: vector.subarray(start, stop) }));
  }

  get parameters() {
    return this.named(this.vectors.parameters, this.layout.parameters);
  }

  get gradients() {
    return this.named(this.vectors.gradients, this.layout.parameters);
  }

  get statistics() {
    return this.named(this.vectors.running, this.layout.statistics);
  }

  get vector() {
    return this.vectors.parameters;
  }

  get running() {
    return this.vectors.running;
  }

  get outputs() {
    return this.layout.outputs;
  }

  /** The share of each parameter's step that is taken where some are not 1; else null. @returns {Float64Array | null} */
  sharesOfSteps() {
    const shares = this.factors.slice();
    for (const place of this.frozenPlaces) shares[place] = 0;
    return shares.every((share) => share === 1) ? null : shares;
  }

  /** Where an entry of a parameter lies in the flat vector. @param {number} layer @param {string} name @param {number} index */
  place(layer, name, index) {
    const slot = this.layout.parameters.find((one) => one.layer === layer && one.name === name);
    if (!slot) throw new GlassnetError(`layer ${layer} has no ${name}`);
    if (!(index >= 0 && index < slot.stop - slot.start))
      throw new GlassnetError(`${name} of layer ${layer} has ${slot.stop - slot.start} entries; got index ${index}`);
    return slot.start + index;
  }

  /** Freeze or release one entry of a parameter. @param {number} layer @param {string} name @param {number} index
   * @param {boolean} [isFrozen] */
  frozen(layer, name, index, isFrozen = true) {
    const place = this.place(layer, name, index);
    if (isFrozen) this.frozenPlaces.add(place);
    else this.frozenPlaces.delete(place);
    this.shares = this.sharesOfSteps();
  }

  /** Samples checked, as rows. @param {Given} X @returns {Table} */
  features(X) {
    const found = table("X", X, this.layout.n_features, this.dtype), first = this.layers[0], [n, k] = found.shape;
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
      if (m === 1) return values[i] > 0.5 ? 1 : 0;
      let best = 0;
      for (let j = 1; j < m; j++) if (values[i * m + j] > values[i * m + best]) best = j;
      return best;
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
    const x = this.features(X), [n] = x.shape, objective = this.objective, { dtype } = this;
    const plan = this.trainingPlan(), room = new Room(plan, this.vectors, objective.targets === "labels" ? n : PREDICTION_ROWS);
    const wanted = targets(y, objective, n, plan.n_outputs, dtype), m = plan.n_outputs;
    const weights = sampleWeights(options.sample_weight, objective, n, dtype), last = plan.rows[plan.rows.length - 1];
    const Floats = floatsOf(dtype), width = wanted.shape[1];
    let total = 0;
    this.pass(x, room, (start, count) => {
      let part = wanted.values.subarray(start * width, (start + count) * width);
      part = objective.takes_classes ? oneHot(part, m, new Floats(count * m)) : part.slice();
      smooth(objective, part, m);
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

  /** Loss, and of classes the share that is right. @param {Given} X @param {Given} y @returns {{ loss: number, accuracy?: number }} */
  evaluate(X, y) {
    const loss = this.loss(X, y), part = lossOf(this.loss_part), m = this.plan.n_outputs;
    const isOfClasses = part.targets === "classes" || (part.domain[0] === 0 && part.domain[1] === 1);
    if (!isOfClasses) return { loss };
    const found = this.classes(X), { values, shape: [n, width] } = targets(y, part, found.length, m, this.dtype);
    let right = 0;
    for (let i = 0; i < n; i++) {
      let truth = values[i * width];
      if (width > 1) truth = values.subarray(i * width, (i + 1) * width).reduce((best, value, j, row) => (value > row[best] ? j : best), 0);
      right += found[i] === Math.round(truth) ? 1 : 0;
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
    if (kept && kept.X === X && kept.y === y && kept.options === text) return kept.training;
    this.kept = { X, y, options: text, training: this.training(X, y, options) };
    return this.kept.training;
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
    return traced(this.training(X, y, { sample_weight: options.sample_weight ?? null }), rows ?? null, options.masks);
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

  /** Everything that training changes. */
  state() {
    return {
      parameters: this.vector.slice(), running: this.running.slice(),
      optimizer: this.optimizer_states.map((state) => state.slice()), step: this.step_count, epoch: this.epoch_count,
      rate_factor: this.rate_factor, frozen: [...this.frozenPlaces],
      streams: { order: this.streams.order.state(), masks: this.streams.masks.state() },
    };
  }

  /** Put everything where :meth:`state` found it; what a state does not hold stays. @param {any} state */
  restore(state) {
    const into = (/** @type {string} */ name, /** @type {Floats} */ vector, /** @type {any} */ values) => {
      if (values.length !== vector.length)
        throw new GlassnetError(`${name} of this network are ${vector.length} numbers; the state holds ${values.length}`);
      vector.set(values);
    };
    if (state.parameters) into("parameters", this.vector, state.parameters);
    if (state.running) into("running statistics", this.running, state.running);
    if (state.optimizer) {
      if (state.optimizer.length !== this.rule.n_states)
        throw new GlassnetError(`${this.optimizer_part.name} carries ${this.rule.n_states} vectors; the state holds ${state.optimizer.length}`);
      this.optimizer_states.forEach((vector, k) => into("vectors of the optimizer", vector, state.optimizer[k]));
    }
    this.step_count = state.step ?? this.step_count;
    this.epoch_count = state.epoch ?? this.epoch_count;
    this.rate_factor = state.rate_factor ?? this.rate_factor;
    if (state.frozen) {
      this.frozenPlaces = new Set(state.frozen);
      this.shares = this.sharesOfSteps();
    }
    if (state.streams) {
      this.streams.order.restore(state.streams.order);
      this.streams.masks.restore(state.streams.masks);
    }
  }
}

/** A layer whose dropout leaves nothing out; it stays where it is, so that layers keep their numbers. @param {any} layer
 * @returns {any} */
function withoutDropout(layer) {
  if (layer.name === "residual") return { ...layer, layers: layer.layers.map(withoutDropout) };
  return layer.name === "dropout" ? { ...layer, rate: 0 } : layer;
}

/** A loss as the loop takes it. @param {any} part @returns {any} */
export function lossOf(part) {
  const known = PARTS.loss[part.name], formulas = LOSSES[part.name];
  return {
    ...known, ...formulas, part, called: part.name, parameters: parametersOf(part), takes_classes: known.targets === "classes",
    domain: known.domain.map((/** @type {number | null} */ limit, /** @type {number} */ side) => limit ?? (side ? Infinity : -Infinity)),
    share: (/** @type {number} */ n, /** @type {number} */ m) => 1 / (known.mean_over === "entries" ? n * m : n),
  };
}

/** (1 - s) y + s / K, in place. @param {any} loss @param {Floats} y @param {number} m */
export function smooth(loss, y, m) {
  const { label_smoothing = 0 } = loss.part, share = label_smoothing / (loss.rows_sum_to_one ? m : 2);
  if (label_smoothing > 0) for (let k = 0; k < y.length; k++) y[k] = (1 - label_smoothing) * y[k] + share;
}

/** Classes as rows of zeros and a one. @param {Floats} classes @param {number} m @param {Floats} rows @returns {Floats} */
export function oneHot(classes, m, rows) {
  rows.fill(0, 0, classes.length * m);
  for (let i = 0; i < classes.length; i++) rows[i * m + classes[i]] = 1;
  return rows;
}

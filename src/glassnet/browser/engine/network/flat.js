// Layers over flat vectors: how a network is made, laid out, described and put back.

import { ruleOf } from "../arithmetic/rules.js";
import { checkedNumber, GlassnetError, shown } from "../base/errors.js";
import { Random } from "../base/random.js";
import { floatsOf } from "../base/tables.js";
import { INITIALIZERS, ON_LOGITS } from "../formulas.js";
import { complete, equal } from "../plan/parts.js";
import { build, layOut, linearise } from "../plan/plan.js";
import { lossOf } from "./losses.js";

const MOST = 2 ** 26;
const KEYS = ["layers", "input_shape", "dtype", "seed", "loss", "optimizer", "metadata"];

/** The streams of order and masks of a seed. @param {number | string} seed */
export function streamsOf(seed) {
  return { order: new Random(seed, [1]), masks: new Random(seed, [2]) };
}

export class FlatNetwork {
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
    /** @type {number | string | null} */
    this.seed = spec.seed === undefined ? 0 : spec.seed;
    this.metadata = spec.metadata ?? {};
    this.layout = layOut(this.layers, this.input_shape);
    const Floats = floatsOf(this.dtype), { n_parameters, n_statistics } = this.layout;
    if (n_parameters > MOST) throw new GlassnetError(`${n_parameters} parameters are more than a page has room for, ${MOST}`);
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
    this.streams = streamsOf(this.seed ?? 0);
    this.draw(new Random(this.seed ?? 0, [0]));
    this.plan = build(this.layers, this.layout);
    /** The loss as given, and as computed from the last row's output. @type {any} */
    this.loss_part = null;
    /** @type {any} */
    this.objective = null;
    this.fused = false;
    this.setLoss(spec.loss ?? "mean_squared_error");
    /** @type {any} */
    this.optimizer_part = null;
    /** @type {ReturnType<typeof ruleOf>} */
    this.rule = /** @type {any} */ (null);
    /** @type {Floats[]} */
    this.optimizer_states = [];
    this.step_count = 0;
    this.epoch_count = 0;
    this.setOptimizer(spec.optimizer ?? "adam");
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

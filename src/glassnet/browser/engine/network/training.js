// Epochs over data: batches in the order that the seed draws, a step for each, the history.

import { backward, clip, drawMasks, forward, Room } from "../arithmetic/loop.js";
import { rateAt, setDropRates } from "../arithmetic/rules.js";
import { checkedNumber, DivergenceError, GlassnetError } from "../base/errors.js";
import { Random } from "../base/random.js";
import { floatsOf, sampleWeights, targets } from "../base/tables.js";
import { streamsOf } from "./flat.js";
import { smooth } from "./losses.js";
import { traced } from "./trace.js";

export class Training {
  /** @param {Network} network @param {Given} X @param {Given} y @param {Options} options */
  constructor(network, X, y, options) {
    const { dtype } = network;
    this.network = network;
    this.options = options;
    const unknown = Object.keys(options).filter((key) => !["batch_size", "shuffle", "sample_weight", "seed"].includes(key));
    if (unknown.length > 0)
      throw new GlassnetError(`a training has no option ${unknown.join(", ")}; it has batch_size, shuffle, sample_weight, seed`);
    const plan = network.trainingPlan(), { objective } = network, k = objective.rows_per_sample;
    this.x = network.features(X, k);
    const n = this.n = this.x.shape[0];
    for (const row of plan.rows)
      if (row.activation.name === "step")
        throw new GlassnetError(`layer ${row.layer}: step has no slope that training could follow; train with sigmoid or hard_sigmoid`);
    this.y = targets(y, objective, n, plan.n_outputs, dtype);
    this.weights = sampleWeights(options.sample_weight, objective, n, dtype);
    const size = options.batch_size ?? n / k;
    this.batch_size = Math.min(n, k * checkedNumber("batch_size", size, { least: 1, integer: true }));
    this.n_steps = Math.ceil(n / this.batch_size);
    network.batch_size = this.n_steps === 1 ? null : this.batch_size / k;
    if (plan.rows.some((row) => row.kind === "batch_norm") && n % this.batch_size === 1 % this.batch_size)
      throw new GlassnetError(`batch_norm needs at least 2 samples in every batch; ${n} samples in batches of ${this.batch_size} leave a batch of 1`);
    this.shuffles = (options.shuffle ?? true) && this.batch_size < n;
    if (options.seed !== undefined) network.streams = streamsOf(options.seed);
    this.room = this.roomOf(this.batch_size);
    /** @type {Int32Array} */
    this.order = Int32Array.from({ length: n }, (_, i) => i);
    this.batch = 0;
    this.losses = 0;
  }

  /** Memory for batches of this size, with the loss and the optimizer as they are. @param {number} size */
  roomOf(size) {
    const { network } = this, { objective, rule, dtype, vectors, optimizer_states } = network, Floats = floatsOf(dtype);
    const plan = network.trainingPlan(), width = objective.takes_classes ? plan.n_outputs : this.y.shape[1] * objective.each;
    const changed = [vectors.parameters, vectors.running, ...optimizer_states];
    return Object.assign(new Room(plan, vectors, size), {
      objective, rule, width, x: new Floats(size * this.x.shape[1]), y: new Floats(size * width), weights: new Floats(size),
      copies: [changed.map((vector) => vector.slice()), changed.map((vector) => vector.slice())], turn: 0, taken: 0,
    });
  }

  /** Rows of the samples of the next batch. @returns {Int32Array} */
  get next() {
    if (this.batch === 0 && this.shuffles) {
      const { order } = this.network.streams, later = Random.at(order.state());
      return this.drawn(later).slice(0, this.batch_size);
    }
    return this.order.slice(this.batch * this.batch_size, (this.batch + 1) * this.batch_size);
  }

  /** The rows in the order that the seed draws, members of a sample one after the other.
   * @param {Random} random @returns {Int32Array} */
  drawn(random) {
    const k = this.network.objective.rows_per_sample;
    return withMembers(random.permutation(this.n / k), k);
  }

  /** The next batch. */
  step() {
    if (this.batch === 0 && this.shuffles) this.order = this.drawn(this.network.streams.order);
    const { network, batch } = this, start = batch * this.batch_size, stop = Math.min(start + this.batch_size, this.n);
    const rate = this.rate(), loss = this.take(this.order, start, stop, rate);
    this.losses = (batch === 0 ? 0 : this.losses) + loss * (stop - start);
    this.batch = (batch + 1) % this.n_steps;
    const ends_epoch = this.batch === 0, history = ends_epoch ? this.ended(rate) : null;
    const epoch = network.epoch_count + (ends_epoch ? 0 : 1);
    return { loss, learning_rate: rate, rows: this.order.slice(start, stop), step: network.step_count, epoch, ends_epoch, history };
  }

  /** One update from these rows, outside of any epoch. @param {ArrayLike<number> | null} rows */
  stepOn(rows) {
    const order = rows === null ? this.order : this.checkedRows(rows), rate = this.rate();
    this.makeRoom(order.length);
    const loss = this.take(order, 0, order.length, rate);
    return { loss, learning_rate: rate, step: this.network.step_count };
  }

  /** @param {ArrayLike<number>} rows of samples @returns {Int32Array} */
  checkedRows(rows) {
    const found = Int32Array.from(rows), k = this.network.objective.rows_per_sample, n = this.n / k;
    const bad = found.findIndex((row, place) => row !== rows[place] || row < 0 || row >= n);
    if (found.length === 0 || bad >= 0)
      throw new GlassnetError(`rows must be integers from 0 to ${n - 1}, at least one; got ${bad >= 0 ? rows[bad] : "none"}`);
    return withMembers(found, k);
  }

  /** Be ready for batches of this size, and for a loss or an optimizer that is new. @param {number} size */
  makeRoom(size) {
    const { room, network } = this, { objective: was } = room, { objective } = network;
    if (objective !== was && (objective.targets !== was.targets || objective.each !== was.each || objective.rows_per_sample !== was.rows_per_sample
      || objective.takes_targets !== was.takes_targets))
      throw new GlassnetError(`${objective.called} takes other targets than ${was.called}; begin another training with them`);
    if (size > room.size || room.objective !== network.objective || room.rule !== network.rule)
      this.room = this.roomOf(Math.max(size, room.size));
  }

  /** Where in the training the next step is, in epochs. @returns {number} */
  reached() {
    return this.network.epoch_count + this.batch / this.n_steps;
  }

  /** The learning rate of the next step. @returns {number} */
  rate() {
    const { optimizer_part, rate_factor } = this.network;
    return rateAt(optimizer_part.learning_rate, this.reached()) * rate_factor;
  }

  /** @param {number} rate @returns {Epoch} */
  ended(rate) {
    const { network } = this, { parameters, running } = network.vectors;
    network.epoch_count++;
    for (const vector of [parameters, running])
      if (!vector.every(Number.isFinite)) this.diverged(this.losses / this.n, true);
    return { epoch: network.epoch_count, loss: this.losses / this.n, learning_rate: rate };
  }

  /** To the end of the epoch. @returns {Epoch} */
  epoch() {
    for (;;) {
      const { history } = this.step();
      if (history) return history;
    }
  }

  /** Whole epochs, until one of these is reached.
   * @param {{ epochs?: number, seconds?: number, until?: (row: Epoch) => boolean }} limits @returns {Epoch[]} */
  run({ epochs = Infinity, seconds = Infinity, until }) {
    if (epochs === Infinity && seconds === Infinity && !until)
      throw new GlassnetError("run needs a limit: epochs, seconds or until");
    const end = performance.now() + 1000 * seconds, history = [];
    while (history.length < epochs) {
      const row = this.epoch();
      history.push(row);
      if (performance.now() >= end || until?.(row)) break;
    }
    return history;
  }

  /** Gather the samples of a batch. @param {Int32Array} order @param {number} start @param {number} stop */
  gather(order, start, stop) {
    const { x, y, weights, room } = this, { width } = room, k = x.shape[1], n = stop - start;
    for (let i = 0; i < n; i++) {
      const row = order[start + i];
      for (let j = 0, from = row * k, to = i * k; j < k; j++) room.x[to + j] = x.values[from + j];
      room.weights[i] = weights[row];
    }
    if (room.objective.takes_classes) {
      room.y.fill(0, 0, n * width);
      for (let i = 0; i < n; i++) room.y[i * width + y.values[order[start + i]]] = 1;
    } else {
      const columns = y.shape[1];
      for (let i = 0; i < n; i++)
        for (let j = 0, from = order[start + i] * columns, to = i * width; j < width; j++)
          room.y[to + j] = y.values[from + j % columns];
    }
    smooth(room.objective, room.y, n * width, width);
  }

  /** One step on rows order[start:stop]: forward, loss, backward, update. @param {Int32Array} order @param {number} start
   * @param {number} stop @param {number} rate @returns {number} */
  take(order, start, stop, rate) {
    this.makeRoom(stop - start);
    const { network, room } = this, { objective, memory, size, plan } = room, n = stop - start, m = plan.n_outputs;
    const last = plan.rows[plan.rows.length - 1], { parameters, gradients } = network.vectors;
    this.gather(order, start, stop);
    this.keep();
    setDropRates(plan, this.reached());
    if (room.masks.length > 0) drawMasks(room, n, network.streams.masks);
    forward(room, room.x, 0, n, true);
    let loss = objective.compare(
      room.y, 0, memory, last.a * size, n, m, room.weights, 0, memory, last.error * size, objective.share(n, m),
      objective.parameters,
    );
    loss += backward(room, room.x, 0, n);
    if (!Number.isFinite(loss)) this.diverged(loss, false);
    const { clip_norm, clip_value } = network.optimizer_part;
    if (clip_norm !== null || clip_value !== null) clip(gradients, clip_norm, clip_value);
    const coefficients = network.rule.coefficients(rate, network.step_count + 1, this.reached());
    network.rule.update(parameters, gradients, network.optimizer_states, coefficients, network.shares);
    network.step_count++;
    room.taken++;
    return loss;
  }

  /** Copy everything that a step changes, beside what it was before the last step. */
  keep() {
    const { room, network: { vectors, optimizer_states } } = this;
    room.turn = 1 - room.turn;
    const copies = room.copies[room.turn];
    copies[0].set(vectors.parameters);
    copies[1].set(vectors.running);
    for (let k = 0; k < optimizer_states.length; k++) copies[k + 2].set(optimizer_states[k]);
  }

  /** Put back the parameters that gave the last finite loss, and say where the numbers were left.
   * @param {number} loss @param {boolean} isBehind whether the last step's loss was finite, and what it left is not */
  diverged(loss, isBehind) {
    const { network, room } = this, epoch = network.epoch_count + (isBehind ? 0 : 1), batch = isBehind ? this.n_steps : this.batch + 1;
    const { layer, words } = this.firstBadLayer(isBehind);
    const undone = !isBehind && room.taken > 0 ? 1 : 0;
    const copies = room.copies[undone ? 1 - room.turn : room.turn];
    const { parameters, running } = network.vectors;
    [parameters, running, ...network.optimizer_states].forEach((vector, k) => vector.set(copies[k]));
    network.step_count -= undone || isBehind ? 1 : 0;
    // The last step of an epoch that is undone leaves it unfinished.
    if (isBehind || (undone && this.batch === 0)) network.epoch_count--;
    const rate = network.optimizer_part.learning_rate;
    throw new DivergenceError(
      `training stopped: in epoch ${epoch}, batch ${batch} of ${this.n_steps}, the loss was ${loss}; first concerned is ${words}. `
      + `The network keeps its last good parameters. Try a smaller learning rate`
      + `${typeof rate === "number" ? ` (it is ${rate})` : ""}, gradients of limited norm, or scaled inputs`,
      { epoch, batch, loss, layer },
    );
  }

  /** @param {boolean} isBehind @returns {{ layer: number, words: string }} */
  firstBadLayer(isBehind) {
    const { network, room } = this, { layers } = network, isBad = (/** @type {Floats} */ part) => !part.every(Number.isFinite);
    const named = (/** @type {number} */ layer) => `layer ${layer}, ${layers[layer].name}`;
    for (const { layer, name, values } of [...network.parameters, ...network.statistics])
      if (isBad(values)) return { layer, words: `${named(layer)}: its ${name} are not finite` };
    const n = isBehind ? 0 : Math.min(this.batch_size, this.n - this.batch * this.batch_size);
    for (const row of room.plan.rows)
      if (isBad(room.memory.subarray(row.a * room.size, row.a * room.size + n * row.n_outputs)))
        return { layer: row.layer, words: `${named(row.layer)}: its outputs are not finite` };
    const { layer } = room.plan.rows[room.plan.rows.length - 1];
    return { layer, words: `the loss behind ${named(layer)}, whose outputs are finite` };
  }

  /** The next step on copies. */
  trace() {
    return traced(this, this.next);
  }

  /** The network's state and the place within the epoch. */
  state() {
    return { ...this.network.state(), place: { order: this.order.slice(), batch: this.batch, losses: this.losses } };
  }

  /** @param {any} state */
  restore(state) {
    this.network.restore(state);
    this.order = state.place ? state.place.order.slice() : this.order;
    this.batch = state.place?.batch ?? 0;
    this.losses = state.place?.losses ?? 0;
  }
}

/** The rows of samples of so many members, one after the other. @param {ArrayLike<number>} samples @param {number} k
 * @returns {Int32Array} */
function withMembers(samples, k) {
  return Int32Array.from({ length: samples.length * k }, (_, row) => samples[Math.floor(row / k)] * k + row % k);
}

/**
 * A training that can be stepped, gone back in, and changed on the way: any step again, exactly.
 *
 * Snapshots lie on the way, more sparsely the longer it gets; going to a step restores the one before it and repeats the
 * steps between, with the changes that were made there.
 */
import { create } from "./engine.js";
import { History } from "./history.js";

const MOST_SNAPSHOTS = 48, HELD_SHARE = 10;

/** Another optimizer from here on: steps and epochs count on, and of the same one the memory stays. */
function goOnWith(network, optimizer) {
  const { step, epoch, optimizer: memory } = network.state(), { name } = network.optimizer_part;
  network.setOptimizer(optimizer);
  const isSame = network.optimizer_part.name === name && network.optimizer_states.length === memory.length;
  network.restore({ step, epoch, ...(isSame ? { optimizer: memory } : {}) });
}

export class Session {
  /** `plan`: spec, state or null, train and validation `{ X, y }`, batch (0: all samples), shuffle (true), grid or null. */
  constructor(plan) {
    this.plan = plan;
    this.network = create(plan.spec, plan.state ?? undefined);
    this.training = this.network.training(plan.train.X, plan.train.y, { batch_size: plan.batch || null, shuffle: plan.shuffle ?? true });
    this.optimizer = plan.spec.optimizer;
    this.history = new History();
    this.changes = [];
    this.held = { at: 0, cost: 0 };
    this.stride = 1;
    this.snapshots = [];
    this.place();
    this.first = this.step;
    this.keep();
  }

  /** Reads from the engine where the training is. */
  place() {
    const { step, epoch } = this.training.state();
    this.step = step;
    this.epoch = epoch;
  }

  keep() {
    if (this.snapshots.some((snapshot) => snapshot.step === this.step)) return;
    this.snapshots.push({ step: this.step, state: this.training.state(), optimizer: this.optimizer });
    if (this.snapshots.length > MOST_SNAPSHOTS) {
      this.stride *= 2;
      this.snapshots = this.snapshots.filter(({ step }) => (step - this.first) % this.stride === 0);
    }
  }

  /** One step. */
  advance() {
    const done = this.training.step();
    this.step = done.step;
    if (done.history !== null && done.history !== undefined) {
      this.history.push(done.history);
      this.epoch = done.history.epoch;
      this.hold();
    }
    if (this.changes.length > 0) this.repeat();
    if ((this.step - this.first) % this.stride === 0) this.keep();
    return done;
  }

  /** The loss on the samples held back at the end of an epoch, where it takes a small part of the time. */
  hold() {
    const { validation } = this.plan, now = performance.now();
    if (!validation || now - this.held.at < HELD_SHARE * this.held.cost) return;
    this.history.hold(this.network.loss(validation.X, validation.y));
    this.held = { at: performance.now(), cost: performance.now() - now };
  }

  /** To the end of the epoch. */
  advanceEpoch() {
    const before = this.epoch;
    while (this.epoch === before) this.advance();
  }

  /** Carries out the changes that were made at this step. */
  repeat() {
    for (const change of this.changes) if (change.step === this.step) this.carryOut(change);
  }

  carryOut(change) {
    switch (change.kind) {
      case "parameter": this.parameter(change).values[change.index] = change.value; break;
      case "frozen": this.network.frozen(change.layer, change.name, change.index, change.frozen); break;
      case "optimizer":
        this.optimizer = change.optimizer;
        goOnWith(this.network, change.optimizer);
        break;
      default: throw new Error(`there is no change called ${change.kind}`);
    }
  }

  parameter({ layer, name }) {
    return this.network.parameters.find((found) => found.layer === layer && found.name === name);
  }

  /** A change of a parameter, of what is frozen, or of the optimizer, here and now; what came after is gone. */
  change(change) {
    this.forget();
    const made = { ...change, step: this.step };
    this.changes.push(made);
    this.carryOut(made);
  }

  /** Drops what was kept of steps after this one. */
  forget() {
    this.snapshots = this.snapshots.filter(({ step }) => step <= this.step);
    this.changes = this.changes.filter(({ step }) => step <= this.step);
  }

  /** To a step, back or forth. */
  go(step) {
    const wanted = Math.max(this.first, Math.round(step));
    if (wanted < this.step) {
      const snapshot = this.snapshots.filter((kept) => kept.step <= wanted).at(-1);
      this.optimizer = snapshot.optimizer;
      this.network.setOptimizer(snapshot.optimizer);
      this.training.restore(snapshot.state);
      this.place();
      this.history.backTo(this.epoch);
      this.repeat();
    }
    while (this.step < wanted) this.advance();
  }
}

/** What the rules look at: the network as it is and as it began, its samples, those held back, and its losses. */
import { create, facts } from "../training/engine.js";
import { relation } from "./related.js";

const MOST_ROWS = 2000, GOOD_SCORE = 0.8;

/** Rows evenly spread over all, as Python takes them. */
function spreadRows(n) {
  const m = Math.min(n, MOST_ROWS);
  return Int32Array.from({ length: m }, (_, i) => Math.trunc(m === 1 ? 0 : i * ((n - 1) / (m - 1))));
}

/** Whether the rules read such a network: its samples are single rows. */
export const readsRules = ({ objective }) => objective.rows_per_sample === 1;

/** Some rows of samples and targets. */
export function taken({ X, y }, width, rows) {
  const n = X.length / width, outputs = y.length / n, of = (values, m) => values.constructor.from({ length: rows.length * m }, (_, i) => values[rows[Math.floor(i / m)] * m + (i % m)]);
  return { X: of(X, width), y: of(y, outputs), n: rows.length };
}

/** Whether the parameters are those that the seed draws: nothing has trained them, nobody has set them. */
function isAsDrawn({ spec, state }, network) {
  if (network.state().step > 0) return false;
  return (state ?? null) === null || create(spec).vector.every((value, k) => value === network.vector[k]);
}

/** Everything that stays the same while a network is trained, each measured at first use. */
export class Samples {
  /** `plan` as the session has it: spec, state, train, validation. */
  constructor(plan) {
    this.plan = plan;
    this.width = [].concat(plan.spec.input_shape).reduce((a, b) => a * b, 1);
    this.n = plan.train.X.length / this.width;
    this.rows = spreadRows(this.n);
    this.sample = taken(plan.train, this.width, this.rows);
    const begun = create(plan.spec, plan.begun ?? plan.state ?? undefined);
    this.start = plan.begun !== undefined || isAsDrawn(plan, begun) ? facts(begun, this.sample.X, this.sample.y) : null;
    this.first = begun.spec.layers[0];
  }

  /** Columns that are embedded, which hold no numbers. */
  get categories() {
    return new Map(this.first.name === "embedding" ? this.first.categories : []);
  }

  /** Root mean square and deviation of each feature that is a number and not constant; null for others. */
  get features() {
    this.measured ??= Array.from({ length: this.width }, (_, j) => {
      let sum = 0, squares = 0;
      for (let i = j; i < this.plan.train.X.length; i += this.width) { sum += this.plan.train.X[i]; squares += this.plan.train.X[i] ** 2; }
      const mean = sum / this.n, size = Math.sqrt(squares / this.n);
      let around = 0;
      for (let i = j; i < this.plan.train.X.length; i += this.width) around += (this.plan.train.X[i] - mean) ** 2;
      const spread = Math.sqrt(around / this.n);
      return this.categories.has(j) || spread <= 1e-9 * (size + 1e-30) ? null : { size, spread };
    });
    return this.measured;
  }

  /** Rows with a column for each category in the place of a column of them. */
  numbers(rows) {
    const { categories, width, sample } = this, others = Array.from({ length: width }, (_, j) => j).filter((j) => !categories.has(j));
    const all = rows.map((i) => [...others.map((j) => sample.X[i * width + j]), ...[...categories].flatMap(([j, count]) => Array.from({ length: count }, (_, c) => Number(sample.X[i * width + j] === c)))]);
    return { x: Float64Array.from(all.flat()), width: all[0].length };
  }

  /** What some of the samples tell of their targets. */
  relationOf(rows, columns, isOfClasses) {
    const { x, width } = this.numbers(rows), values = Float64Array.from(rows.flatMap((i) => Array.from(columns.values.subarray(i * columns.width, (i + 1) * columns.width))));
    return relation(x, width, { values, width: columns.width }, isOfClasses);
  }

  /** How many of the rows held back are rows to train on, and how many rows repeat another among themselves. */
  get repeats() {
    if (this.counted === undefined) {
      const keys = ({ X }) => Array.from({ length: X.length / this.width }, (_, i) => X.subarray(i * this.width, (i + 1) * this.width).join());
      const own = (list) => {
        const counts = new Map();
        for (const key of list) counts.set(key, (counts.get(key) ?? 0) + 1);
        return list.filter((key) => counts.get(key) > 1).length / list.length;
      };
      const train = keys(this.plan.train), held = keys(this.plan.validation), known = new Set(train);
      this.counted = { shared: held.filter((key) => known.has(key)).length / held.length, natural: Math.max(own(train), own(held)) };
    }
    return this.counted;
  }
}

/** The case of a moment. `history` holds rows of finished epochs. */
export class Case {
  constructor(samples, network, history) {
    this.samples = samples;
    this.network = network;
    this.history = history;
    this.now = facts(network, samples.sample.X, samples.sample.y);
    this.start = samples.start;
    this.trained = network.state().step > 0 || samples.start === null; // as far as is known
    this.rows = network.plan.rows;
    this.all = samples.rows.length === samples.n;
    this.learned = this.now.score >= GOOD_SCORE;
    this.hidden = this.now.blocks.slice(0, -1);
    this.kind = this.now.kind;
    this.optimizer = network.optimizer_part;
  }

  /** What all samples tell of their targets. */
  get relation() {
    this.related ??= this.samples.relationOf(Array.from(this.samples.rows, (_, i) => i), this.now.targets.columns, this.kind === "classes");
    return this.related;
  }

  /** The network on samples held back, of classes that were trained on; null where there are none. */
  get held() {
    const { plan: { validation }, width } = this.samples;
    if (validation === null || validation === undefined) return null;
    const n = Math.min(MOST_ROWS, validation.X.length / width), all = taken(validation, width, Int32Array.from({ length: n }, (_, i) => i));
    const measured = facts(this.network, all.X, all.y), { shares } = this.now.targets;
    const known = this.kind !== "classes" || measured.kind !== "classes" ? null : Int32Array.from(measured.targets.classes.keys()).filter((i) => shares[measured.targets.classes[i]] > 0);
    const isWhole = known === null || known.length === n;
    return { isWhole: isWhole && n === validation.X.length / width, n: known === null ? n : known.length, X: all.X, facts: isWhole ? measured : facts(this.network, ...Object.values(taken(all, width, known)).slice(0, 2)) };
  }
}

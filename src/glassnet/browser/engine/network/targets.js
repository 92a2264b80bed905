// What the targets are, and what constant predictions cost: as glassnet/insight/diagnosis/targets.py.

import { lengthOf } from "../arithmetic/rows.js";
import { lossOf, oneHot, repeated, smooth } from "./losses.js";

const SMALLEST = 1.1754943508222875e-38, TINY = 1e-12;

/** @param {ArrayLike<number>} values @returns {boolean} */
function isBinary(values) {
  return Array.prototype.every.call(values, (value) => value === 0 || value === 1);
}

/** The columns of a table, each in ascending order. @param {Floats} values @param {number} n @param {number} m
 * @returns {Float64Array[]} */
function sortedColumns(values, n, m) {
  return Array.from({ length: m }, (_, j) => Float64Array.from({ length: n }, (_, i) => values[i * m + j]).sort());
}

/** @param {Float64Array} column @returns {number} */
function mean(column) {
  return column.reduce((sum, value) => sum + value, 0) / column.length;
}

/** Between two values of an ascending column, where the share lies between them. @param {Float64Array} column
 * @param {number} share @returns {number} */
function quantile(column, share) {
  const place = share * (column.length - 1), low = Math.floor(place);
  return column[low] + (place - low) * (column[Math.min(low + 1, column.length - 1)] - column[low]);
}

/** The constant prediction that suits columns of targets best. @param {any} loss @param {Float64Array[]} columns
 * @returns {Float64Array} */
function bestConstant({ part }, columns) {
  const { name, level, levels, pos_weight = 1, least_variance } = part, k = columns.length / (levels?.length ?? 2);
  const share = (/** @type {number} */ j) => name === "quantiles" ? levels[Math.floor(j / k)] : name === "quantile" ? level : 0.5;
  return Float64Array.from(columns, (column, j) => {
    if (["quantiles", "quantile", "mean_absolute_error"].includes(name))
      return column[Math.max(Math.ceil(share(j) * column.length) - 1, 0)];
    const middle = mean(column);
    if (name === "gaussian_nll" && j >= k)
      return Math.log(Math.max(mean(column.map((value) => (value - middle) ** 2)), least_variance));
    return pos_weight === 1 ? middle : pos_weight * middle / (1 - middle + pos_weight * middle);
  });
}

/** The targets of some samples beside what a network, in float64, predicts. */
export class Targets {
  /** @param {any} loss as the user named it @param {Table} y @param {Table} output */
  constructor(loss, y, output) {
    this.loss = lossOf(loss);
    this.output = output;
    const [n, m] = output.shape, { takes_classes, targets } = this.loss;
    this.n = n;
    this.m = m;
    this.y = y;
    /** Values, or one-hot rows. @type {Floats} */
    this.matrix = takes_classes ? oneHot(y.values, m, new Float64Array(n * m))
      : repeated(this.loss, y.values, y.shape[1], new Float64Array(n * y.shape[1] * this.loss.each));
    this.compared = this.matrix.slice();
    if (targets !== "labels") smooth(this.loss, this.compared, n * m, m);
    const sums = new Float64Array(n);
    this.matrix.forEach((value, k) => (sums[Math.floor(k / m)] += value));
    const isWhole = isBinary(this.matrix), isOneHot = isWhole && (m === 1 || sums.every((sum) => sum === 1));
    const ofShares = this.loss.domain[0] === 0 && this.loss.domain[1] === 1;
    this.kind = targets === "labels" ? "labels" : takes_classes || isOneHot ? "classes" : isWhole ? "several"
      : ofShares ? "probabilities" : "values";
  }

  /** The class of each sample. @returns {Int32Array} */
  get classes() {
    const { values, shape: [n, width] } = this.y;
    return Int32Array.from({ length: n }, (_, i) => {
      const row = values.subarray(i * width, (i + 1) * width);
      return width === 1 ? row[0] : row.indexOf(Math.max(...row));
    });
  }

  /** The loss of these outputs. @param {Floats} output @returns {number} */
  value(output) {
    const { loss, n, m, compared } = this, ones = new Float64Array(n).fill(1), error = new Float64Array(n * m);
    return loss.compare(compared, 0, output, 0, n, m, ones, 0, error, 0, loss.share(n, m), loss.parameters);
  }

  /** The loss of predictions, of one for all samples or of one for each. @param {Floats} rows @returns {number} */
  costs(rows) {
    const { activation } = this.loss, logarithm = (/** @type {number} */ p) => Math.log(Math.max(p, SMALLEST));
    const before = (/** @type {number} */ p) => activation === "linear" ? p : logarithm(p) - (activation === "sigmoid" ? logarithm(1 - p) : 0);
    const found = this.value(Float64Array.from({ length: this.n * this.m }, (_, k) => before(rows[k % rows.length])));
    return Number.isFinite(found) ? found : Infinity;
  }

  /** The rows that outputs are compared with, each of length 1. @returns {Float64Array} */
  get directions() {
    return Float64Array.from(this.compared, (value, k) => value / Math.max(lengthOf(this.compared, k - (k % this.m), this.m), 1e-8));
  }

  /** The smallest loss that a prediction reaches which is the same for all samples. @returns {number} */
  get chance() {
    const { n, m, kind, loss } = this, columns = sortedColumns(this.matrix, n, m), rows = [];
    rows.push(bestConstant(loss, sortedColumns(loss.part.name === "cosine" ? this.directions : this.compared, n, m)));
    for (let k = 1; kind === "values" && k <= 19; k++) rows.push(Float64Array.from(columns, (column) => quantile(column, k / 20)));
    return Math.min(...rows.map((row) => this.costs(row)));
  }

  /** The loss of a network that knows nothing yet: all classes alike, or all values zero. @returns {number} */
  get guess() {
    const { m, kind, loss, n } = this;
    if (kind === "classes") return this.costs(new Float64Array(m).fill(1 / Math.max(m, 2)));
    if (loss.domain[0] === 0 && loss.domain[1] === 1) return this.costs(new Float64Array(m).fill(0.5));
    return this.value(new Float64Array(n * m));
  }

  /** The share of each class. @returns {Float64Array} */
  get shares() {
    const counts = new Float64Array(Math.max(this.m, 2));
    for (const of of this.classes) counts[of] += 1 / this.n;
    return counts;
  }

  /** What a rule that compares rows compares: one-hot classes, or values. @returns {{ values: Floats, width: number }} */
  get columns() {
    const { kind, n, m, matrix, classes } = this, width = Math.max(m, 2);
    return kind === "classes" ? { values: oneHot(Float64Array.from(classes), width, new Float64Array(n * width)), width } : { values: matrix, width: m };
  }

  /** Outputs as the loss understands them: probabilities of logits. @returns {Floats} */
  get centre() {
    const predicted = this.output.values.slice();
    this.loss.activate(predicted, this.n, this.m);
    return predicted;
  }

  /** The loss where every output is its target. @returns {number} */
  get floor() {
    if (this.kind === "classes" && !this.loss.part.label_smoothing) return 0;
    const found = this.costs(this.compared);
    return Number.isFinite(found) ? Math.min(found, this.chance) : 0;
  }

  /** The class that each row of outputs names. @returns {Int32Array} */
  get named() {
    const { output: { values }, n, m, loss } = this, threshold = loss.activation === "sigmoid" ? 0 : 0.5;
    return Int32Array.from({ length: n }, (_, i) => {
      const row = values.subarray(i * m, (i + 1) * m);
      return m > 1 ? row.indexOf(Math.max(...row)) : Number(row[0] > threshold);
    });
  }

  /** The share of samples whose class is named rightly. @returns {number} */
  get accuracy() {
    const { named, classes } = this;
    return named.reduce((right, label, i) => right + (label === classes[i] ? 1 : 0), 0) / this.n;
  }

  /** F1 of each class that is there. @returns {number[]} */
  get f1() {
    const { named, classes } = this, count = (/** @type {(i: number) => boolean} */ holds) => named.reduce((sum, _, i) => sum + (holds(i) ? 1 : 0), 0);
    return [...new Set(classes)].map((label) => 2 * count((i) => named[i] === label && classes[i] === label)
      / (count((i) => named[i] === label) + count((i) => classes[i] === label)));
  }

  /** How well outputs fit: 0 as well as the best constant, 1 perfectly. @param {number} value @returns {number} */
  score(value) {
    const { kind, n, m, matrix, loss, output, classes } = this;
    if (kind === "classes") {
      const counts = new Float64Array(Math.max(m, 2));
      for (const of of classes) counts[of]++;
      const majority = Math.max(...counts) / n;
      return (this.accuracy - majority) / Math.max(1 - majority, TINY);
    }
    if (kind === "values" && loss.facts.aims_at_middle !== true) {
      const { floor } = this;
      return 1 - (value - floor) / Math.max(this.chance - floor, TINY);
    }
    const predicted = output.values.slice(), means = sortedColumns(matrix, n, m).map(mean);
    loss.activate(predicted, n, m);
    let missed = 0, spread = 0;
    matrix.forEach((target, k) => {
      missed += (target - predicted[k]) ** 2;
      spread += (target - means[k % m]) ** 2;
    });
    return 1 - missed / Math.max(spread, TINY);
  }

  /** All of it; of labels, which say what belongs together, the kind alone. @param {number} value the loss of the outputs */
  facts(value) {
    if (this.kind === "labels") return { kind: this.kind, chance: null, guess: null, floor: null, progress: null, score: null };
    const { kind, chance, floor } = this;
    return { kind, chance, guess: this.guess, floor, progress: 1 - (value - floor) / Math.max(chance - floor, 1e-300), score: this.score(value) };
  }
}

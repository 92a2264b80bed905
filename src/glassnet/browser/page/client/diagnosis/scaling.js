/** Whether weights and biases make up for the scale of features and targets, as glassnet/insight/diagnosis/rules/scaling.py measures it. */
import { columnsOf, product, ratioToUsual, rms, TINY } from "./measures.js";

export const LARGEST_FEATURE = 20;
export const UNEVEN_FEATURES = 30;
const CANCELLED = 0.5, LARGEST_SPREAD = 5, NEAR = 0.5;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values, around = mean(values)) => Math.sqrt(mean(values.map((value) => (value - around) ** 2)));

export const middle = (values) => {
  const sorted = Float64Array.from(values).sort(), half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Whether the first weights are as small as their features are large, in a network whose start nobody saw. */
export function makesUpForFeatures(one) {
  if (one.start !== null || one.rows[0].kind !== "dense") return false;
  const [first] = one.now.blocks, { inputs, weights: { values, shape: [, m] }, z } = first.record.dense;
  const usual = rms(values) / Math.max(ratioToUsual(first, 0), TINY), columns = columnsOf(inputs);
  const size = columns.map((_, j) => rms(values.subarray(j * m, (j + 1) * m)) / usual);
  const spread = columns.map((column, j) => deviation(column) * size[j]).filter((_, j) => one.samples.features[j] !== null), widest = Math.max(...spread);
  if (widest > LARGEST_FEATURE || widest > UNEVEN_FEATURES * middle(spread)) return false;
  const means = (table) => columnsOf(table).map(mean), isCancelled = () => rms(means(z)) <= CANCELLED * rms(means(product(first, { withBias: false })));
  return Math.max(...columns.map((column, j) => rms(column) * size[j])) <= LARGEST_FEATURE || isCancelled();
}

/** Whether a dense layer only scales and shifts, which another could have done, in such a network alike. */
export function isScaling(one, layer) {
  const { values, shape: [k, m] } = one.now.blocks[layer].record.dense.weights;
  return one.start === null && k === m && values.every((value, at) => value === 0 || at % (m + 1) === 0);
}

/** Whether the last weights are as large as the targets, and outputs lie where these do; of such a network alike. */
export function makesUpForTargets(one, column) {
  if (one.start !== null) return false;
  const { values, shape: [n] } = one.now.output, m = values.length / n, { matrix, m: width } = one.now.targets;
  const y = matrix.filter((_, k) => k % width === column), said = values.filter((_, k) => k % m === column);
  return Math.abs(mean(said) - mean(y)) <= NEAR * deviation(y) && deviation(y) <= LARGEST_SPREAD * ratioToUsual(one.now.blocks.at(-1), 1);
}

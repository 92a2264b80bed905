/** Measures of blocks and samples that the rules compare with their limits: those of glassnet/insight/diagnosis in Python. */

export const TINY = 1e-300;
const ALIKE = 1e-6, TWINS = 1e-5, SMALLEST_GAIN = 0.2, ENOUGH_WEIGHTS = 8, FLAT = 0.05;
const SHIFTING = ["batch_norm", "layer_norm"], NORMS = [...SHIFTING, "rms_norm"];

export const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
export const isNormalised = ({ record: { kinds } }) => kinds.some((kind) => NORMS.includes(kind));
export const isShiftedBefore = ({ record: { kinds, before } }) => kinds.slice(0, before).some((kind) => SHIFTING.includes(kind));
export const isNormalisedBefore = ({ record: { kinds, before } }) => kinds.slice(0, before).some((kind) => NORMS.includes(kind));

/** Columns of a table as arrays. */
export const columnsOf = ({ values, shape: [n] }) => Array.from({ length: values.length / n }, (_, j) => Float64Array.from({ length: n }, (_, i) => values[i * (values.length / n) + j]));

/** Root mean square of a table without the means of its columns. */
export function spreadOf(table) {
  const squares = columnsOf(table).map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
  });
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

/** The smallest and the largest deviation of weights that common initialisers draw. */
function usual({ record: { dense: { weights: { shape: [k, m] } } } }) {
  const drawn = [1 / (3 * k), 1 / k, 2 / k, 2 / (k + m)].map(Math.sqrt);
  return [Math.min(...drawn), Math.max(...drawn)];
}

/** The size of the weights beside the smallest (0) or the largest (1) that common initialisers draw. */
export const ratioToUsual = (block, end) => rms(block.record.dense.weights.values) / usual(block)[end];
export const isSmall = (block) => ratioToUsual(block, 0) < SMALLEST_GAIN ** Math.max(1, ENOUGH_WEIGHTS / block.record.dense.weights.values.length);
export const anyWeights = ({ record: { dense } }) => dense.weights.values.some((value) => value !== 0);

/** inputs · weights, scaled each by a factor, plus a bias. */
export function product({ record: { dense: { inputs, weights, bias } } }, { ofInputs = 1, ofWeights = 1, withBias = true }) {
  const [n] = inputs.shape, [k, m] = weights.shape, z = new Float64Array(n * m);
  for (let i = 0; i < n; i += 1) {
    for (let l = 0; l < k; l += 1) {
      const x = inputs.values[i * k + l] * ofInputs * ofWeights;
      if (x !== 0) for (let j = 0; j < m; j += 1) z[i * m + j] += x * weights.values[l * m + j];
    }
    if (withBias && bias !== null) for (let j = 0; j < m; j += 1) z[i * m + j] += bias.values[j];
  }
  return { values: z, shape: [n, m] };
}

/** The share of numbers where a bounded activation is flat. */
export function flatShare({ record: { active: { formulas, constants } } }, { values }, steepest) {
  const slope = (z) => formulas.slope(z, formulas.value(z, ...constants), ...constants);
  return values.reduce((count, z) => count + Number(slope(z) < FLAT * steepest), 0) / values.length;
}

/** For each unit the first one that has the same numbers, itself where none before has. */
function firstAlike(rows, m, isAlso = () => true) {
  const sizes = Array.from({ length: m }, (_, j) => rows.reduce((sum, row) => sum + row[j] ** 2, 0));
  const alike = (i, j) => rows.reduce((sum, row) => sum + (row[i] - row[j]) ** 2, 0) <= TWINS ** 2 * Math.min(sizes[i], sizes[j]);
  return Array.from({ length: m }, (_, j) => {
    for (let i = 0; i < j; i += 1) if (alike(i, j) && isAlso(i, j)) return i;
    return j;
  });
}

const rowsOf = ({ values, shape: [k, m] }) => Array.from({ length: k }, (_, i) => values.subarray(i * m, (i + 1) * m));
const incoming = ({ record: { dense: { weights, bias } } }) => [...rowsOf(weights), ...(bias === null ? [] : [bias.values])];

/** How many units of a block differ in what comes in, and, where a block follows, in what goes out. */
export function different(block, following = null) {
  const m = block.units, rows = incoming(block);
  if (following === null) return firstAlike(rows, m).filter((first, j) => first === j).length;
  const { values, shape: [, width] } = following.record.dense.weights, sizes = Array.from({ length: m }, (_, i) => values.subarray(i * width, (i + 1) * width).reduce((sum, value) => sum + value * value, 0));
  const isAlso = (i, j) => {
    let distance = 0;
    for (let k = 0; k < width; k += 1) distance += (values[i * width + k] - values[j * width + k]) ** 2;
    return distance <= TWINS ** 2 * Math.min(sizes[i], sizes[j]);
  };
  return firstAlike(rows, m, isAlso).filter((first, j) => first === j).length;
}

/** A number for each row; rows that are equal to rounding share it. */
export function groupsOf({ values, shape: [n] }) {
  const width = values.length / n, scale = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) * ALIKE, numbers = new Map();
  return Int32Array.from({ length: n }, (_, i) => {
    const key = scale === 0 ? "" : Array.from(values.subarray(i * width, (i + 1) * width), (value) => Math.round(value / scale) + 0).join();
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key);
  });
}

/** The sum of squares of some rows around their mean. */
function around(places, values, width) {
  let sum = 0;
  for (let j = 0; j < width; j += 1) {
    let mean = 0;
    for (const i of places) mean += values[i * width + j];
    mean /= places.length;
    for (const i of places) sum += (values[i * width + j] - mean) ** 2;
  }
  return sum;
}

/** What is left of the targets' squares around the means of groups, by group, and around the mean of all. */
export function lostIn(groups, { values, width }) {
  const members = [];
  groups.forEach((group, i) => (members[group] ??= []).push(i));
  const spread = around([...groups.keys()], values, width), parts = members.map((places) => ({ places, lost: around(places, values, width) }));
  return { spread, parts, share: spread === 0 ? 0 : parts.reduce((sum, { lost }) => sum + lost, 0) / spread };
}

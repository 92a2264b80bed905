// Learned slopes, factors and vectors, and the two ends of a residual layer.

import { checkedNumber, GlassnetError, shown } from "../base/errors.js";
import { CONSTANT_ONE, oneAxis, product, vector } from "./shapes.js";

/** @type {LayerKind} */
export const prelu = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters(layer, shape) {
    const n = oneAxis(shape), begin = { kind: "initializer", name: "constant", value: layer.initial_slope };
    return [{ ...vector("weights", n, begin, layer.learning_rate_factor), shape: [layer.shared ? 1 : n] }];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const step = layer.shared ? 0 : 1;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) {
        const value = x[xAt + i * k + j];
        a[aAt + i * k + j] = Math.min(value, 0) * own.parameters[own.at[0] + step * j] + Math.max(value, 0);
      }
  },
  backward(layer, own, { x, xAt, n, k }, error, eAt, d, dAt) {
    const step = layer.shared ? 0 : 1, { parameters, gradients, at } = own;
    const sums = new Float64Array(layer.shared ? 1 : k);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) {
        const place = i * k + j, value = x[xAt + place], e = error[eAt + place];
        sums[step * j] += e * Math.min(value, 0);
        d[dAt + place] = e * (value > 0 ? 1 : parameters[at[0] + step * j]);
      }
    gradients.set(sums, at[0]);
  },
};

/** @type {LayerKind} */
export const scale = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: (layer, shape) => [vector("weights", oneAxis(shape), CONSTANT_ONE, layer.learning_rate_factor)],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) a[aAt + i * k + j] = x[xAt + i * k + j] * own.parameters[own.at[0] + j];
  },
  backward(layer, own, { x, xAt, n, k }, error, eAt, d, dAt) {
    const { parameters, gradients, at } = own;
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const place = i * k + j, e = error[eAt + place];
        sum += e * x[xAt + place];
        d[dAt + place] = e * parameters[at[0] + j];
      }
      gradients[at[0] + j] = sum;
    }
  },
};

/** Columns that pass, in their order. @param {any} layer @param {number} n @returns {number[]} */
function passing(layer, n) {
  const embedded = new Set(layer.categories.map((/** @type {number[]} */ pair) => pair[0]));
  return Array.from({ length: n }, (_, column) => column).filter((column) => !embedded.has(column));
}

/** @type {LayerKind} */
export const embedding = {
  inPlace: false,
  outputShape(layer, shape) {
    const n = oneAxis(shape), { categories } = layer;
    for (const [column] of categories)
      if (column >= n)
        throw new GlassnetError(`embeds column ${column}; received samples of ${n} columns, 0 to ${n - 1}`);
    return [n - categories.length + categories.length * layer.dimension];
  },
  parameters(layer) {
    const n = layer.categories.reduce((/** @type {number} */ sum, /** @type {number[]} */ pair) => sum + pair[1], 0);
    const { dimension, initializer, learning_rate_factor: factor } = layer;
    return [{ name: "weights", shape: [n, dimension], initializer, fan_in: n, fan_out: dimension, factor }];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt, m }) {
    const columns = passing(layer, k), d = layer.dimension;
    for (let i = 0; i < n; i++) {
      columns.forEach((column, place) => (a[aAt + i * m + place] = x[xAt + i * k + column]));
      let offset = 0, to = aAt + i * m + columns.length;
      for (const [column, count] of layer.categories) {
        const from = own.at[0] + (offset + x[xAt + i * k + column]) * d;
        for (let j = 0; j < d; j++) a[to + j] = own.parameters[from + j];
        offset += count;
        to += d;
      }
    }
  },
  backward(layer, own, { x, xAt, n, k, m }, error, eAt, d, dAt) {
    const columns = passing(layer, k), width = layer.dimension, { gradients, at } = own;
    const [weights] = /** @type {any} */ (embedding).parameters(layer);
    gradients.fill(0, at[0], at[0] + product(weights.shape));
    d.fill(0, dAt, dAt + n * k);
    for (let i = 0; i < n; i++) {
      columns.forEach((column, place) => (d[dAt + i * k + column] = error[eAt + i * m + place]));
      let offset = 0, from = eAt + i * m + columns.length;
      for (const [column, count] of layer.categories) {
        const to = at[0] + (offset + x[xAt + i * k + column]) * width;
        for (let j = 0; j < width; j++) gradients[to + j] += error[from + j];
        offset += count;
        from += width;
      }
    }
  },
  check(layer) {
    if (!Array.isArray(layer.categories) || layer.categories.length === 0)
      throw new GlassnetError(`categories of embedding must be [[column, count], ...]; got ${shown(layer.categories)}`);
    for (const pair of layer.categories) {
      checkedNumber("a column of embedding", pair?.[0], { least: 0, integer: true });
      checkedNumber("a number of categories of embedding", pair?.[1], { least: 1, integer: true });
    }
  },
};

/** Hands its input on, to the layers inside and past them; what it keeps is the error of the sum behind them.
 * @type {LayerKind} */
export const branch = {
  inPlace: false,
  outputShape: (layer, shape) => shape,
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let place = 0; place < n * k; place++) a[aAt + place] = x[xAt + place];
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    for (let place = 0; place < n * k; place++) d[dAt + place] = error[eAt + place] + own.memory[own.keptAt[0] + place];
  },
};

/** Adds the input of the layers inside to what they gave, which it keeps. @type {LayerKind} */
export const sum = {
  inPlace: false,
  outputShape: (layer, shape) => shape,
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let place = 0; place < n * k; place++) a[aAt + place] = x[xAt + place] + own.memory[own.keptAt[0] + place];
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    for (let place = 0; place < n * k; place++) d[dAt + place] = error[eAt + place];
  },
};

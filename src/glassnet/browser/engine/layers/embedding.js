// Integers as learned vectors.

import { checkedNumber, GlassnetError, shown } from "../base/errors.js";
import { LAYERS } from "../plan/layers.js";
import { oneAxis, product } from "../plan/shapes.js";

/** Columns that pass, in their order. @param {any} layer @param {number} n @returns {number[]} */
function passing(layer, n) {
  const embedded = new Set(layer.categories.map((/** @type {number[]} */ pair) => pair[0]));
  return Array.from({ length: n }, (_, column) => column).filter((column) => !embedded.has(column));
}

LAYERS.embedding = {
  inPlace: false,
  readsData: true,
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
    const [weights] = /** @type {any} */ (LAYERS.embedding).parameters(layer);
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

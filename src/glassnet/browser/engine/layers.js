// Layers: their shapes and parameters, and the arithmetic of those that are neither dense, an activation nor dropout.

import { GlassnetError, checkedNumber, shown } from "./errors.js";

/** @param {number[]} shape @returns {number} */
export function product(shape) {
  return shape.reduce((total, n) => total * n, 1);
}

/** @param {number[]} shape @returns {number} */
function oneAxis(shape) {
  if (shape.length !== 1)
    throw new GlassnetError(
      `reads samples with one axis of features; received samples of shape (${shape.join(", ")}). Put flatten before it`,
    );
  return shape[0];
}

/** @param {any} activation @param {number} units */
function refuseLonelySoftmax(activation, units) {
  if (activation.name === "softmax" && units === 1)
    throw new GlassnetError("is a softmax over one unit, which is always 1; use sigmoid, or two units");
}

const CONSTANT_ONE = { kind: "initializer", name: "constant", value: 1 };
const ZEROS = { kind: "initializer", name: "zeros" };

/** @param {string} name @param {number} n @param {any} initializer @param {number} factor @returns {Parameter} */
function vector(name, n, initializer, factor) {
  return { name, shape: [n], initializer, fan_in: n, fan_out: n, factor };
}

/** @param {any} layer @param {number[]} shape */
const affine = (layer, shape) => {
  const n = oneAxis(shape);
  return [
    vector("weights", n, CONSTANT_ONE, layer.learning_rate_factor),
    vector("bias", n, ZEROS, layer.bias_learning_rate_factor),
  ];
};

/** dw = sum dA s; db = sum dA, of w s + b. @param {Own} own @param {Pass} pass @param {Floats} error @param {number} eAt */
function affineBackward(own, pass, error, eAt) {
  const { n, k } = pass, { gradients, memory } = own;
  for (let j = 0; j < k; j++) {
    let weights = 0, bias = 0;
    for (let i = 0; i < n; i++) {
      const e = error[eAt + i * k + j];
      weights += e * memory[own.keptAt[0] + i * k + j];
      bias += e;
    }
    gradients[own.at[0] + j] = weights;
    gradients[own.at[1] + j] = bias;
  }
}

/** @type {LayerKind} */
const batchNorm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: affine,
  statistics: (layer, shape) => [
    vector("running_mean", product(shape), ZEROS, 1),
    vector("running_variance", product(shape), CONSTANT_ONE, 1),
  ],
  kept: (layer, shape) => [product(shape), product(shape)],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, running, memory, at, statisticsAt, keptAt } = own, { momentum } = layer;
    for (let j = 0; j < k; j++) {
      let mean = 0, variance = 0;
      for (let i = 0; i < n; i++) mean += x[xAt + i * k + j];
      mean /= n;
      for (let i = 0; i < n; i++) variance += (x[xAt + i * k + j] - mean) ** 2;
      variance /= n;
      const inverse = 1 / Math.sqrt(variance + layer.epsilon);
      memory[keptAt[1] + j] = inverse;
      const m = statisticsAt[0] + j, v = statisticsAt[1] + j;
      running[m] = running[m] * (1 - momentum) + momentum * mean;
      running[v] = running[v] * (1 - momentum) + momentum * (n / Math.max(n - 1, 1) * variance);
      for (let i = 0; i < n; i++) {
        const standardised = (x[xAt + i * k + j] - mean) * inverse;
        memory[keptAt[0] + i * k + j] = standardised;
        a[aAt + i * k + j] = parameters[at[0] + j] * standardised + parameters[at[1] + j];
      }
    }
  },
  infer(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, running, at, statisticsAt } = own;
    for (let j = 0; j < k; j++) {
      const mean = running[statisticsAt[0] + j];
      const scale = parameters[at[0] + j] / Math.sqrt(running[statisticsAt[1] + j] + layer.epsilon);
      for (let i = 0; i < n; i++) a[aAt + i * k + j] = (x[xAt + i * k + j] - mean) * scale + parameters[at[1] + j];
    }
  },
  backward(layer, own, pass, error, eAt, d, dAt) {
    const { n, k } = pass, { parameters, memory, at, keptAt } = own;
    affineBackward(own, pass, error, eAt);
    for (let j = 0; j < k; j++) {
      const weight = parameters[at[0] + j], inverse = memory[keptAt[1] + j];
      let mean = 0, along = 0;
      for (let i = 0; i < n; i++) {
        const g = error[eAt + i * k + j] * weight;
        mean += g;
        along += g * memory[keptAt[0] + i * k + j];
      }
      mean /= n;
      along /= n;
      for (let i = 0; i < n; i++) {
        const place = i * k + j, g = error[eAt + place] * weight;
        d[dAt + place] = inverse * (g - mean - memory[keptAt[0] + place] * along);
      }
    }
  },
};

/** @type {LayerKind} */
const layerNorm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: affine,
  kept: (layer, shape) => [oneAxis(shape), 1],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, memory, at, keptAt } = own;
    for (let i = 0; i < n; i++) {
      const from = xAt + i * k;
      let mean = 0, variance = 0;
      for (let j = 0; j < k; j++) mean += x[from + j];
      mean /= k;
      for (let j = 0; j < k; j++) variance += (x[from + j] - mean) ** 2;
      const inverse = 1 / Math.sqrt(variance / k + layer.epsilon);
      memory[keptAt[1] + i] = inverse;
      for (let j = 0; j < k; j++) {
        const standardised = (x[from + j] - mean) * inverse;
        memory[keptAt[0] + i * k + j] = standardised;
        a[aAt + i * k + j] = parameters[at[0] + j] * standardised + parameters[at[1] + j];
      }
    }
  },
  backward(layer, own, pass, error, eAt, d, dAt) {
    const { n, k } = pass, { parameters, memory, at, keptAt } = own;
    affineBackward(own, pass, error, eAt);
    for (let i = 0; i < n; i++) {
      let mean = 0, along = 0;
      for (let j = 0; j < k; j++) {
        const g = error[eAt + i * k + j] * parameters[at[0] + j];
        mean += g;
        along += g * memory[keptAt[0] + i * k + j];
      }
      mean /= k;
      along /= k;
      const inverse = memory[keptAt[1] + i];
      for (let j = 0; j < k; j++) {
        const place = i * k + j, g = error[eAt + place] * parameters[at[0] + j];
        d[dAt + place] = inverse * (g - mean - memory[keptAt[0] + place] * along);
      }
    }
  },
};

/** What is added to the mean square: the machine epsilon where none is given. @param {any} layer @param {Floats} x */
function epsilonOf(layer, x) {
  return layer.epsilon ?? (x instanceof Float32Array ? 2 ** -23 : 2 ** -52);
}

/** @type {LayerKind} */
const rmsNorm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: (layer, shape) => [vector("weights", oneAxis(shape), CONSTANT_ONE, layer.learning_rate_factor)],
  kept: (layer, shape) => [oneAxis(shape), 1],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, memory, at, keptAt } = own, epsilon = epsilonOf(layer, x);
    for (let i = 0; i < n; i++) {
      let square = 0;
      for (let j = 0; j < k; j++) square += x[xAt + i * k + j] ** 2;
      const inverse = 1 / Math.sqrt(square / k + epsilon);
      memory[keptAt[1] + i] = inverse;
      for (let j = 0; j < k; j++) {
        const divided = x[xAt + i * k + j] * inverse;
        memory[keptAt[0] + i * k + j] = divided;
        a[aAt + i * k + j] = divided * parameters[at[0] + j];
      }
    }
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    const { parameters, gradients, memory, at, keptAt } = own;
    gradients.fill(0, at[0], at[0] + k);
    for (let i = 0; i < n; i++) {
      let along = 0;
      for (let j = 0; j < k; j++) {
        const e = error[eAt + i * k + j], divided = memory[keptAt[0] + i * k + j];
        gradients[at[0] + j] += e * divided;
        along += e * parameters[at[0] + j] * divided;
      }
      along /= k;
      for (let j = 0; j < k; j++) {
        const place = i * k + j, g = error[eAt + place] * parameters[at[0] + j];
        d[dAt + place] = memory[keptAt[1] + i] * (g - memory[keptAt[0] + place] * along);
      }
    }
  },
};

/** @type {LayerKind} */
const prelu = {
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
const scale = {
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
const embedding = {
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

/** @type {Record<string, LayerKind>} */
export const LAYERS = {
  dense: {
    outputShape(layer, shape) {
      oneAxis(shape);
      refuseLonelySoftmax(layer.activation, layer.units);
      return [layer.units];
    },
    parameters(layer, shape) {
      const n = oneAxis(shape), m = layer.units, fans = { fan_in: n, fan_out: m };
      const weights = { name: "weights", shape: [n, m], initializer: layer.initializer, ...fans };
      const bias = { name: "bias", shape: [m], initializer: layer.bias_initializer, ...fans };
      const all = [
        { ...weights, factor: layer.learning_rate_factor },
        { ...bias, factor: layer.bias_learning_rate_factor },
      ];
      return layer.use_bias ? all : all.slice(0, 1);
    },
  },
  activation: {
    outputShape(layer, shape) {
      if (layer.activation.name === "softmax") refuseLonelySoftmax(layer.activation, oneAxis(shape));
      return shape;
    },
  },
  dropout: { outputShape: (layer, shape) => shape },
  flatten: { outputShape: (layer, shape) => [product(shape)], kind: null },
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  rms_norm: rmsNorm,
  prelu,
  scale,
  embedding,
  residual: { outputShape: (layer, shape) => shape },
};

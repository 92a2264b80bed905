// Normalisation over the batch, and over each sample.

import { CONSTANT_ONE, oneAxis, product, vector, ZEROS } from "./shapes.js";

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
export const batchNorm = {
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
export const layerNorm = {
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
export const rmsNorm = {
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

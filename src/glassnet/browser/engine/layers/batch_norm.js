// Each feature standardised over the batch.

import { affine, affineBackward } from "../plan/affine.js";
import { LAYERS } from "../plan/layers.js";
import { CONSTANT_ONE, oneAxis, product, vector, ZEROS } from "../plan/shapes.js";

LAYERS.batch_norm = {
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

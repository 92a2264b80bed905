// Each sample standardised over its features.

import { affine, affineBackward } from "../plan/affine.js";
import { LAYERS } from "../plan/layers.js";
import { oneAxis } from "../plan/shapes.js";

LAYERS.layer_norm = {
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

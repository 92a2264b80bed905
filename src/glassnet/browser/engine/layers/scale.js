// A learned factor for each feature.

import { LAYERS } from "../plan/layers.js";
import { CONSTANT_ONE, oneAxis, vector } from "../plan/shapes.js";

LAYERS.scale = {
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

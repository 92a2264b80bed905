// A rectifier whose slope below zero is learned.

import { LAYERS } from "../plan/layers.js";
import { oneAxis, vector } from "../plan/shapes.js";

LAYERS.prelu = {
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

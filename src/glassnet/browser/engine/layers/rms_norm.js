// Each sample divided by the root of its mean square.

import { LAYERS } from "../plan/layers.js";
import { CONSTANT_ONE, oneAxis, vector } from "../plan/shapes.js";

/** What is added to the mean square: the machine epsilon where none is given. @param {any} layer @param {Floats} x */
function epsilonOf(layer, x) {
  return layer.epsilon ?? (x instanceof Float32Array ? 2 ** -23 : 2 ** -52);
}

LAYERS.rms_norm = {
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

// Weights and biases of normalised numbers.

import { CONSTANT_ONE, oneAxis, vector, ZEROS } from "./shapes.js";

/** @param {any} layer @param {number[]} shape */
export const affine = (layer, shape) => {
  const n = oneAxis(shape);
  return [
    vector("weights", n, CONSTANT_ONE, layer.learning_rate_factor),
    vector("bias", n, ZEROS, layer.bias_learning_rate_factor),
  ];
};

/** dw = sum dA s; db = sum dA, of w s + b. @param {Own} own @param {Pass} pass @param {Floats} error @param {number} eAt */
export function affineBackward(own, pass, error, eAt) {
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

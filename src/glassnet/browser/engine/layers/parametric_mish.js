// Mish, of which each unit learns how much to take.

import { f_mish, f_mish_slope } from "../formulas.js";
import { LAYERS } from "../plan/layers.js";
import { oneAxis, vector } from "../plan/shapes.js";

/** A layer a = x + w (f(x) - x). @param {(z: number) => number} value @param {(z: number) => number} slope @returns {any} */
export function parametric(value, slope) {
  return {
    outputShape: (/** @type {any} */ layer, /** @type {number[]} */ shape) => [oneAxis(shape)],
    parameters(/** @type {any} */ layer, /** @type {number[]} */ shape) {
      const begin = { kind: "initializer", name: "constant", value: 1 };
      return [vector("weights", oneAxis(shape), begin, layer.learning_rate_factor)];
    },
    forward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, a, aAt }) {
      for (let i = 0; i < n; i++)
        for (let j = 0; j < k; j++) {
          const z = x[xAt + i * k + j];
          a[aAt + i * k + j] = z + own.parameters[own.at[0] + j] * (value(z) - z);
        }
    },
    backward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k }, /** @type {any} */ error, /** @type {number} */ eAt, /** @type {any} */ d, /** @type {number} */ dAt) {
      const { parameters, gradients, at } = own, sums = new Float64Array(k);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < k; j++) {
          const place = i * k + j, z = x[xAt + place], e = error[eAt + place];
          sums[j] += e * (value(z) - z);
          d[dAt + place] = e * (1 + parameters[at[0] + j] * (slope(z) - 1));
        }
      gradients.set(sums, at[0]);
    },
  };
}

LAYERS.parametric_mish = parametric(f_mish, (z) => f_mish_slope(z, f_mish(z)));

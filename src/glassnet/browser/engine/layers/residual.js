// The two ends of a residual layer; the plan itself goes around the layers inside.

import { LAYERS } from "../plan/layers.js";

LAYERS.residual = { outputShape: (layer, shape) => shape };

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

// Numbers as waves of learned lengths.

import { checkedNumber, GlassnetError, shown } from "../base/errors.js";
import { LAYERS } from "../plan/layers.js";
import { oneAxis } from "../plan/shapes.js";

LAYERS.periodic = {
  inPlace: false,
  outputShape(layer, shape) {
    const n = oneAxis(shape), last = Math.max(...layer.columns);
    if (last >= n)
      throw new GlassnetError(`makes waves of column ${last}; received samples of ${n} columns, 0 to ${n - 1}`);
    return [n + layer.columns.length * layer.dimension];
  },
  parameters(layer) {
    const m = layer.columns.length, { waves, dimension, deviation, learning_rate_factor: factor } = layer;
    const begin = (/** @type {string} */ name, /** @type {object} */ fields) => ({ kind: "initializer", name, ...fields });
    const fans = { fan_in: waves, fan_out: dimension, factor }, linear = begin("torch_linear", {});
    return [
      { name: "weights", shape: [m * waves, dimension], initializer: linear, ...fans },
      { name: "offsets", shape: [m, dimension], initializer: linear, ...fans },
      { name: "frequencies", shape: [m, waves], initializer: begin("normal", { scale: deviation }), ...fans },
      { name: "phases", shape: [m, waves], initializer: begin("uniform", { low: -Math.PI, high: Math.PI }), ...fans },
    ];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt, m }) {
    const { columns, waves, dimension } = layer, { parameters, at: [weights, offsets, lengths, phases] } = own;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) a[aAt + i * m + j] = x[xAt + i * k + j];
      columns.forEach((/** @type {number} */ column, /** @type {number} */ c) => {
        const angle = 2 * Math.PI * x[xAt + i * k + column], to = aAt + i * m + k + c * dimension;
        const sums = Float64Array.from({ length: dimension }, (_, e) => parameters[offsets + c * dimension + e]);
        for (let w = c * waves; w < (c + 1) * waves; w++) {
          const wave = Math.cos(angle * parameters[lengths + w] + parameters[phases + w]);
          for (let e = 0; e < dimension; e++) sums[e] += wave * parameters[weights + w * dimension + e];
        }
        a.set(sums, to);
      });
    }
  },
  backward(layer, own, { x, xAt, n, k, m }, error, eAt, d, dAt) {
    const { columns, waves, dimension } = layer, { parameters, gradients, at: [weights, offsets, lengths, phases] } = own;
    const total = new Float64Array(phases + columns.length * waves - weights);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) d[dAt + i * k + j] = error[eAt + i * m + j];
      columns.forEach((/** @type {number} */ column, /** @type {number} */ c) => {
        const angle = 2 * Math.PI * x[xAt + i * k + column], from = eAt + i * m + k + c * dimension;
        let dInput = 0;
        for (let e = 0; e < dimension; e++) total[offsets - weights + c * dimension + e] += error[from + e];
        for (let w = c * waves; w < (c + 1) * waves; w++) {
          const whole = angle * parameters[lengths + w] + parameters[phases + w], wave = Math.cos(whole);
          let dWave = 0;
          for (let e = 0; e < dimension; e++) {
            dWave += error[from + e] * parameters[weights + w * dimension + e];
            total[w * dimension + e] += wave * error[from + e];
          }
          const dAngle = -Math.sin(whole) * dWave;
          total[lengths - weights + w] += angle * dAngle;
          total[phases - weights + w] += dAngle;
          dInput += parameters[lengths + w] * dAngle;
        }
        d[dAt + i * k + column] += 2 * Math.PI * dInput;
      });
    }
    gradients.set(total, weights);
  },
  check(layer) {
    if (!Array.isArray(layer.columns) || layer.columns.length === 0)
      throw new GlassnetError(`columns of periodic must be [column, ...]; got ${shown(layer.columns)}`);
    for (const column of layer.columns) checkedNumber("a column of periodic", column, { least: 0, integer: true });
    for (const name of ["waves", "dimension"])
      checkedNumber(`${name} of periodic`, layer[name], { least: 1, integer: true });
  },
};

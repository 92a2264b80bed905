// All kinds of layers by name: their shapes and parameters, and the arithmetic that the loop does not do itself. Those that
// the loop computes stand here; every other kind adds itself, in the file of layers/ that is named like it.

import { GlassnetError } from "../base/errors.js";
import { PARTS } from "../formulas.js";
import { oneAxis, product, refuseLonelySoftmax } from "./shapes.js";

/** @type {Record<string, LayerKind>} */
export const LAYERS = {
  dense: {
    outputShape(layer, shape) {
      oneAxis(shape);
      refuseLonelySoftmax(layer.activation, layer.units);
      return [layer.units];
    },
    parameters(layer, shape) {
      const n = oneAxis(shape), m = layer.units, fans = { fan_in: n, fan_out: m };
      const weights = { name: "weights", shape: [n, m], initializer: layer.initializer, ...fans };
      const bias = { name: "bias", shape: [m], initializer: layer.bias_initializer, ...fans };
      const all = [
        { ...weights, factor: layer.learning_rate_factor },
        { ...bias, factor: layer.bias_learning_rate_factor },
      ];
      return layer.use_bias ? all : all.slice(0, 1);
    },
  },
  activation: {
    outputShape(layer, shape) {
      if (PARTS.activation[layer.activation.name].is_of_rows) refuseLonelySoftmax(layer.activation, oneAxis(shape));
      return shape;
    },
  },
  dropout: { outputShape: (layer, shape) => shape },
  flatten: { outputShape: (layer, shape) => [product(shape)], kind: null },
};

/** Raise where a kind of layer, or something that Python's has, is not there. @param {string} name */
export function refuseHalfMade(name) {
  const there = Object.keys(LAYERS).join(", ");
  if (!LAYERS[name]) throw new GlassnetError(`layer ${name} is not computed by the browser engine, which knows ${there}`);
  for (const part of ["outputShape", ...PARTS.layer[name].computed ?? []])
    if (!Object.hasOwn(LAYERS[name], part))
      throw new GlassnetError(`layer ${name} has no ${part} in the browser engine, and is half made there`);
}

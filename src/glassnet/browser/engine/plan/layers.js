// All kinds of layers by name: their shapes and parameters, and the arithmetic that the loop does not do itself.

import { embedding, prelu, scale } from "./learned.js";
import { periodic } from "./periodic.js";
import { batchNorm, layerNorm, rmsNorm } from "./normalisation.js";
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
      if (layer.activation.name === "softmax") refuseLonelySoftmax(layer.activation, oneAxis(shape));
      return shape;
    },
  },
  dropout: { outputShape: (layer, shape) => shape },
  flatten: { outputShape: (layer, shape) => [product(shape)], kind: null },
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  rms_norm: rmsNorm,
  prelu,
  scale,
  embedding,
  periodic,
  residual: { outputShape: (layer, shape) => shape },
};

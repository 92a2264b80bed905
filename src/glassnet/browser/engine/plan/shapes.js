// Shapes of samples, and parameters of layers.

import { GlassnetError } from "../base/errors.js";
import { PARTS } from "../formulas.js";

/** @param {number[]} shape @returns {number} */
export function product(shape) {
  return shape.reduce((total, n) => total * n, 1);
}

/** @param {number[]} shape @returns {number} */
export function oneAxis(shape) {
  if (shape.length !== 1)
    throw new GlassnetError(
      `reads samples with one axis of features; received samples of shape (${shape.join(", ")}). Put flatten before it`,
    );
  return shape[0];
}

/** @param {any} activation @param {number} units */
export function refuseLonelySoftmax(activation, units) {
  if (PARTS.activation[activation.name].is_of_rows && units === 1)
    throw new GlassnetError(
      `is a ${activation.name} over one unit, which is always ${activation.name === "softmax" ? 1 : 0}; use sigmoid, or two units`,
    );
}

export const CONSTANT_ONE = { kind: "initializer", name: "constant", value: 1 };
export const ZEROS = { kind: "initializer", name: "zeros" };

/** @param {string} name @param {number} n @param {any} initializer @param {number} factor @returns {Parameter} */
export function vector(name, n, initializer, factor) {
  return { name, shape: [n], initializer, fan_in: n, fan_out: n, factor };
}

// Losses that are sums of formulas over all entries, of one or of several outputs for each target.

import { f_gaussian, f_gaussian_slope, f_gaussian_slope_of_variance, f_quantile, f_quantile_slope } from "../formulas.js";

/** The weighted sum of the losses of all entries times `share`, and its gradient with respect to the predictions. One
 * loop for all of them: a network has few outputs beside its other numbers.
 * @param {(y: number, p: number, a: number, b: number, c: number) => number} value
 * @param {(y: number, p: number, a: number, b: number, c: number) => number} slope @returns {Compare} */
export function elementwise(value, slope) {
  return (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, [a, b, c]) => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      const weight = weights[weightsAt + i], shared = weight * share;
      for (let j = 0; j < m; j++) {
        const k = i * m + j, target = y[yAt + k], prediction = q[qAt + k];
        total += value(target, prediction, a, b, c) * weight;
        error[eAt + k] = slope(target, prediction, a, b, c) * shared;
      }
    }
    return total * share;
  };
}

/** A loss whose fields are always these numbers. @param {Compare} compare @param {number[]} fields @returns {Compare} */
export const withFields = (compare, fields) => (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share) =>
  compare(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, fields);

/** Of k targets the first k outputs are means, the next k logarithms of variances; targets stand beside both.
 * @type {Compare} */
export function compareGaussian(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, [least]) {
  const k = m / 2;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights[weightsAt + i], shared = weight * share;
    for (let j = i * m; j < i * m + k; j++) {
      const target = y[yAt + j], mean = q[qAt + j], logarithm = q[qAt + j + k];
      total += f_gaussian(target, mean, logarithm, least) * weight;
      error[eAt + j] = f_gaussian_slope(target, mean, logarithm, least) * shared;
      error[eAt + j + k] = f_gaussian_slope_of_variance(target, mean, logarithm, least) * shared;
    }
  }
  return total * share;
}

/** An output for each level of every target: first the lowest level of all. @type {Compare} */
export function compareQuantiles(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, levels) {
  const each = m / levels.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights[weightsAt + i], shared = weight * share;
    for (let j = 0; j < m; j++) {
      const k = i * m + j, level = levels[Math.floor(j / each)];
      total += f_quantile(y[yAt + k], q[qAt + k], level) * weight;
      error[eAt + k] = f_quantile_slope(y[yAt + k], q[qAt + k], level) * shared;
    }
  }
  return total * share;
}

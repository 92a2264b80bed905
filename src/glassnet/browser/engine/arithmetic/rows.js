// Formulas that need a whole row or a whole batch: softmax, its cross-entropy, distances. As glassnet/formulas/rows.py.

import { f_contrastive_pair, f_contrastive_pair_slope, f_hinge } from "../formulas.js";

/** A = softmax(Z) in each row; Z may be A.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
export function softmax(z, zAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, to = aAt + i * m;
    let most = z[from], sum = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) {
      const e = Math.exp(z[from + j] - most);
      a[to + j] = e;
      sum += e;
    }
    for (let j = 0; j < m; j++) a[to + j] /= sum;
  }
}

/** Z += b; A = softmax(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt
 * @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
export function activateSoftmax(z, zAt, bias, biasAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) z[zAt + i * m + j] += bias[biasAt + j];
  softmax(z, zAt, n, m, a, aAt);
}

/** dz_j = a_j (da_j - sum_k a_k da_k) in each row, in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt */
export function gateSoftmax(z, zAt, n, m, a, aAt, error, eAt) {
  for (let i = 0; i < n; i++) {
    const at = aAt + i * m, to = eAt + i * m;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += a[at + j] * error[to + j];
    for (let j = 0; j < m; j++) error[to + j] = a[at + j] * (error[to + j] - sum);
  }
}

/** A = log softmax(Z) in each row; Z may be A.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
export function logSoftmax(z, zAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, to = aAt + i * m;
    let most = z[from], sum = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) sum += Math.exp(z[from + j] - most);
    const logarithm = Math.log(sum);
    for (let j = 0; j < m; j++) a[to + j] = z[from + j] - most - logarithm;
  }
}

/** Z += b; A = log softmax(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt
 * @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
export function activateLogSoftmax(z, zAt, bias, biasAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) z[zAt + i * m + j] += bias[biasAt + j];
  logSoftmax(z, zAt, n, m, a, aAt);
}

/** dz_j = da_j - exp(a_j) sum_k da_k in each row, in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt */
export function gateLogSoftmax(z, zAt, n, m, a, aAt, error, eAt) {
  for (let i = 0; i < n; i++) {
    const at = aAt + i * m, to = eAt + i * m;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += error[to + j];
    for (let j = 0; j < m; j++) error[to + j] -= Math.exp(a[at + j]) * sum;
  }
}

/** Cross-entropy of softmax(Z) from the logits, and its gradient softmax(Z) sum(Y) - Y.
 * @param {Floats} y @param {number} yAt @param {Floats} z @param {number} zAt @param {number} n @param {number} m
 * @param {Floats} weights @param {number} weightsAt @param {Floats} error @param {number} eAt @param {number} share
 * @returns {number} */
export function compareSoftmax(y, yAt, z, zAt, n, m, weights, weightsAt, error, eAt, share) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, target = yAt + i * m, to = eAt + i * m, weight = weights[weightsAt + i];
    let most = z[from], sum = 0, mass = 0, product = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) {
      const gap = z[from + j] - most, e = Math.exp(gap);
      error[to + j] = e;
      sum += e;
      mass += y[target + j];
      product += y[target + j] * gap;
    }
    total += (mass * Math.log(sum) - product) * weight;
    const scale = mass / sum, shared = weight * share;
    for (let j = 0; j < m; j++) error[to + j] = (error[to + j] * scale - y[target + j]) * shared;
  }
  return total * share;
}

/** The length of a row. @param {Floats} rows @param {number} from @param {number} m @returns {number} */
export function lengthOf(rows, from, m) {
  let squares = 0;
  for (let j = from; j < from + m; j++) squares += rows[j] * rows[j];
  return Math.sqrt(squares);
}

/** The mean over samples of a loss of sums over their rows, by its three formulas: what is summed of each entry, the
 * loss of the sums, and its slopes. A sample has `members` rows; targets are as wide as they are, or single numbers.
 * @param {(...numbers: number[]) => number[]} terms @param {(...numbers: number[]) => number} value
 * @param {(...numbers: number[]) => number[]} slopes @param {number} members @param {boolean} isOfValues @returns {Compare} */
export function ofRows(terms, value, slopes, members, isOfValues) {
  const k = Math.max(members, 1);
  return (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, p) => {
    const width = isOfValues ? m : 1, /** @type {number[]} */ entries = [];
    let total = 0;
    for (let i = 0; i < n; i += k) {
      const from = qAt + i * m, target = yAt + i * width, to = eAt + i * m, weight = weights[weightsAt + i], /** @type {number[]} */ sums = [];
      const take = (/** @type {number} */ j) => {
        entries[0] = y[target + j % width];
        for (let place = 0; place < k; place++) entries[place + 1] = q[from + place * m + j];
      };
      for (let j = 0; j < m; j++) {
        take(j);
        terms(...entries, ...p).forEach((term, place) => (sums[place] = (sums[place] ?? 0) + term));
      }
      total += value(...(members ? [y[target]] : []), ...sums, ...p) * weight * k;
      for (let j = 0; j < m; j++) {
        take(j);
        slopes(...entries, ...sums, ...p).forEach((slope, place) => (error[to + place * m + j] = slope * weight * share * k));
      }
    }
    return total * share;
  };
}

/** Distances of all pairs of rows (n, n). @param {Floats} p @param {number} at @param {number} n @param {number} d */
function distances(p, at, n, d) {
  const found = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        const gap = p[at + i * d + k] - p[at + j * d + k];
        sum += gap * gap;
      }
      found[i * n + j] = Math.sqrt(sum);
    }
  return found;
}

/** The gradient with respect to P of a value with slope `slopes` (n, n) in each distance; 0 where that is 0.
 * @param {Floats} p @param {number} at @param {number} n @param {number} d @param {Float64Array} distance
 * @param {Float64Array} slopes @param {Floats} error @param {number} eAt */
function distancesBackward(p, at, n, d, distance, slopes, error, eAt) {
  error.fill(0, eAt, eAt + n * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const length = distance[i * n + j] > 0 ? distance[i * n + j] : 1;
      const pull = slopes[i * n + j] / length + slopes[j * n + i] / length;
      if (pull !== 0)
        for (let k = 0; k < d; k++) error[eAt + i * d + k] += pull * (p[at + i * d + k] - p[at + j * d + k]);
    }
}

/** Mean over the pairs of the batch. @param {Floats} y @param {number} n @param {Float64Array} distance
 * @param {number} margin @param {Float64Array} slopes @returns {number} */
function contrastive(y, n, distance, margin, slopes) {
  const share = 1 / Math.max(n * (n - 1) / 2, 1);
  let total = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const same = y[i] === y[j] ? 1 : 0, k = i * n + j;
      total += share * f_contrastive_pair(same, distance[k], margin);
      slopes[k] = share * f_contrastive_pair_slope(same, distance[k], margin);
    }
  return total;
}

/** Mean over anchors with their farthest positive and nearest negative. @param {Floats} y @param {number} n
 * @param {Float64Array} distance @param {number} margin @param {Float64Array} slopes @returns {number} */
function tripletHard(y, n, distance, margin, slopes) {
  /** @type {[number, number, number][]} */
  const found = [];
  for (let i = 0; i < n; i++) {
    let far = -1, near = -1;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const k = i * n + j;
      if (y[i] === y[j] && (far < 0 || distance[k] > distance[i * n + far])) far = j;
      if (y[i] !== y[j] && (near < 0 || distance[k] < distance[i * n + near])) near = j;
    }
    if (far >= 0 && near >= 0) found.push([i, far, near]);
  }
  const share = 1 / Math.max(found.length, 1);
  let total = 0;
  for (const [i, far, near] of found) {
    const excess = distance[i * n + far] - distance[i * n + near] + margin;
    total += f_hinge(excess);
    if (excess > 0) {
      slopes[i * n + far] += share;
      slopes[i * n + near] -= share;
    }
  }
  return total * share;
}

/** Mean over all triplets of the batch. @param {Floats} y @param {number} n @param {Float64Array} distance
 * @param {number} margin @param {Float64Array} slopes @returns {number} */
function tripletAll(y, n, distance, margin, slopes) {
  let count = 0, total = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (j === i || y[j] !== y[i]) continue;
      for (let k = 0; k < n; k++) {
        if (y[k] === y[i]) continue;
        count++;
        const excess = distance[i * n + j] - distance[i * n + k] + margin;
        total += f_hinge(excess);
        if (excess > 0) {
          slopes[i * n + j]++;
          slopes[i * n + k]--;
        }
      }
    }
  const share = 1 / Math.max(count, 1);
  for (let k = 0; k < slopes.length; k++) slopes[k] *= share;
  return total * share;
}

/** @param {(y: Floats, n: number, distance: Float64Array, margin: number, slopes: Float64Array) => number} value */
function ofDistances(value) {
  /** @type {Compare} */
  return (y, yAt, q, qAt, n, d, weights, weightsAt, error, eAt, share, p) => {
    const distance = distances(q, qAt, n, d), slopes = new Float64Array(n * n);
    const found = value(y.subarray(yAt, yAt + n), n, distance, p[0], slopes);
    distancesBackward(q, qAt, n, d, distance, slopes, error, eAt);
    return found;
  };
}

export const compareContrastive = ofDistances(contrastive);
export const compareTripletHard = ofDistances(tripletHard);
export const compareTripletAll = ofDistances(tripletAll);

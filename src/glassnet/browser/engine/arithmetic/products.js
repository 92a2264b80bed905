// Matrix products over parts of flat arrays, four columns at a time, so that each entry of the left factor is read once for four.

/** Z (n, m) = X (n, k) W (k, m).
 * @param {Floats} x @param {number} xAt @param {number} n @param {number} k
 * @param {Floats} w @param {number} wAt @param {number} m @param {Floats} z @param {number} zAt */
export function multiply(x, xAt, n, k, w, wAt, m, z, zAt) {
  const whole = m - (m & 3);
  for (let i = 0; i < n; i++) {
    const start = xAt + i * k, stop = start + k, to = zAt + i * m;
    for (let j = 0; j < whole; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let l = start, v = wAt + j; l < stop; l++, v += m) {
        const factor = x[l];
        s0 += factor * w[v];
        s1 += factor * w[v + 1];
        s2 += factor * w[v + 2];
        s3 += factor * w[v + 3];
      }
      z[to + j] = s0;
      z[to + j + 1] = s1;
      z[to + j + 2] = s2;
      z[to + j + 3] = s3;
    }
    for (let j = whole; j < m; j++) {
      let sum = 0;
      for (let l = start, v = wAt + j; l < stop; l++, v += m) sum += x[l] * w[v];
      z[to + j] = sum;
    }
  }
}

/** dW (k, m) = X^T (k, n) dZ (n, m).
 * @param {Floats} x @param {number} xAt @param {number} n @param {number} k
 * @param {Floats} e @param {number} eAt @param {number} m @param {Floats} g @param {number} gAt */
export function multiplyWeightsGradient(x, xAt, n, k, e, eAt, m, g, gAt) {
  const whole = m - (m & 3), end = xAt + n * k;
  for (let l = 0; l < k; l++) {
    const to = gAt + l * m;
    for (let j = 0; j < whole; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let i = xAt + l, v = eAt + j; i < end; i += k, v += m) {
        const factor = x[i];
        s0 += factor * e[v];
        s1 += factor * e[v + 1];
        s2 += factor * e[v + 2];
        s3 += factor * e[v + 3];
      }
      g[to + j] = s0;
      g[to + j + 1] = s1;
      g[to + j + 2] = s2;
      g[to + j + 3] = s3;
    }
    for (let j = whole; j < m; j++) {
      let sum = 0;
      for (let i = xAt + l, v = eAt + j; i < end; i += k, v += m) sum += x[i] * e[v];
      g[to + j] = sum;
    }
  }
}

/** dX (n, k) = dZ (n, m) W^T (m, k).
 * @param {Floats} e @param {number} eAt @param {number} n @param {number} m
 * @param {Floats} w @param {number} wAt @param {number} k @param {Floats} d @param {number} dAt */
export function multiplyInputGradient(e, eAt, n, m, w, wAt, k, d, dAt) {
  const whole = k - (k & 3);
  for (let i = 0; i < n; i++) {
    const start = eAt + i * m, to = dAt + i * k;
    for (let l = 0; l < whole; l += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      const v = wAt + l * m;
      for (let j = 0; j < m; j++) {
        const factor = e[start + j];
        s0 += factor * w[v + j];
        s1 += factor * w[v + m + j];
        s2 += factor * w[v + 2 * m + j];
        s3 += factor * w[v + 3 * m + j];
      }
      d[to + l] = s0;
      d[to + l + 1] = s1;
      d[to + l + 2] = s2;
      d[to + l + 3] = s3;
    }
    for (let l = whole; l < k; l++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += e[start + j] * w[wAt + l * m + j];
      d[to + l] = sum;
    }
  }
}

/** db (m,) = the sums of the columns of dZ (n, m).
 * @param {Floats} e @param {number} eAt @param {number} n @param {number} m @param {Floats} g @param {number} gAt */
export function columnSums(e, eAt, n, m, g, gAt) {
  for (let j = 0; j < m; j++) {
    let sum = 0;
    for (let i = 0, v = eAt + j; i < n; i++, v += m) sum += e[v];
    g[gAt + j] = sum;
  }
}

// Loops written by hand, each for one network, as one writes them who wants that network and speed, and nothing else.

/** 2-8-8-1, tanh, tanh, sigmoid, binary cross-entropy, gradient descent: returns a function that trains one epoch. */
export function spirals(X, y, weights, rate, size) {
  const n = y.length, order = Int32Array.from({ length: n }, (_, i) => i);
  const [w1, b1, w2, b2, w3, b3] = weights.map((values) => Float64Array.from(values));
  const [d1, c1, d2, c2, d3, c3] = [w1, b1, w2, b2, w3, b3].map((values) => new Float64Array(values.length));
  const a1 = new Float64Array(8), a2 = new Float64Array(8), e1 = new Float64Array(8), e2 = new Float64Array(8);
  const updates = [[w1, d1], [b1, c1], [w2, d2], [b2, c2], [w3, d3], [b3, c3]];
  return () => {
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1)), kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    let total = 0;
    for (let start = 0; start < n; start += size) {
      const stop = Math.min(start + size, n), share = 1 / (stop - start);
      for (const [, d] of updates) d.fill(0);
      for (let place = start; place < stop; place++) {
        const row = order[place], x0 = X[2 * row], x1 = X[2 * row + 1], target = y[row];
        for (let j = 0; j < 8; j++) a1[j] = Math.tanh(x0 * w1[j] + x1 * w1[8 + j] + b1[j]);
        let z = b3[0];
        for (let j = 0; j < 8; j++) {
          let sum = b2[j];
          for (let i = 0; i < 8; i++) sum += a1[i] * w2[8 * i + j];
          a2[j] = Math.tanh(sum);
          z += a2[j] * w3[j];
        }
        const e = Math.exp(-Math.abs(z)), p = (z > 0 ? 1 : e) / (1 + e);
        total += Math.max(z, 0) - z * target + Math.log1p(e);
        const error = (p - target) * share;
        c3[0] += error;
        for (let j = 0; j < 8; j++) {
          d3[j] += error * a2[j];
          e2[j] = error * w3[j] * (1 - a2[j] * a2[j]);
          c2[j] += e2[j];
        }
        for (let i = 0; i < 8; i++) {
          let sum = 0;
          for (let j = 0; j < 8; j++) {
            d2[8 * i + j] += a1[i] * e2[j];
            sum += e2[j] * w2[8 * i + j];
          }
          e1[i] = sum * (1 - a1[i] * a1[i]);
          c1[i] += e1[i];
          d1[i] += x0 * e1[i];
          d1[8 + i] += x1 * e1[i];
        }
      }
      for (const [w, d] of updates) for (let k = 0; k < w.length; k++) w[k] -= rate * d[k];
    }
    return total / n;
  };
}

/** 64-32-10, relu, softmax, cross-entropy of classes, gradient descent. */
export function digits(X, y, weights, rate, size) {
  const n = y.length, order = Int32Array.from({ length: n }, (_, i) => i);
  const [w1, b1, w2, b2] = weights.map((values) => Float64Array.from(values));
  const [d1, c1, d2, c2] = [w1, b1, w2, b2].map((values) => new Float64Array(values.length));
  const a1 = new Float64Array(32), e1 = new Float64Array(32), p = new Float64Array(10);
  const updates = [[w1, d1], [b1, c1], [w2, d2], [b2, c2]];
  return () => {
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1)), kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    let total = 0;
    for (let start = 0; start < n; start += size) {
      const stop = Math.min(start + size, n), share = 1 / (stop - start);
      for (const [, d] of updates) d.fill(0);
      for (let place = start; place < stop; place++) {
        const row = order[place], at = 64 * row;
        a1.set(b1);
        for (let i = 0; i < 64; i++) {
          const x = X[at + i], from = 32 * i;
          for (let j = 0; j < 32; j++) a1[j] += x * w1[from + j];
        }
        p.set(b2);
        for (let i = 0; i < 32; i++) {
          const a = a1[i] = Math.max(a1[i], 0), from = 10 * i;
          for (let j = 0; j < 10; j++) p[j] += a * w2[from + j];
        }
        let most = p[0], sum = 0;
        for (let j = 1; j < 10; j++) most = Math.max(most, p[j]);
        total -= p[y[row]] - most;
        for (let j = 0; j < 10; j++) sum += p[j] = Math.exp(p[j] - most);
        total += Math.log(sum);
        for (let j = 0; j < 10; j++) {
          p[j] = (p[j] / sum - (j === y[row] ? 1 : 0)) * share;
          c2[j] += p[j];
        }
        for (let i = 0; i < 32; i++) {
          const a = a1[i], from = 10 * i;
          let error = 0;
          for (let j = 0; j < 10; j++) {
            d2[from + j] += a * p[j];
            error += p[j] * w2[from + j];
          }
          e1[i] = a > 0 ? error : 0;
          c1[i] += e1[i];
        }
        for (let i = 0; i < 64; i++) {
          const x = X[at + i], to = 32 * i;
          for (let j = 0; j < 32; j++) d1[to + j] += x * e1[j];
        }
      }
      for (const [w, d] of updates) for (let k = 0; k < w.length; k++) w[k] -= rate * d[k];
    }
    return total / n;
  };
}

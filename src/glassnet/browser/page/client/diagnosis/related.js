/** How much of the targets the samples tell, found without a network: nearest neighbours and a linear fit, each sample left out. */
import { Random } from "../glassnet.js";

const MOST_ROWS = 800, NEIGHBOURS = 5, TINY = 1e-12;

/** Rows looked at, each feature with mean 0 and deviation 1, constant ones left out. */
function scaled(x, width, rows) {
  const kept = [];
  for (let j = 0; j < width; j += 1) {
    const column = Float64Array.from(rows, (i) => x[i * width + j]), mean = column.reduce((a, b) => a + b, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    if (spread > 1e-12 * (1 + column.reduce((top, value) => Math.max(top, Math.abs(value)), 0))) kept.push(column.map((value) => (value - mean) / spread));
  }
  return rows.map((_, i) => Float64Array.from(kept, (column) => column[i]));
}

/** Squared distance of two rows; as soon as it is above a limit, anything above that. */
function distance(one, other, limit) {
  let sum = 0;
  for (let k = 0; k < one.length && sum <= limit; k += 1) sum += (one[k] - other[k]) ** 2;
  return sum;
}

/** Predictions of each sample from its nearest others. */
function byNeighbours(x, y) {
  const most = Math.min(NEIGHBOURS, x.length - 1);
  return x.map((own, i) => {
    const nearest = [];
    for (let j = 0; j < x.length; j += 1) {
      const limit = nearest.length < most ? Infinity : nearest.at(-1).far, far = i === j ? Infinity : distance(own, x[j], limit);
      if (far >= limit) continue;
      if (nearest.length === most) nearest.pop();
      const place = nearest.findIndex((other) => other.far > far);
      nearest.splice(place < 0 ? nearest.length : place, 0, { far, j });
    }
    return y[0].map((_, c) => nearest.reduce((sum, { j }) => sum + y[j][c], 0) / nearest.length);
  });
}

/** The solution of a positive definite system, for several right sides, by Cholesky's factors. */
function solved(matrix, sides) {
  const n = matrix.length, L = matrix.map((row) => row.slice());
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = L[i][j];
      for (let k = 0; k < j; k += 1) sum -= L[i][k] * L[j][k];
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
  }
  return sides.map((side) => {
    const v = side.slice();
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < i; k += 1) v[i] -= L[i][k] * v[k];
      v[i] /= L[i][i];
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < n; k += 1) v[i] -= L[k][i] * v[k];
      v[i] /= L[i][i];
    }
    return v;
  });
}

/** Predictions of each sample by a linear fit to the others, with a little weight decay. */
function byLine(x, y) {
  const rows = x.map((row) => [1, ...row]), k = rows[0].length, gram = Array.from({ length: k }, (_, a) => Array.from({ length: k }, (_, b) => (a === b ? (a === 0 ? 1e-9 : 1) : 0)));
  for (const row of rows) for (let a = 0; a < k; a += 1) for (let b = 0; b < k; b += 1) gram[a][b] += row[a] * row[b];
  const inverse = solved(gram, rows), diagonal = rows.map((row, i) => row.reduce((sum, value, a) => sum + value * inverse[i][a], 0));
  const totals = y[0].map((_, c) => rows[0].map((__, a) => rows.reduce((sum, row, i) => sum + row[a] * y[i][c], 0)));
  return rows.map((_, i) => totals.map((total, c) => {
    const whole = inverse[i].reduce((sum, value, a) => sum + value * total[a], 0);
    return (whole - diagonal[i] * y[i][c]) / Math.max(1 - diagonal[i], 1e-6);
  }));
}

/** What the better of the two tells: `told`, of the targets' spread, at least 0; `score`, 0 as a constant, 1 perfect. */
export function relation(x, width, { values, width: m }, isOfClasses) {
  const n = x.length / width, rows = Array.from(new Random(0).permutation(n)).slice(0, MOST_ROWS), features = scaled(x, width, rows);
  const y = rows.map((i) => Array.from(values.subarray(i * m, (i + 1) * m))), means = y[0].map((_, c) => y.reduce((sum, row) => sum + row[c], 0) / y.length);
  const spread = Math.max(y.reduce((sum, row) => sum + row.reduce((own, value, c) => own + (value - means[c]) ** 2, 0), 0), TINY);
  const predictions = [byNeighbours(features, y), byLine(features, y)];
  const r2 = predictions.map((found) => 1 - found.reduce((sum, row, i) => sum + row.reduce((own, value, c) => own + (value - y[i][c]) ** 2, 0), 0) / spread);
  const named = (row) => row.indexOf(Math.max(...row)), majority = Math.max(...means);
  const right = predictions.map((found) => (found.filter((row, i) => named(row) === named(y[i])).length / y.length - majority) / Math.max(1 - majority, TINY));
  return { told: Math.max(0, ...r2), score: Math.max(...(isOfClasses ? right : r2)) };
}

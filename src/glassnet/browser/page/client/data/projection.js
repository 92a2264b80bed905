/** The two numbers of a sample that its picture shows: two of its columns, or its principal components. */

const MOST_ROWS = 1000, ROUNDS = 300, ENOUGH = 1e-13;

/** Mean and deviation (divisor n) of each column; a deviation of 1 where a column is constant. */
export function moments(values, width) {
  const n = values.length / width, mean = new Float64Array(width), scale = new Float64Array(width).fill(1);
  for (let c = 0; c < width; c += 1) {
    for (let i = c; i < values.length; i += width) mean[c] += values[i] / n;
    let square = 0;
    for (let i = c; i < values.length; i += width) square += (values[i] - mean[c]) ** 2 / n;
    if (square > 1e-30) scale[c] = Math.sqrt(square);
  }
  return { mean, scale };
}

const lengthOf = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

/** The direction in which rows spread most, at right angles to those before: by power iteration. Its largest entry is positive. */
function direction(rows, before) {
  let found = Float64Array.from(rows[0], (_, c) => 1 + 0.01 * ((c * 7919) % 13));
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = new Float64Array(found.length);
    for (const row of rows) {
      const along = row.reduce((sum, value, c) => sum + value * found[c], 0);
      row.forEach((value, c) => { next[c] += along * value; });
    }
    for (const other of before) {
      const along = next.reduce((sum, value, c) => sum + value * other[c], 0);
      other.forEach((value, c) => { next[c] -= along * value; });
    }
    const length = lengthOf(next);
    if (length === 0) break;
    const unit = next.map((value) => value / length), moved = lengthOf(unit.map((value, c) => value - found[c]));
    found = unit;
    if (moved < ENOUGH) break;
  }
  const top = found.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return top < 0 ? found.map((value) => -value) : found;
}

/** The first two principal components of the standardised columns, and what part of all variance each tells. */
export function components({ X, width, n }) {
  const { mean, scale } = moments(X, width), stride = Math.ceil(n / MOST_ROWS);
  const rows = Array.from({ length: Math.ceil(n / stride) }, (_, i) => Float64Array.from({ length: width }, (__, c) => (X[i * stride * width + c] - mean[c]) / scale[c]));
  const first = direction(rows, []), second = direction(rows, [first]);
  const spread = (along) => rows.reduce((sum, row) => sum + row.reduce((own, value, c) => own + value * along[c], 0) ** 2, 0);
  const all = rows.reduce((sum, row) => sum + row.reduce((own, value) => own + value * value, 0), 0) || 1;
  return { mean, scale, vectors: [first, second], shares: [spread(first) / all, spread(second) / all] };
}

/** Where samples lie in the picture, and which row of the data a place in it stands for; `axes` are two columns or "components". */
export function projectionOf(source, axes) {
  const { X, width, n } = source;
  if (axes === "components") {
    const { mean, scale, vectors, shares } = components(source);
    const on = (row, vector) => vector.reduce((sum, value, c) => sum + value * (X[row * width + c] - mean[c]) / scale[c], 0);
    return {
      names: shares.map((share, i) => `component ${i + 1}, ${Math.round(100 * share)} % of the variance`),
      positions: Float64Array.from({ length: 2 * n }, (_, k) => on(Math.floor(k / 2), vectors[k % 2])),
      row: (x, y) => mean.map((value, c) => value + scale[c] * (x * vectors[0][c] + y * vectors[1][c])),
    };
  }
  const { mean } = moments(X, width), [first, second] = axes;
  return {
    names: [source.featureNames[first], source.featureNames[second]],
    positions: Float64Array.from({ length: 2 * n }, (_, k) => X[Math.floor(k / 2) * width + axes[k % 2]]),
    row: (x, y) => mean.map((value, c) => (c === second ? y : c === first ? x : value)),
  };
}

/** The rectangle that shows these places, with a margin. */
export function rectangleOf(positions) {
  const limits = (side) => {
    let [low, high] = [Infinity, -Infinity];
    for (let k = side; k < positions.length; k += 2) {
      low = Math.min(low, positions[k]);
      high = Math.max(high, positions[k]);
    }
    const margin = (high - low || 1) * 0.12;
    return [low - margin, high + margin];
  };
  return { x: limits(0), y: limits(1) };
}

/** Rows of the data for a grid over a rectangle, row after row from the top. */
export function gridOf(source, { row }, { x, y }, n) {
  const base = new Float64Array(n * n * source.width);
  for (let i = 0; i < n * n; i += 1) {
    const [down, across] = [Math.floor(i / n), i % n];
    base.set(row(x[0] + (x[1] - x[0]) * (across + 0.5) / n, y[1] - (y[1] - y[0]) * (down + 0.5) / n), i * source.width);
  }
  return base;
}

/** Where a field over a grid is zero: marching squares, a pure function of its numbers. */

/** Short lines `[x1, y1, x2, y2]`, in cells from the middle of the first one, where an n × n field changes its sign. */
export function zeroLines(field, n) {
  const lines = [];
  for (let row = 0; row < n - 1; row += 1) {
    for (let column = 0; column < n - 1; column += 1) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const values = corners.map(([x, y]) => field[y * n + x]), cuts = [];
      for (let side = 0; side < 4; side += 1) {
        const [a, b] = [values[side], values[(side + 1) % 4]];
        if (a < 0 === b < 0) continue;
        const share = a / (a - b), [x, y] = corners[side], [x2, y2] = corners[(side + 1) % 4];
        cuts.push([x + share * (x2 - x), y + share * (y2 - y)]);
      }
      for (let i = 0; i + 1 < cuts.length; i += 2) lines.push([...cuts[i], ...cuts[i + 1]]);
    }
  }
  return lines;
}

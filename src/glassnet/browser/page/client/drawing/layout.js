/** Where columns, units and weights of the drawing lie: a pure function of the network and the room there is. */

export const MOST_DRAWN = 32; // units of a column; of larger ones some are drawn, and any can be asked for
const DRAWN_OF_LARGER = 20;
const HEAD = 74, NOTE = 16, FOOT = 16;
export const CROWDED = 30; // a pitch below which biases are told of the unit that is pointed at alone

/** Which units of a column are drawn; `asked` is one that must be among them. */
export function drawnUnits(units, asked = null) {
  if (units <= MOST_DRAWN) return Array.from({ length: units }, (_, unit) => unit);
  const drawn = Array.from({ length: DRAWN_OF_LARGER }, (_, unit) => unit);
  if (asked !== null && asked >= DRAWN_OF_LARGER && asked < units) drawn[DRAWN_OF_LARGER - 1] = asked;
  return drawn;
}

/**
 * Columns with their units: `columns` is `[{ units, image, names, notes }]` from the inputs on, `room` the width in pixels.
 * `notes` counts the lines of words below its head.
 * Gives the size of a unit, the whole size, and for each column its x and the places of its units.
 */
export function layoutOf(columns, room, asked = {}) {
  const drawn = columns.map(({ units, image }, place) => (image ? [0] : drawnUnits(units, asked[place] ?? null)));
  const tallest = Math.max(...drawn.map((units) => units.length));
  const pitch = tallest <= 4 ? 70 : tallest <= 8 ? 54 : tallest <= 12 ? 42 : tallest <= 20 ? 30 : 22;
  const size = Math.round(tallest <= 4 ? 46 : tallest <= 8 ? 38 : pitch - (pitch > 30 ? 10 : 5));
  const image = 112;
  const isNarrow = room < 560, least = isNarrow || pitch < CROWDED ? Math.max(74, size + 28) : Math.max(112, size + 64);
  const names = Math.min(isNarrow ? 64 : 96, 4 + 8 * Math.max(0, ...(columns[0].names ?? []).map((name) => name.length)));
  const first = columns[0].image ? image / 2 + 8 : Math.max(54, size / 2 + 12 + names);
  const end = Math.max(58, size / 2 + (pitch < 42 ? 84 : 26));
  const gap = Math.max(least, (room - first - end) / Math.max(1, columns.length - 1));
  const head = HEAD + NOTE * Math.max(0, ...columns.map(({ notes = 0, units }) => notes + Number(units > MOST_DRAWN) - 1));
  const height = head + Math.max(tallest * pitch, columns[0].image ? image + 20 : 0, 190) + FOOT;
  const middle = head + (height - head - FOOT) / 2;
  return {
    size, pitch, height, gap, names, width: Math.max(room, first + end + gap * (columns.length - 1)), image,
    columns: drawn.map((units, place) => ({
      x: first + gap * place, units, all: columns[place].units, image: Boolean(columns[place].image),
      places: units.map((unit, i) => ({ unit, y: middle + (i - (units.length - 1) / 2) * pitch })),
    })),
  };
}

/** The end points of the weight between two drawn units. */
export function edgeOf(layout, column, from, to) {
  const [left, right] = [layout.columns[column - 1], layout.columns[column]];
  const half = (left.image ? layout.image : layout.size) / 2;
  return [left.x + half, left.places[from].y, right.x - layout.size / 2, right.places[to].y];
}

/** How far a point is from a line between two points. */
export function distance([x1, y1, x2, y2], x, y) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

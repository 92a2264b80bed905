/** The network's drawing as an SVG file: the same places and colours, as a pure function of layout and weights. */
import { edgeOf } from "./layout.js";
import { colours } from "./colours.js";
import { number } from "../formulas/terms.js";

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** `shape` as the view holds it: names of inputs, columns, weights and biases of each. */
export function networkSvg(layout, shape) {
  const { css, plus, minus, ink, paper, soft } = colours(), parts = [];
  for (let column = 1; column < layout.columns.length; column += 1) {
    if (layout.columns[column - 1].image || shape.weights(column - 1) === null) continue;
    const { values, shape: size } = shape.weights(column - 1), top = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    for (const [from, { unit: input }] of layout.columns[column - 1].places.entries()) {
      for (const [to, { unit }] of layout.columns[column].places.entries()) {
        const weight = values[input * size[1] + unit], [x1, y1, x2, y2] = edgeOf(layout, column, from, to).map((value) => value.toFixed(1));
        parts.push(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${css(weight < 0 ? minus : plus)}" stroke-width="${(0.6 + 4.2 * Math.abs(weight) / top).toFixed(2)}"><title>${number(weight)}</title></line>`);
      }
    }
  }
  layout.columns.forEach((column, place) => {
    const size = column.image ? layout.image : layout.size, biases = place === 0 ? null : shape.biases(place - 1);
    const title = place === 0 ? "inputs" : place === layout.columns.length - 1 ? "output" : `${column.all} × ${shape.columns[place - 1].activation}`;
    parts.push(`<text x="${column.x}" y="30" text-anchor="middle" font-weight="600" fill="${css(ink)}">${escaped(title)}</text>`);
    for (const { unit, y } of column.places) {
      parts.push(`<rect x="${column.x - size / 2}" y="${y - size / 2}" width="${size}" height="${size}" rx="6" fill="${css(paper)}" stroke="${css(soft)}" stroke-width="1.5"/>`);
      const text = place === 0 ? (column.image ? "image" : shape.inputs[unit]) : biases === null ? "" : number(biases[unit], 3);
      parts.push(`<text x="${column.x}" y="${y + 3.5}" text-anchor="middle" font-size="10" fill="${css(ink)}">${escaped(text)}</text>`);
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${layout.height}" width="${layout.width}" height="${layout.height}" font-family="system-ui, sans-serif" font-size="13"><rect width="100%" height="100%" fill="${css(paper)}"/>${parts.join("")}</svg>\n`;
}

/** What the pictures of units and of answers show, and the inputs for their points. */
import { lineOf } from "../data/prepare.js";
import { gridOf, projectionOf, rectangleOf } from "../data/projection.js";

export const GRID = 36, LINE = 90;

/** Axes that these data have. */
export function fitting(axes, width) {
  if (axes === "components") return width > 2 ? axes : [0, Math.min(1, width - 1)];
  return axes.every((axis) => axis < width) ? axes : [0, Math.min(1, width - 1)];
}

/** What the pictures of units and answers show: a plane, a line, or images; and the inputs for its points. */
export function pictureOf({ source, samples, first }, axes) {
  const kind = source.image !== null ? "image" : source.width === 1 ? "line" : "plane";
  const projection = kind === "plane" ? projectionOf(source, axes) : null, rectangle = kind === "plane" ? rectangleOf(projection.positions) : null;
  const base = kind === "plane" ? gridOf(source, projection, rectangle, GRID) : kind === "line" ? lineOf(source, LINE) : null;
  return { kind, rectangle, base, projection, inputs: base === null ? null : withCategories(samples.encode(base), samples.width, first) };
}

/** Points of a picture, where columns that are embedded hold the nearest category. */
function withCategories(inputs, width, first) {
  if (first.name === "embedding") {
    for (const [column, count] of first.categories) {
      for (let i = column; i < inputs.length; i += width) inputs[i] = Math.max(0, Math.min(count - 1, Math.round(inputs[i])));
    }
  }
  return inputs;
}

/** The picture of what the network answers: the plane with its points, a curve over one input, or shares of classes. */
import { sharesOf } from "../data/heads.js";
import { classColour, colours } from "./colours.js";
import { canvasOf, h } from "./dom.js";
import { zeroLines } from "./contour.js";
import { paintClasses, paintHeat } from "./heat.js";

/** What does not change while the network learns: the samples as points, on a canvas of their own. */
class Points {
  constructor() {
    this.canvas = h("canvas");
    this.key = null;
  }

  /** The canvas with these points; painted anew where they, the size or the theme are others. */
  of(size, what) {
    const { source, marks, network, chosen } = what, palette = colours();
    const key = [source, network, size, chosen, palette, marks.length];
    if (this.key === null || key.some((part, i) => part !== this.key[i])) {
      this.key = key;
      paintPoints(canvasOf(this.canvas, size, size), size, what);
    }
    return this.canvas;
  }
}

let layers = null; // made at first use, since the worker has no page

function layersOfPage() {
  layers ??= { points: new Points(), behind: h("canvas") };
  return layers;
}

function paintPoints(context, size, { network, source, marks, chosen }) {
  const { css, ink, paper, plus, minus, mixed } = colours();
  const { rectangle: { x: [x0, x1], y: [y0, y1] }, projection: { positions } } = network;
  const radius = source.n > 800 ? 2 : source.n > 300 ? 2.8 : 3.6;
  const largest = source.values === null ? 1 : source.values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  for (const { rows, held } of marks) {
    for (const row of rows) {
      const x = (positions[2 * row] - x0) / (x1 - x0) * size;
      const y = (y1 - positions[2 * row + 1]) / (y1 - y0) * size;
      const value = source.labels === null ? source.values[row * source.n_values] / largest : 0;
      const colour = source.labels === null ? mixed(paper, value < 0 ? minus : plus, Math.abs(value)) : classColour(source.labels[row]);
      context.beginPath();
      context.arc(x, y, row === chosen ? radius + 2.5 : radius, 0, 2 * Math.PI);
      context.fillStyle = held ? css(paper) : css(colour);
      context.strokeStyle = row === chosen ? css(ink) : held ? css(colour) : css(paper);
      context.lineWidth = row === chosen ? 2.5 : held ? 2 : 1.2;
      context.fill();
      context.stroke();
    }
  }
}

/** Paints the plane: answers, or the response of one `unit`, as colours, samples as points. `marks` are parts with how their points look. */
export function paintPlane(canvas, size, what) {
  const { head, source, answers, grid, discrete } = what, context = canvasOf(canvas, size, size);
  let boundary = [];
  const n = grid * grid, outputs = answers.length / n, { points, behind } = layersOfPage();
  if (what.unit !== null) paintHeat(behind, grid, what.unit.values, what.unit.width, what.unit.unit, what.unit.top, discrete);
  else if (source.task === "regression") {
    let top = 1e-9;
    for (let i = 0; i < answers.length; i += outputs) top = Math.max(top, Math.abs(answers[i]));
    paintHeat(behind, grid, answers, outputs, 0, top, discrete);
  } else {
    const shares = new Float64Array(n * source.classNames.length);
    for (let i = 0; i < n; i += 1) shares.set(sharesOf(head, answers.subarray(i * outputs, (i + 1) * outputs)), i * source.classNames.length);
    paintClasses(behind, grid, shares, discrete);
    boundary = boundariesOf(shares, grid, source.classNames.length);
  }
  context.imageSmoothingEnabled = !discrete;
  context.drawImage(behind, 0, 0, size, size);
  paintBoundary(context, boundary, size / grid);
  context.drawImage(points.of(size, what), 0, 0, size, size);
}

/** Lines between the classes: where one has as large a share as the largest of the others. */
function boundariesOf(shares, grid, n) {
  const lines = [], field = new Float64Array(grid * grid);
  for (let label = n === 2 ? 1 : 0; label < n; label += 1) {
    for (let i = 0; i < field.length; i += 1) {
      let other = -Infinity;
      for (let c = 0; c < n; c += 1) if (c !== label) other = Math.max(other, shares[i * n + c]);
      field[i] = shares[i * n + label] - other;
    }
    lines.push(...zeroLines(field, grid));
  }
  return lines;
}

function paintBoundary(context, lines, cell) {
  const { css, ink } = colours();
  context.strokeStyle = css(ink, 0.75);
  context.lineWidth = 1.3;
  context.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    context.moveTo((x1 + 0.5) * cell, (y1 + 0.5) * cell);
    context.lineTo((x2 + 0.5) * cell, (y2 + 0.5) * cell);
  }
  context.stroke();
}

/** Paints a curve over one input, and the samples. */
export function paintLine(canvas, size, { network, head, source, answers, marks, chosen }) {
  const context = canvasOf(canvas, size, size), { css, ink, soft, line, plus, paper } = colours();
  const { base } = network, n = base.length;
  const [x0, x1] = [base[0], base[n - 1]];
  let [low, high] = [Infinity, -Infinity];
  for (const value of source.values ?? [0, 1]) { low = Math.min(low, value); high = Math.max(high, value); }
  const margin = (high - low || 1) * 0.25;
  const px = (x) => (x - x0) / (x1 - x0) * size, py = (y) => size - (y - low + margin) / (high - low + 2 * margin) * size;
  context.strokeStyle = css(line);
  context.beginPath();
  context.moveTo(0, py(0));
  context.lineTo(size, py(0));
  context.stroke();
  for (const { rows, held } of marks) {
    for (const row of rows) {
      context.beginPath();
      context.arc(px(source.X[row]), py(source.values?.[row] ?? source.labels[row]), row === chosen ? 5.5 : 2.6, 0, 2 * Math.PI);
      context.fillStyle = held ? css(paper) : css(soft, 0.75);
      context.strokeStyle = row === chosen ? css(ink) : css(soft);
      context.fill();
      if (held || row === chosen) context.stroke();
    }
  }
  context.strokeStyle = css(plus);
  for (const { of, isThin } of answerLines(head, answers.length / n)) {
    context.lineWidth = isThin ? 1.2 : 2.5;
    context.beginPath();
    for (let i = 0; i < n; i += 1) context[i === 0 ? "moveTo" : "lineTo"](px(base[i]), py(of(answers, i)));
    context.stroke();
  }
}

/** What is drawn of the answers over one input: each output; of a mean with its variance two deviations to both sides. */
function answerLines({ loss, lossPart }, outputs) {
  const output = (k) => (answers, i) => answers[i * outputs + k];
  if (loss !== "gaussian_nll") return Array.from({ length: outputs }, (_, k) => ({ of: output(k), isThin: outputs > 1 && k !== Math.floor(outputs / 2) }));
  const deviation = (answers, i) => Math.sqrt(Math.exp(answers[i * outputs + outputs / 2]) + (lossPart.least_variance ?? 1e-6));
  return [{ of: output(0), isThin: false }, ...[-2, 2].map((times) => ({ of: (answers, i) => answers[i * outputs] + times * deviation(answers, i), isThin: true }))];
}

/** The sample whose point is nearest to a place on the canvas, or null where none is near. */
export function sampleAt({ network, rows }, size, x, y) {
  const { rectangle: { x: [x0, x1], y: [y0, y1] }, projection: { positions } } = network;
  let [best, least] = [null, 14];
  for (const row of rows) {
    const px = (positions[2 * row] - x0) / (x1 - x0) * size;
    const py = (y1 - positions[2 * row + 1]) / (y1 - y0) * size;
    const away = Math.hypot(px - x, py - y);
    if (away < least) [best, least] = [row, away];
  }
  return best;
}

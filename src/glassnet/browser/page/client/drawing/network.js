/** The drawing of the network: units as buttons with their pictures, weights as lines on a canvas behind them. */
import { colours } from "./colours.js";
import { canvasOf, h, refill } from "./dom.js";
import { paintBar, paintCurve, paintHeat, paintImage } from "./heat.js";
import { CROWDED, distance, edgeOf, layoutOf } from "./layout.js";
import { number } from "../formulas/terms.js";

const NEAR = 7; // pixels from a line that still point at it
const LEVELS = 12; // of how strong a line is; all lines of a level are drawn at once
const MANY = 150; // lines between two columns, of which the strong ones must stand out
const MANY_IN_ALL = 800; // lines, above which one gap between columns is drawn in a frame
const TURN = 4; // milliseconds that pictures may take in a frame while the network learns
const short = (value) => number(value, 3);

export class NetworkView {
  /** `tell` hears `point(selection)`, `leave()`, `choose(selection)`; `head(place, column)` gives what stands above a column. */
  constructor(tell, head) {
    this.tell = tell;
    this.head = head;
    this.lines = h("canvas", { class: "lines", "aria-hidden": "true" });
    this.pictures = h("canvas", { class: "lines", "aria-hidden": "true" });
    this.brush = h("canvas"); // where the picture of one unit is painted before it is put in its place
    this.units = h("div", { class: "units", role: "group", "aria-label": "units of the network" });
    this.heads = h("div", { class: "heads" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.inner = h("div", { class: "inner" }, this.lines, this.pictures, this.heads, this.units, this.tip);
    this.root = h("div", { class: "network" }, this.inner);
    this.inner.addEventListener("pointermove", (event) => this.moved(event));
    this.inner.addEventListener("pointerleave", () => this.left());
    this.inner.addEventListener("click", (event) => this.clicked(event));
    this.picture = null;
    this.hovered = null;
  }

  /** Another network, or other room: places are found and buttons made anew. */
  build(shape) {
    this.shape = shape;
    const columns = [{ units: shape.inputs.length, image: shape.image, names: shape.inputs }, ...shape.columns];
    this.layout = layoutOf(columns, this.root.clientWidth || 600, shape.asked);
    const { layout } = this;
    this.inner.style.width = `${layout.width}px`;
    this.inner.style.height = `${layout.height}px`;
    this.inner.style.setProperty("--name", `${layout.names}px`);
    this.inner.style.setProperty("--head", `${Math.min(106, layout.gap - 6)}px`);
    this.next = 0;
    for (const canvas of [this.lines, this.pictures]) canvasOf(canvas, layout.width, layout.height);
    this.buttons = layout.columns.map((column, place) => column.places.map(({ unit, y }) => this.button(place, unit, column, y)));
    refill(this.units, this.buttons.flat());
    refill(this.heads, layout.columns.map((column, place) => {
      const head = h("div", { class: "head", "data-column": place }, this.head(place, shape, column));
      head.style.left = `${column.x}px`;
      return head;
    }));
  }

  button(place, unit, column, y) {
    const size = column.image ? this.layout.image : this.layout.size;
    const isInput = place === 0;
    const label = column.image ? "the image of the sample" : isInput ? `input ${this.shape.inputs[unit]}` : `layer ${place}, unit ${unit}`;
    const name = isInput && !column.image ? h("span", { class: "name" }, this.shape.inputs[unit]) : null;
    const { pitch } = this.layout, isQuiet = pitch < CROWDED && column.places.length > 4;
    const bias = isInput ? null : h("span", { class: `bias${pitch < 42 ? " beside" : ""}${isQuiet ? " quiet" : ""}` });
    const node = h("button", {
      type: "button", class: `unit${isInput ? " input" : ""}`, "aria-label": label, title: label, "data-column": place, "data-unit": unit,
      onfocus: () => this.tell.point(this.selection(place, unit)),
      onpointerenter: () => this.tell.point(this.selection(place, unit)),
    }, name, bias);
    Object.assign(node.style, {
      left: `${column.x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px`,
    });
    node.bias = bias;
    node.place = { x: column.x - size / 2, y: y - size / 2, size };
    return node;
  }

  selection(place, unit) {
    return place === 0 ? { kind: "input", input: unit } : { kind: "unit", column: place - 1, unit };
  }

  moved(event) {
    if (event.target.closest("button, .head")) return;
    const edge = this.edgeAt(event);
    this.inner.style.cursor = edge === null ? "" : "pointer";
    if (edge === null) return this.left();
    this.hovered = edge;
    this.tip.hidden = false;
    const box = this.inner.getBoundingClientRect();
    this.tip.style.left = `${event.clientX - box.left + 12}px`;
    this.tip.style.top = `${event.clientY - box.top + 12}px`;
    this.tip.textContent = `w = ${number(this.weight(edge))}`;
    this.tell.point(edge);
  }

  left() {
    this.tip.hidden = true;
    if (this.hovered !== null || !this.units.contains(document.activeElement)) this.tell.leave();
    this.hovered = null;
  }

  clicked(event) {
    const node = event.target.closest("button.unit");
    if (node !== null) this.tell.choose(this.selection(Number(node.dataset.column), Number(node.dataset.unit)));
    else if (!event.target.closest(".head")) {
      const edge = this.edgeAt(event);
      this.tell.choose(edge);
    }
  }

  weight({ column, unit, input }) {
    const { values, shape } = this.shape.weights(column);
    return values[input * shape[1] + unit];
  }

  /** The weight whose line is nearest to the pointer, or null. */
  edgeAt(event) {
    const box = this.inner.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let [best, least] = [null, NEAR];
    for (let column = 1; column < this.layout.columns.length; column += 1) {
      if (x < this.layout.columns[column - 1].x || x > this.layout.columns[column].x || this.layout.columns[column - 1].image || this.shape.weights(column - 1) === null) continue;
      for (const [from, left] of this.layout.columns[column - 1].places.entries()) {
        for (const [to, right] of this.layout.columns[column].places.entries()) {
          const away = distance(edgeOf(this.layout, column, from, to), x, y);
          if (away < least) {
            least = away;
            best = { kind: "weight", column: column - 1, unit: right.unit, input: left.unit };
          }
        }
      }
    }
    return best;
  }

  /** Lines, pictures and biases of this moment; `lit` is the selection that is lit. */
  paint(moment, lit) {
    this.paintLines(lit, moment.running);
    this.paintUnits(moment);
    for (const node of this.buttons.flat()) {
      const [place, unit] = [Number(node.dataset.column), Number(node.dataset.unit)];
      node.classList.toggle("lit", isLit(lit, place, unit));
      node.classList.toggle("marked", this.shape.marked.some((mark) => mark.column + 1 === place && (mark.unit === null || mark.unit === unit)));
    }
  }

  /** All lines; while the network learns those to one column after the other, where they are many. */
  paintLines(lit, isRunning) {
    const { columns } = this.layout, last = columns.length - 1;
    const many = columns.slice(1).reduce((sum, { places }, i) => sum + places.length * columns[i].places.length, 0) > MANY_IN_ALL;
    if (!isRunning || !many) return columns.slice(1).forEach((_, i) => this.paintGap(i + 1, lit));
    this.gap = (this.gap ?? 0) % last + 1;
    return this.paintGap(this.gap, lit);
  }

  /** The lines to one column. */
  paintGap(column, lit) {
    const { layout } = this, context = this.lines.getContext("2d"), { css, plus, minus, soft } = colours();
    const [above, below, grey] = [plus, minus, soft].map((colour) => css(colour)), [left, right] = [layout.columns[column - 1], layout.columns[column]];
    context.clearRect(left.x, 0, right.x - left.x, layout.height);
    const own = this.shape.weights(column - 1), levels = new Map();
    if (own === null) return this.paintTies(context, column, lit);
    const { values, shape } = own, isCrowd = left.places.length * right.places.length > MANY;
    let top = 1e-9;
    for (const weight of values) top = Math.max(top, Math.abs(weight));
    for (const [from, { unit: input }] of left.places.entries()) {
      for (const [to, { unit }] of right.places.entries()) {
        const weight = left.image ? 0.35 * top : values[input * shape[1] + unit], level = Math.ceil(LEVELS * Math.abs(weight) / top);
        const on = lit === null ? null : isLitEdge(lit, column - 1, input, unit);
        if (on === null && isCrowd && level < 3) continue; // no eye would see it
        const key = `${on}:${level}:${weight < 0}`;
        if (!levels.has(key)) levels.set(key, { on, share: level / LEVELS, weight, lines: [] });
        levels.get(key).lines.push(edgeOf(layout, column, from, to));
      }
    }
    for (const { on, share, weight, lines } of [...levels.values()].sort((a, b) => Number(a.on) - Number(b.on) || a.share - b.share)) {
      context.globalAlpha = on ? 0.95 : on === false ? 0.07 : isCrowd ? 0.05 + 0.85 * share ** 2.5 : 0.25 + 0.65 * share;
      context.strokeStyle = left.image ? grey : weight < 0 ? below : above;
      context.lineWidth = isCrowd ? 0.5 + 2.2 * share ** 2 : 0.6 + 4.2 * share;
      context.beginPath();
      for (const [x1, y1, x2, y2] of lines) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** Lines to a column without weights: what each unit reads. */
  paintTies(context, column, lit) {
    const { layout } = this, { css, soft } = colours(), { sources } = this.shape.columns[column - 1], [left, right] = [layout.columns[column - 1], layout.columns[column]];
    context.globalAlpha = lit === null ? 0.6 : 0.25;
    context.strokeStyle = css(soft);
    context.lineWidth = 1;
    context.beginPath();
    for (const [to, { unit }] of right.places.entries()) {
      const from = left.image ? 0 : left.places.findIndex((place) => place.unit === sources[unit]);
      if (from < 0) continue;
      const [x1, y1, x2, y2] = edgeOf(layout, column, from, to);
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }

  /** Pictures and biases of the units: of all, or while the network learns, with the same sample, of as many as a turn has time for. */
  paintUnits(moment) {
    const all = this.buttons.flat(), isWhole = !moment.running || moment.shown !== this.shown, context = this.pictures.getContext("2d");
    const ends = isWhole ? Infinity : performance.now() + TURN;
    if (isWhole) this.next = 0;
    this.shown = moment.shown;
    for (let done = 0; done < all.length && (performance.now() < ends || done === 0); done += 1) {
      const node = all[this.next % all.length];
      this.next = (this.next + 1) % all.length;
      this.paintUnit(moment, node);
      this.put(context, node.place, this.isCoarse(node));
    }
  }

  /** Lines and pictures on one canvas. */
  picture() {
    const whole = h("canvas", { width: this.lines.width, height: this.lines.height }), context = whole.getContext("2d");
    context.fillStyle = colours().css(colours().paper);
    context.fillRect(0, 0, whole.width, whole.height);
    for (const canvas of [this.lines, this.pictures]) context.drawImage(canvas, 0, 0);
    return whole;
  }

  isCoarse({ dataset: { column } }) {
    return this.layout.columns[column].image || this.shape.kind === "image";
  }

  /** Puts what the brush holds in the place of a unit. */
  put(context, { x, y, size }, isCoarse) {
    context.save();
    context.beginPath();
    context.roundRect(x, y, size, size, 6);
    context.clip();
    context.imageSmoothingEnabled = !isCoarse;
    context.drawImage(this.brush, x, y, size, size);
    context.restore();
  }

  paintUnit({ grid, inputs, responses, tops, activations, sample, image, kind, discrete }, node) {
    const place = Number(node.dataset.column), unit = Number(node.dataset.unit), canvas = this.brush;
    const values = place === 0 ? inputs : responses?.[place - 1];
    const width = place === 0 ? this.shape.inputs.length : this.shape.columns[place - 1].units;
    if (this.layout.columns[place].image) paintImage(canvas, image, sample, 1);
    else if (kind === "image" && place === 1 && this.shape.weights(0) !== null) this.paintWeights(canvas, unit, image);
    else if (values && kind === "line") paintCurve(canvas, values, width, unit, tops[place]);
    else if (values) paintHeat(canvas, grid, values, width, unit, tops[place], discrete && place > 0);
    else paintBar(canvas, activations?.[place]?.[unit] ?? 0, tops[place]);
    if (node.bias === null) return;
    const bias = this.shape.biases(place - 1), text = bias === null ? "" : `b ${short(bias[unit])}`;
    if (node.bias.textContent !== text) node.bias.textContent = text;
  }

  paintWeights(canvas, unit, image) {
    const { values, shape } = this.shape.weights(0);
    const own = Float64Array.from({ length: shape[0] }, (_, input) => values[input * shape[1] + unit]);
    paintImage(canvas, image, own, own.reduce((top, weight) => Math.max(top, Math.abs(weight)), 1e-9));
  }
}

function isLit(lit, place, unit) {
  if (lit === null) return false;
  if (lit.kind === "input") return place === 0 && lit.input === unit;
  if (lit.column === undefined) return false;
  if (place === lit.column + 1) return lit.unit === unit;
  return lit.kind === "weight" && place === lit.column && lit.input === unit;
}

function isLitEdge(lit, column, input, unit) {
  switch (lit.kind) {
    case "input": return column === 0 && input === lit.input;
    case "unit": return (column === lit.column && unit === lit.unit) || (column === lit.column + 1 && input === lit.unit);
    case "weight": return column === lit.column && unit === lit.unit && input === lit.input;
    default: return true;
  }
}

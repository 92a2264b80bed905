/** The loss over a plane through the start, the present, and where the way went farthest from the line between them. */
import { colours } from "../drawing/colours.js";
import { canvasOf, h, refill } from "../drawing/dom.js";
import { number } from "../formulas/terms.js";
import { create } from "../training/engine.js";

const N = 25, SIZE = 340, MARGIN = 0.35, MOST_SAMPLES = 400, LEVELS = 12;

const minus = (a, b) => Float64Array.from(a, (value, i) => value - b[i]);
const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
const along = (base, [u, v], [x, y]) => Float64Array.from(base, (value, i) => value + x * u[i] + y * v[i]);

/** Two orthogonal directions of length 1, and the coordinates of the path in them, from its end. */
export function planeOf(path) {
  const end = path.at(-1), first = minus(path[0], end), length = Math.sqrt(dot(first, first));
  const u = length > 0 ? first.map((value) => value / length) : first.map((_, i) => (i === 0 ? 1 : 0));
  let [best, widest] = [null, 0];
  for (const point of path) {
    const away = minus(point, end), share = dot(away, u), rest = away.map((value, i) => value - share * u[i]), size = dot(rest, rest);
    if (size > widest) [best, widest] = [rest, size];
  }
  let v = best;
  if (v === null || widest < 1e-18) {
    v = u.map((_, i) => Math.sin(1 + 2 * i));
    const share = dot(v, u);
    v = v.map((value, i) => value - share * u[i]);
  }
  const size = Math.sqrt(dot(v, v));
  const directions = [u, v.map((value) => value / size)];
  return { directions, points: path.map((point) => directions.map((direction) => dot(minus(point, end), direction))) };
}

export function surface(model) {
  const canvas = h("canvas", { class: "surface", role: "img", "aria-label": "loss over a plane of the parameters, with the path of the training" }), note = h("p", { class: "note" });
  const button = h("button", { type: "button", onclick: () => compute() }, "compute the surface");
  let drawn = null;

  async function compute() {
    const { network, samples, choices } = model.store.state, { path } = model;
    if (path.length < 2) return refill(note, "Train at least one step first; the surface shows the way that was gone.");
    button.disabled = true;
    const plane = planeOf(path.map(({ parameters }) => parameters)), end = path.at(-1).parameters;
    const xs = plane.points.map(([x]) => x), ys = plane.points.map(([, y]) => y);
    const range = (values, other) => {
      const [low, high] = [Math.min(...values), Math.max(...values)], room = Math.max(high - low, other * 0.4, 0.5) * MARGIN;
      return [low - room, high + room];
    };
    const spread = Math.max(...xs) - Math.min(...xs), x = range(xs, 0), y = range(ys, spread);
    const scratch = create(network.spec), { train } = samples.parts, n = Math.min(train.n, MOST_SAMPLES), outputs = train.y.length / train.n;
    scratch.running.set(model.mirror.network.running);
    const X = train.X.subarray(0, n * samples.width), targets = train.y.subarray(0, n * outputs), values = new Float64Array(N * N);
    for (let row = 0; row < N; row += 1) {
      for (let column = 0; column < N; column += 1) {
        const place = [x[0] + (x[1] - x[0]) * column / (N - 1), y[1] - (y[1] - y[0]) * row / (N - 1)];
        scratch.vector.set(along(end, plane.directions, place));
        values[row * N + column] = scratch.loss(X, targets);
      }
      if (row % 3 === 2) await new Promise((resume) => setTimeout(resume, 0));
    }
    drawn = { values, x, y, points: plane.points, samples: n, all: train.n, l2: choices.l2 };
    button.disabled = false;
    paint();
  }

  function paint() {
    if (drawn === null) return;
    const { values, x, y, points } = drawn, context = canvasOf(canvas, SIZE, SIZE), { css, mixed, paper, plus, ink, minus: end, soft } = colours();
    const finite = [...values].filter(Number.isFinite), low = Math.log(Math.min(...finite) + 1e-12), high = Math.log(Math.max(...finite) + 1e-12);
    const cell = SIZE / N;
    values.forEach((value, i) => {
      const share = Number.isFinite(value) ? (Math.log(value + 1e-12) - low) / (high - low || 1) : 1;
      context.fillStyle = css(mixed(plus, paper, Math.floor(share * LEVELS) / LEVELS));
      context.fillRect((i % N) * cell, Math.floor(i / N) * cell, cell + 0.6, cell + 0.6);
    });
    const px = ([a, b]) => [(a - x[0]) / (x[1] - x[0]) * SIZE, (y[1] - b) / (y[1] - y[0]) * SIZE];
    context.strokeStyle = css(end);
    context.lineWidth = 2;
    context.beginPath();
    points.forEach((point, i) => context[i === 0 ? "moveTo" : "lineTo"](...px(point)));
    context.stroke();
    for (const [place, colour] of [[points[0], soft], [points.at(-1), ink]]) {
      context.beginPath();
      context.arc(...px(place), 5, 0, 2 * Math.PI);
      context.fillStyle = css(colour);
      context.fill();
    }
    refill(note, `Blue is low: from ${number(Math.exp(low), 3)} to ${number(Math.exp(high), 3)}, in ${LEVELS} steps of its logarithm, over ${drawn.samples} of ${drawn.all} training samples. The path begins at the grey point and ends at the dark one; the plane holds both, and of the path between them its projection is shown.`);
  }

  model.store.on(["theme"], paint);
  model.store.on(["network"], () => { drawn = null; canvasOf(canvas, SIZE, SIZE); refill(note, ""); });
  return h("div", {}, h("div", { class: "row-of-buttons" }, button), canvas, note);
}

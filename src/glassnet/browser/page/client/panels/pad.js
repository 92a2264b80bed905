/** A pad to draw a digit on: what the network makes of it, and which pixels speak for its answer. */
import { sharesOf } from "../data/heads.js";
import { h, refill } from "../drawing/dom.js";
import { paintImage } from "../drawing/heat.js";
import { number } from "../formulas/terms.js";
import { withCursor } from "../drawing/cursor.js";

const SIDE = 160, FINE = 32;
const RUBBER = 4.5; // fine pixels around the cursor that are rubbed out

/** Ink of a fine grid gathered into pixels of the data, moved so that its middle is theirs. */
export function gathered(ink, fine, [high, wide]) {
  let [mass, row, column] = [0, 0, 0];
  ink.forEach((value, i) => { mass += value; row += value * Math.floor(i / fine); column += value * (i % fine); });
  const values = new Float64Array(high * wide);
  if (mass === 0) return values;
  const [down, right] = [fine / 2 - 0.5 - row / mass, fine / 2 - 0.5 - column / mass].map(Math.round);
  const [block, blockAcross] = [fine / high, fine / wide];
  ink.forEach((value, i) => {
    const [y, x] = [Math.floor(i / fine) + down, (i % fine) + right];
    if (value > 0 && y >= 0 && y < fine && x >= 0 && x < fine) values[Math.floor(y / block) * wide + Math.floor(x / blockAcross)] += value / (block * blockAcross);
  });
  return values.map((value) => Math.min(1, value));
}

export function drawingPad(model) {
  const ink = new Float64Array(FINE * FINE);
  const canvas = h("canvas", { class: "pad pixels" });
  const seen = h("canvas", { class: "pixels small-image" }), speaks = h("canvas", { class: "pixels small-image" }), answer = h("p", { class: "note" });
  const clear = h("button", { type: "button", class: "small", onclick: () => { ink.fill(0); show(); } }, "clear");
  const onPad = (at) => at.map((share) => share * FINE), called = ([x, y]) => `row ${Math.floor(y)}, column ${Math.floor(x)}`;
  const wipe = (at) => { rub(onPad(at)); return `rubbed out at ${called(onPad(at))}`; };
  const cursor = withCursor(canvas, {
    says: () => "drawing pad: draw a digit with the pointer, or with the arrow keys; space puts the pen down and lifts it, delete rubs out",
    step: 1 / 16, fine: 1 / 32,
    moved(at) {
      if (drawing) dab(onPad(at));
      return `${drawing ? "drawn to " : ""}${called(onPad(at))}`;
    },
    keys: {
      " "(at) {
        drawing = !drawing;
        last = null;
        if (drawing) dab(onPad(at));
        return `pen ${drawing ? "down" : "up"} at ${called(onPad(at))}`;
      },
      Delete: wipe, Backspace: wipe,
    },
  });
  const root = h("div", { class: "drawing-pad" }, h("h3", {}, "Draw a digit"), cursor.root,
    h("div", { class: "image-row" }, h("figure", {}, seen, h("figcaption", {}, "as the network sees it")), h("figure", {}, speaks, h("figcaption", {}, "what speaks for its answer"))),
    answer, clear);
  canvas.style.width = `${SIDE}px`;
  canvas.style.height = `${SIDE}px`;
  let drawing = false, last = null;
  cursor.renew();

  const under = ({ clientX, clientY }, { left, top, width, height } = canvas.getBoundingClientRect()) => [(clientX - left) / width * FINE, (clientY - top) / height * FINE];

  function dab(to) {
    const from = last ?? to, steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let s = 0; s <= steps; s += 1) {
      const [x, y] = [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * s / steps);
      for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) {
        const [px, py] = [Math.floor(x) + dx, Math.floor(y) + dy];
        const strength = Math.max(0, 1.25 - Math.hypot(px + 0.5 - x, py + 0.5 - y) / 2.1);
        if (px >= 0 && py >= 0 && px < FINE && py < FINE) ink[py * FINE + px] = Math.max(ink[py * FINE + px], Math.min(1, strength));
      }
    }
    last = to;
    show();
  }

  function rub([x, y]) {
    ink.forEach((_, i) => { if (Math.hypot(i % FINE + 0.5 - x, Math.floor(i / FINE) + 0.5 - y) < RUBBER) ink[i] = 0; });
    show();
  }

  function show() {
    paintImage(canvas, [FINE, FINE], ink, 1);
    const { source, head, samples } = model.store.state;
    if (source?.image === null || source === null || !model.mirror) return;
    const x = gathered(ink, FINE, source.image), input = samples.encode(x);
    paintImage(seen, source.image, x, 1);
    const outputs = model.mirror.network.predict(input).values, shares = sharesOf(head, outputs);
    const best = shares.indexOf(Math.max(...shares));
    const saliency = slopesAt(model.mirror.network, input, best);
    paintImage(speaks, source.image, saliency, saliency.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9));
    const drawn = ink.some((value) => value > 0);
    refill(answer, drawn ? `${source.classNames[best]}, with ${number(100 * shares[best], 3)} %` : "nothing is drawn yet");
    model.store.set({ drawnDigit: drawn ? { x, shares, best } : null });
  }

  canvas.addEventListener("pointerdown", (event) => { drawing = true; last = null; canvas.setPointerCapture(event.pointerId); dab(under(event)); });
  canvas.addEventListener("pointermove", (event) => { if (drawing) dab(under(event)); });
  canvas.addEventListener("blur", () => { drawing = false; last = null; });
  canvas.addEventListener("pointerup", () => { drawing = false; last = null; });
  model.store.on(["frame", "theme", "running"], (state) => {
    root.hidden = state.source === null || state.source.image === null;
    if (root.hidden || state.frame === null || (state.running && !state.frame.isTold)) return;
    show();
  });
  return root;
}

/** How one output grows with each input, by central differences. */
function slopesAt(network, x, unit) {
  const n = x.length, step = 1e-4, rows = new Float64Array(2 * n * n);
  for (let i = 0; i < n; i += 1) {
    for (const [side, sign] of [[0, 1], [1, -1]]) {
      rows.set(x, (2 * i + side) * n);
      rows[(2 * i + side) * n + i] += sign * step;
    }
  }
  const { values, shape } = network.predict(rows), outputs = shape[1];
  return Float64Array.from({ length: n }, (_, i) => (values[2 * i * outputs + unit] - values[(2 * i + 1) * outputs + unit]) / (2 * step));
}

/** What the network answers, and how its loss falls. */
import { comparesPlaces, sharesOf } from "../data/heads.js";
import { classColour } from "../drawing/colours.js";
import { curves, thinned } from "../drawing/curves.js";
import { h, refill } from "../drawing/dom.js";
import { paintLine, paintPlane, sampleAt } from "../drawing/picture.js";
import { paintImage } from "../drawing/heat.js";
import { number } from "../formulas/terms.js";
import { GRID } from "../app/pictures.js";
import { nameOf } from "./formula.js";
import { withCursor } from "../drawing/cursor.js";
import { drawingPad } from "./pad.js";

const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** The parts of the samples that are shown as points. */
function marksOf({ samples, choices }) {
  const { train, validation, test } = samples.parts;
  const held = choices.shown === "all" ? [validation, test].filter((part) => part !== null) : [];
  return [...held.map(({ rows }) => ({ rows, held: true })), { rows: train.rows, held: false }];
}

/** Points made and moved by mouse or by keyboard, where the data are the reader's own; of others a sample is chosen. */
function pointing(model, canvas, size) {
  let moved = null, kind = 0, held = null, here = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect(), { x: [x0, x1], y: [y0, y1] } = model.get("network").rectangle;
    const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
    return { pixel: [x * size(), y * size()], x: x0 + x * (x1 - x0), y: y1 - y * (y1 - y0) };
  };
  const nearest = (pixel) => {
    const { network, samples, choices } = model.store.state;
    if (network?.kind !== "plane") return null;
    const rows = marksOf({ samples, choices }).flatMap((mark) => mark.rows);
    return sampleAt({ network, rows }, size(), ...pixel);
  };
  const found = (event) => nearest(place(event).pixel);
  /** Shows a sample of the training part; whether it is one. */
  function choose(row) {
    const at = row === null ? -1 : model.get("samples").parts.train.rows.indexOf(row);
    if (at >= 0) model.store.set({ sample: at });
    return at >= 0;
  }

  const ofPoints = () => model.get("choices").data === "points";
  const inPlane = ([across, down]) => {
    const { x: [x0, x1], y: [y0, y1] } = model.get("network").rectangle;
    here = { pixel: [across * size(), down * size()], x: x0 + across * (x1 - x0), y: y1 - down * (y1 - y0) };
    return here;
  };
  const called = ({ x, y }) => `${number(x, 3)}, ${number(y, 3)}`;
  const remove = (at) => {
    if (!ofPoints()) return undefined;
    const row = nearest(inPlane(at).pixel), points = model.get("points");
    if (row === null) return "no point is here";
    if (points.length <= 4) return "four points are the fewest";
    setPoints(model, points.filter((_, i) => i !== row));
    return "point removed";
  };
  const cursor = withCursor(canvas, {
    says: (used) => `what the network answers${!used ? "" : ofPoints() ? "; arrow keys move a cursor, space adds a point, 0 to 3 choose its class, enter takes a point up and puts it down, delete removes it"
      : "; arrow keys move a cursor, space chooses the sample there"}`,
    step: 1 / 32, fine: 1 / 160, uses: () => model.get("network")?.kind === "plane",
    moved(at) {
      const { x, y, pixel } = inPlane(at), row = held === null ? nearest(pixel) : null;
      if (held !== null) model.store.set({ points: model.get("points").map((point, i) => (i === held ? { ...point, x, y } : point)) });
      return `${called({ x, y })}${row === null ? "" : `, sample ${row}`}`;
    },
    keys: {
      " "(at) {
        const { x, y, pixel } = inPlane(at);
        if (!ofPoints()) return choose(nearest(pixel)) ? `sample ${model.get("sample")} is shown` : "no sample of the training part is here";
        setPoints(model, [...model.get("points"), { x, y, label: kind }]);
        return `point of class ${kind} added at ${called({ x, y })}`;
      },
      Enter(at) {
        if (!ofPoints()) return undefined;
        const was = held;
        held = was === null ? nearest(inPlane(at).pixel) : null;
        if (was !== null) setPoints(model, model.get("points"));
        return was !== null ? "point put down" : held === null ? "no point is here" : "point taken up";
      },
      Delete: remove, Backspace: remove,
      ...Object.fromEntries([0, 1, 2, 3].map((label) => [String(label), () => {
        if (!ofPoints()) return undefined;
        kind = label;
        fill();
        return `class ${label}`;
      }])),
    },
  });
  canvas.addEventListener("blur", () => { held = null; });
  model.store.on(["network", "choices"], ({ network }) => {
    cursor.renew();
    if (here === null || network?.kind !== "plane") return;
    const { x: [x0, x1], y: [y0, y1] } = network.rectangle;
    cursor.put([(here.x - x0) / (x1 - x0), (y1 - here.y) / (y1 - y0)]);
  });

  canvas.addEventListener("pointerdown", (event) => {
    const { choices, network } = model.store.state;
    if (network?.kind !== "plane") return;
    const row = found(event);
    if (choices.data !== "points") return void choose(row);
    canvas.setPointerCapture(event.pointerId);
    const { points } = model.store.state;
    if (event.shiftKey && row !== null && points.length > 4) return setPoints(model, points.filter((_, i) => i !== row));
    const { x, y } = place(event);
    moved = row ?? points.length;
    if (row === null) setPoints(model, [...points, { x, y, label: kind }]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (moved === null) return;
    const { x, y } = place(event);
    model.store.set({ points: model.get("points").map((point, i) => (i === moved ? { ...point, x, y } : point)) });
  });
  canvas.addEventListener("pointerup", () => {
    if (moved !== null) setPoints(model, model.get("points"));
    moved = null;
  });
  const kinds = h("div", { class: "kinds", role: "group", "aria-label": "class of new points" });
  const fill = () => refill(kinds, h("span", {}, "click adds, drag moves, shift-click removes; so do space, enter and delete at the cursor of the arrow keys; class "), [0, 1, 2, 3].map((label) => h("button", {
    type: "button", class: "swatch", "aria-pressed": String(label === kind), "aria-label": `class ${label}`,
    style: { "--swatch": css(classColour(label)) }, onclick: () => { kind = label; fill(); },
  }, String(label))));
  model.store.on(["theme"], fill);
  model.store.on(["choices"], ({ choices }) => { kinds.hidden = choices.data !== "points"; });
  return { kinds, picture: cursor.root };
}

function setPoints(model, points) {
  model.store.set({ points });
  model.begin();
}

/** Shares of the classes for one sample, as bars. */
function shareBars(names, shares, truth) {
  const room = Math.min(7, Math.max(...names.map((name) => name.length)) * 0.55 + 0.6);
  return h("div", { class: "shares", style: { "--who": `${room}rem` } }, names.map((name, label) => h("div", { class: `share${label === truth ? " truth" : ""}` },
    h("span", { class: "who" }, name), h("span", { class: "bar" }, h("i", { style: { width: `${Math.max(0, Math.min(1, shares[label])) * 100}%` } })),
    h("span", { class: "much" }, number(shares[label], 3)))));
}

export function output(model) {
  const canvas = h("canvas", { class: "answers" });
  const legend = h("div", { class: "legend" }), axes = h("div", { class: "axes" }), chart = h("div", { class: "chart" });
  const accuracy = h("div", { class: "chart" }), aside = h("div", { class: "answer" });
  let logarithmic = false, told = null, charted = null;
  const scale = h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => {
    logarithmic = !logarithmic;
    scale.setAttribute("aria-pressed", String(logarithmic));
    paintCharts(model.store.state);
  } }, "log");
  const root = h("section", { class: "output", "aria-label": "output", "data-panel": "output" });
  const answers = h("div", { class: "answers-part" });
  const size = () => Math.max(160, Math.min(320, answers.clientWidth || 300));
  const { kinds, picture } = pointing(model, canvas, size);
  const pad = drawingPad(model);
  const title = h("h2", {}, "Output");
  answers.append(title, picture, axes, legend, kinds, aside, pad);
  root.append(answers, h("div", {}, h("h2", { class: "with-tool" }, "Loss", scale), chart, accuracy));

  /** Whether numbers are told now: while the network learns once for each frame that is to be told. */
  function mayTell({ running, frame }) {
    if (running && (!frame.isTold || told === frame)) return false;
    told = frame;
    return true;
  }

  function paintPicture(state) {
    const { network, head, source, samples, frame, choices } = state;
    if (network === null || frame === null || !frame.responses && network.kind !== "image") return;
    canvas.hidden = network.kind === "image";
    if (network.kind === "image") return mayTell(state) ? paintSample(state) : null;
    const unit = enlarged(state);
    refill(title, unit === null ? "Output" : `Output of ${nameOf(state.pointed, state)}`);
    const common = { unit,
      network, head, source, answers: frame.responses.at(-1), marks: marksOf(state), discrete: choices.discrete,
      chosen: samples.parts.train.rows[model.sample], grid: GRID,
    };
    (network.kind === "line" ? paintLine : paintPlane)(canvas, size(), common);
    if (mayTell(state)) refill(aside, answerOf(state));
  }

  /** The unit that is pointed at, whose picture is enlarged here; null where none is, or where it has no such picture. */
  function enlarged({ pointed, network, frame }) {
    if (pointed?.kind !== "unit" || network.kind !== "plane" || pointed.column >= network.columns.length - 1) return null;
    return { values: frame.responses[pointed.column], width: network.columns[pointed.column].units, unit: pointed.unit, top: frame.tops[pointed.column] };
  }

  /** The answer for the chosen sample, in numbers. */
  function answerOf({ source, head, samples }) {
    const { sample } = model, { train } = samples.parts, row = train.rows[sample];
    const x = train.X.subarray(sample * samples.width, (sample + 1) * samples.width);
    const outputs = model.mirror.network.predict(x).values;
    const inputs = Array.from(source.X.subarray(row * source.width, row * source.width + Math.min(4, source.width)), (value) => number(value, 4)).join(", ");
    const truth = source.labels === null ? number(source.values[row * source.n_values], 4) : source.classNames[source.labels[row]];
    return [
      h("p", { class: "note" }, `sample ${sample}: (${inputs}${source.width > 4 ? ", …" : ""}) → ${truth}`),
      comparesPlaces(head) ? h("p", { class: "note" }, `the network places it at (${Array.from(outputs, (value) => number(value, 4)).join(", ")}); the loss compares samples and names no class`)
        : source.task === "classification" && source.classNames.length <= 12 ? shareBars(source.classNames, sharesOf(head, outputs), source.labels[row])
        : h("p", { class: "note" }, `the network says ${Array.from(outputs, (value) => number(value, 4)).join(", ")}`),
    ];
  }

  function paintSample(state) {
    const { samples, source } = state, { sample } = model;
    const x = samples.parts.train.X.subarray(sample * samples.width, (sample + 1) * samples.width);
    const image = h("canvas", { class: "pixels sample" });
    paintImage(image, source.image, x, 1);
    refill(aside, h("div", { class: "image-row" }, image, stepper(model, samples.parts.train.n)), answerOf(state));
  }

  function paintCharts(state) {
    const { history, frame, choices } = state;
    if (state.running && frame !== null && (!frame.isTold || charted === frame)) return;
    charted = frame;
    const width = size(), rows = thinned(history), line = (key, name, style, of = (row) => row[key]) => ({ name, style, points: rows.map((row) => [row.epoch, of(row)]) });
    const losses = [line("loss", "training", "train"), { ...line("validation_loss", "validation", "held"), points: thinned(history.filter((row) => (row.validation_loss ?? null) !== null)).map((row) => [row.epoch, row.validation_loss]) }];
    refill(chart, curves(losses, { width, height: 130, label: "loss of each epoch", logarithmic, from: 0 }),
      h("p", { class: "note keys" }, h("span", { class: "key train" }, "training"), h("span", { class: "key held", hidden: !frame?.evaluation?.validation }, "validation")));
    refill(accuracy, choices.schedule !== "constant" && history.length > 1
      ? [h("h2", {}, "Learning rate"), curves([line("learning_rate", "learning rate", "train")], { width, height: 90, label: "learning rate of each epoch", from: 0 })] : []);
  }

  model.store.on(["frame", "sample", "theme", "axes", "choices", "points", "width", "running", "pointed"], paintPicture);
  model.store.on(["history", "theme", "width", "running"], paintCharts);
  model.store.on(["source", "theme", "axes", "network"], ({ source, network }) => {
    refill(legend, source?.task === "classification" && source.image === null
      ? source.classNames.slice(0, 10).map((name, label) => h("span", {}, h("i", { style: { background: css(classColour(label)) } }), name)) : []);
    refill(axes, source !== null && source.width > 2 && source.image === null
      ? axisFields(model, source, network) : []);
  });
  return root;
}

/** What the picture shows of data with many columns: two of them, or principal components. */
function axisFields(model, source, { projection }) {
  const now = model.get("axes"), ofComponents = now === "components";
  const kind = h("select", { "aria-label": "what the picture shows", onchange: () => model.look_along(kind.value === "components" ? "components" : [0, 1]) },
    h("option", { value: "columns" }, "two columns"), h("option", { value: "components" }, "principal components"));
  kind.value = ofComponents ? "components" : "columns";
  const fields = ofComponents ? h("p", { class: "note" }, `→ ${projection.names[0]}; ↑ ${projection.names[1]}`) : [0, 1].map((place) => {
    const field = h("select", { "aria-label": place === 0 ? "column across" : "column up", onchange: () => {
      const axes = [...now];
      axes[place] = Number(field.value);
      model.look_along(axes);
    } }, source.featureNames.map((name, column) => h("option", { value: String(column) }, name)));
    field.value = String(now[place]);
    return h("label", {}, place === 0 ? "→ " : "↑ ", field);
  });
  return [kind, fields, h("p", { class: "note" }, `colours: the answers over these two ${ofComponents ? "of the standardised columns, with nothing of the other components" : "columns, with the others at their mean"}`)];
}

/** To other samples, one by one. */
export function stepper(model, n) {
  const to = (by) => model.store.set({ sample: (model.sample + by + n) % n });
  return h("div", { class: "stepper" },
    h("button", { type: "button", class: "small", "aria-label": "sample before", onclick: () => to(-1) }, "‹"),
    h("span", {}, `sample ${model.sample} of ${n}`),
    h("button", { type: "button", class: "small", "aria-label": "next sample", onclick: () => to(1) }, "›"));
}

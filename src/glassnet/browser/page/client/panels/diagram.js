/** The network's drawing in the page: what it shows of a frame, and the heads of its columns. */
import { h } from "../drawing/dom.js";
import { NetworkView } from "../drawing/network.js";
import { activations, layersOf, MOST_LAYERS, MOST_UNITS, OWN_LAYERS, textOfLayers } from "../state/choices.js";
import { columnOfLayer } from "../state/columns.js";
import { GRID } from "../app/pictures.js";

/** Weights or biases of a column's dense layer, as the mirror has them now. */
function parameterOf(model, column, name) {
  const { layer, prefix, dense } = model.get("network").columns[column];
  return dense === null ? null : model.mirror.network.parameters.find((found) => found.layer === layer && found.name === prefix + name) ?? null;
}

function head(model, place, shape, column) {
  if (place === 0) return [h("span", { class: "title" }, `${shape.inputs.length} input${shape.inputs.length === 1 ? "" : "s"}`),
    column.units.length < shape.inputs.length && !column.image ? h("span", { class: "note" }, `${column.units.length} drawn`) : null];
  const own = shape.columns[place - 1], number = h("b", {}, String(own.units));
  const drawn = column.units.length < own.units && !column.image ? h("span", { class: "note" }, `${column.units.length} drawn`) : null;
  const words = [...(own.dense === null ? [] : [own.activation.replaceAll("_", " ")]), ...own.words].map((word) => h("span", { class: "kind" }, word));
  if (own.kind === "output") return [h("span", { class: "title" }, "output"), words, drawn];
  if (model.get("isPrediction") || model.get("choices").hidden === OWN_LAYERS) return [h("span", { class: "title" }, `${own.units} ${own.dense === null ? "numbers" : "units"}`), words, drawn];
  const layers = layersOf(model.get("choices").hidden);
  const set = (patch) => model.choose({ hidden: textOfLayers(layers.map((layer, i) => (i === place - 1 ? { ...layer, ...patch } : layer))) });
  const more = (by, sign, words) => h("button", {
    type: "button", class: "small", "aria-label": `${words} in layer ${place}`, title: words, disabled: own.units + by < 1 || own.units + by > MOST_UNITS,
    onclick: () => set({ units: own.units + by }),
  }, sign);
  const activation = h("select", { "aria-label": `activation of layer ${place}, in the drawing`, onchange: () => set({ activation: activation.value }) },
    activations().map((name) => h("option", { value: name }, name.replaceAll("_", " "))));
  activation.value = own.activation;
  return [h("span", { class: "row" }, more(-1, "−", "one unit less"), number, more(1, "+", "one unit more")), activation, own.words.map((word) => h("span", { class: "note" }, word)), drawn];
}

export function diagram(model) {
  const tell = {
    point: (selection) => model.store.set({ pointed: selection }), leave: () => model.store.set({ pointed: null }),
    choose: (selection) => model.store.set({ selection, pointed: null, tab: "formula" }),
  };
  const view = new NetworkView(tell, (place, shape, column) => head(model, place, shape, column));
  const layersTool = h("div", { class: "layers-tool" });
  const root = h("section", { class: "drawing", "aria-label": "the network" }, layersTool, view.root);
  model.view = view;
  let built = null;

  const marks = ({ findings, stopped, network }) => {
    const of = findings.flatMap((finding) => finding.marks);
    if (stopped?.layer !== null && stopped?.layer !== undefined) {
      const column = columnOfLayer(network.columns, stopped.layer);
      if (column >= 0) of.push({ column, unit: null });
    }
    return of;
  };

  function build({ network, samples, source, asked }) {
    view.build({
      inputs: samples.names, columns: network.columns.map((column) => ({ ...column, notes: column.words.length })), image: source.image !== null, kind: network.kind, asked: model.asked, marked: [],
      weights: (column) => parameterOf(model, column, "weights"), biases: (column) => parameterOf(model, column, "bias")?.values ?? null,
    });
    built = { network, width: view.root.clientWidth, asked };
    const layers = layersOf(model.get("choices").hidden);
    layersTool.hidden = model.get("isPrediction");
    if (model.get("choices").hidden === OWN_LAYERS) return layersTool.replaceChildren(h("span", {}, `the layers of ${model.get("file") ?? "a file"}`));
    layersTool.replaceChildren(
      h("button", { type: "button", class: "small", disabled: layers.length === 0, "aria-label": "one hidden layer less", onclick: () => model.choose({ hidden: textOfLayers(layers.slice(0, -1)) }) }, "−"),
      h("span", {}, layers.length === 1 ? "1 hidden layer" : `${layers.length} hidden layers`),
      h("button", { type: "button", class: "small", disabled: layers.length >= MOST_LAYERS, "aria-label": "one hidden layer more", onclick: () => model.choose({ hidden: textOfLayers([...layers, { ...(layers.at(-1) ?? { activation: "tanh", bias: true, norm: "", dropout: 0, residual: false }), units: layers.at(-1)?.units ?? 4 }]) }) }, "+"),
    );
  }

  function paint(state) {
    const { network, frame, samples, pointed, selection, source, choices } = state, { sample } = model;
    if (network === null || frame === null) return;
    if (built === null || built.network !== network || built.width !== view.root.clientWidth || built.asked !== state.asked) build(state);
    const { train } = samples.parts, x = train.X.subarray(sample * samples.width, (sample + 1) * samples.width);
    view.shape.marked = marks(state);
    const inputs = network.inputs, responses = frame.responses;
    const activations = responses === null ? [x, ...activationsOf(model, network, x)] : null;
    const top = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    const tops = responses === null ? [x, ...activations.slice(1)].map(top) : [top(inputs), ...frame.tops];
    view.paint({ grid: GRID, inputs, responses, tops, activations, sample: x, shown: sample, image: source.image, kind: network.kind, discrete: choices.discrete, running: state.running }, pointed ?? selection);
  }

  model.store.on(["frame", "pointed", "selection", "sample", "theme", "width", "findings", "asked", "running"], paint);
  return root;
}

function activationsOf(model, network, x) {
  return model.mirror.network.responses(x, network.columns.map(({ last }) => last)).map(({ values }) => values);
}

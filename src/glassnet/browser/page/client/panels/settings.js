/** What is learned and how: data, network, training. */
import { h, refill } from "../drawing/dom.js";
import { DRAWN } from "../data/drawn.js";
import { lossesFor } from "../data/heads.js";
import { featureName } from "../data/prepare.js";
import { activations, FEATURES, layersOf, MOST_LAYERS, MOST_UNITS, OWN_LAYERS, textOfLayers } from "../state/choices.js";
import { catalogue } from "../state/catalogue.js";
import { SCHEDULES } from "../state/schedules.js";
import { parts } from "../training/engine.js";
import { groups, OWN } from "../app/sources.js";
import { tableOf } from "../data/csv.js";
import { choice, numeric, partFields, slider, tick } from "./controls.js";

const NAMES = { own: "my file", points: "my points", given: "from Python", glorot_uniform: "Glorot, uniform", auto: "usual" };
const MOST_BYTES = 60e6;

function section(name, title, open, ...children) {
  return h("details", { class: "settings", open, "data-panel": name }, h("summary", {}, title), ...children);
}

/** Reads a file of the reader's and makes it the data. */
export async function take(model, file) {
  model.store.set({ said: [] }); // of the file before
  try {
    if (file.size > MOST_BYTES) throw new Error(`${file.name} has ${Math.round(file.size / 1e6)} MB; this page takes files up to ${MOST_BYTES / 1e6} MB`);
    const table = tableOf(await file.text(), file.name);
    model.store.set({ table, choices: { ...model.get("choices"), target: -1 } });
    if (model.get("choices").data === OWN) await model.begin();
    else await model.choose({ data: OWN });
  } catch (error) {
    model.say(error.message);
  }
}

function dataSection(model) {
  const opened = h("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv", class: "hidden-file", "aria-label": "a CSV file", tabindex: -1, onchange: () => {
    if (opened.files.length > 0) take(model, opened.files[0]);
    opened.value = "";
  } });
  const told = h("ul", { class: "told" });
  model.store.on(["source", "samples"], ({ source, samples }) => refill(told, [...(source?.said ?? []), ...(samples?.said ?? [])].map((text) => h("li", {}, text))));
  const target = choice(model, "target", "target column", ({ table }) => (table === null ? [] : table.columns.map((_, c) => String(c))),
    { shown: ({ choices, table }) => String(choices.target >= 0 ? choices.target : (table?.columns.length ?? 1) - 1) });
  const select = target.querySelector("select");
  select.onchange = null;
  select.addEventListener("change", (event) => { event.stopImmediatePropagation(); model.choose({ target: Number(select.value) }); }, true);
  model.store.on(["table", "choices", "source"], ({ table, choices }) => {
    target.hidden = choices.data !== OWN || table === null;
    for (const option of select.options) option.textContent = table.columns[Number(option.value)].name;
  });
  const drawn = (option) => ({ choices }) => DRAWN[choices.data]?.[option] !== undefined;
  const boxes = h("fieldset", { class: "features" }, h("legend", {}, "features"));
  model.store.on(["choices", "source"], ({ choices, source }) => {
    boxes.hidden = source?.width !== 2;
    const chosen = choices.features.split(",");
    refill(boxes, h("legend", {}, "features"), FEATURES.map((name) => {
      const box = h("input", { type: "checkbox", onchange: () => {
        const next = FEATURES.filter((feature) => (feature === name ? box.checked : chosen.includes(feature)));
        if (next.length > 0) model.choose({ features: next.join(",") });
        else box.checked = true;
      } });
      box.checked = chosen.includes(name);
      return h("label", { class: "tick" }, box, " ", h("span", {}, source?.width === 2 ? featureName(name, source.featureNames) : name));
    }));
  });
  return section("data", "Data", true,
    choice(model, "data", "data", (state) => groups(state), { names: NAMES }),
    h("button", { type: "button", class: "wide", onclick: () => opened.click() }, "open a CSV file …"), opened, told, target,
    slider(model, "noise", "noise", { least: 0, most: ({ choices }) => DRAWN[choices.data]?.most ?? 1, step: 0.01, when: drawn("noise") }),
    numeric(model, "samples", "samples", { when: drawn("samples") }), numeric(model, "classes", "classes", { when: drawn("classes") }),
    numeric(model, "dataSeed", "seed of the data", { hint: "draws the samples, and which are held back" }),
    slider(model, "validation", "held back to validate", { least: 0, most: 0.8, step: 0.05, write: percent }),
    slider(model, "test", "held back to test", { least: 0, most: 0.6, step: 0.05, write: percent }),
    tick(model, "standardize", "standardize inputs", { hint: "mean 0, standard deviation 1, as of the training samples" }),
    boxes);
}

const percent = (share) => `${Math.round(share * 100)} %`;

/** A line for each hidden layer, and a button for one more. */
function layersField(model) {
  const list = h("div", { class: "layers" });
  const set = (layers) => model.choose({ hidden: textOfLayers(layers) });
  model.store.on(["choices"], ({ choices }) => {
    const layers = layersOf(choices.hidden);
    if (choices.hidden === OWN_LAYERS) {
      return refill(list, h("p", { class: "note" }, "the layers are those of the file"), h("button", { type: "button", class: "wide", onclick: () => model.choose({ hidden: "4.tanh" }) }, "choose layers here"));
    }
    const change = (place, patch) => set(layers.map((layer, i) => (i === place ? { ...layer, ...patch } : layer)));
    refill(list, layers.map((layer, place) => {
      const units = h("input", { type: "number", min: 1, max: MOST_UNITS, value: String(layer.units), "aria-label": `units of layer ${place + 1}`, onchange: () => {
        const wanted = Math.round(Number(units.value));
        if (wanted >= 1 && wanted <= MOST_UNITS) change(place, { units: wanted });
        else units.value = String(layer.units);
      } });
      const activation = selectOf(activations(), layer.activation,
        `activation of layer ${place + 1}`, (value) => change(place, { activation: value }));
      const norm = selectOf(["", "bn", "ln", "rms"], layer.norm, `normalisation of layer ${place + 1}`, (value) => change(place, { norm: value }),
        { "": "no norm", bn: "batch norm", ln: "layer norm", rms: "RMS norm" });
      const dropout = selectOf(["0", "0.1", "0.2", "0.3", "0.5"].concat([0, 0.1, 0.2, 0.3, 0.5].includes(layer.dropout) ? [] : [String(layer.dropout)]), String(layer.dropout), `dropout after layer ${place + 1}`,
        (value) => change(place, { dropout: Number(value) }), { 0: "no dropout" }, "dropout ");
      const residual = h("input", { type: "checkbox", onchange: () => change(place, { residual: residual.checked }) });
      residual.checked = layer.residual;
      const remove = h("button", { type: "button", class: "small", "aria-label": `remove layer ${place + 1}`, title: "remove", onclick: () => set(layers.filter((_, i) => i !== place)) }, "×");
      return h("div", { class: "layer" }, h("div", { class: "row" }, units, activation, remove), h("div", { class: "row more" }, norm, dropout,
        h("label", { class: "tick", title: "adds its input to its output, where both have as many units" }, residual, " residual")));
    }), h("button", {
      type: "button", class: "wide", disabled: layers.length >= MOST_LAYERS,
      onclick: () => set([...layers, { units: 4, activation: layers.at(-1)?.activation ?? "tanh", dropout: 0, norm: "", residual: false, bias: true }]),
    }, "add a hidden layer"));
  });
  return list;
}

function selectOf(values, value, label, chosen, names = {}, prefix = "") {
  const field = h("select", { "aria-label": label, onchange: () => chosen(field.value) },
    values.map((option) => h("option", { value: option }, names[option] ?? prefix + option.replaceAll("_", " "))));
  field.value = value;
  return field;
}

export function settings(model) {
  const optimizers = Object.keys(catalogue.optimizers).filter((name) => name in parts.optimizer);
  const hasMomentum = ({ choices }) => "momentum" in (parts.optimizer[choices.optimizer]?.fields ?? {});
  const narrow = window.matchMedia("(max-width: 900px)").matches;
  const root = h("aside", { class: "side", "aria-label": "what is learned, and how" },
    dataSection(model),
    section("network", "Network", !narrow, h("p", { class: "caption" }, "hidden layers"), layersField(model),
      choice(model, "output", "last activation", ["auto", ...activations()], { names: NAMES }),
      choice(model, "initializer", "first weights", Object.keys(parts.initializer).filter((name) => name !== "constant"), { names: NAMES }),
      numeric(model, "seed", "seed of the network", { hint: "draws first weights, the order of samples, and dropout" }),
      choice(model, "dtype", "numbers", ["float64", "float32"])),
    section("training", "Training", !narrow,
      choice(model, "loss", "loss", ({ source }) => ["auto", ...(source === null ? [] : lossesFor(source))], { names: NAMES }),
      partFields(model, "loss_with", "fields of the loss", ({ head }) => parts.loss[head?.loss]?.fields ?? {}),
      choice(model, "optimizer", "optimizer", optimizers), numeric(model, "rate", "learning rate"),
      numeric(model, "momentum", "momentum", { when: hasMomentum }),
      partFields(model, "optimizer_with", "fields of the optimizer", ({ choices }) => parts.optimizer[choices.optimizer]?.fields ?? {}, ["learning_rate", "momentum", "weight_decay"]),
      choice(model, "schedule", "schedule", ["constant", ...Object.keys(SCHEDULES).filter((name) => name in parts.schedule)]),
      numeric(model, "span", "epochs of the schedule", { when: ({ choices }) => choices.schedule !== "constant" }),
      numeric(model, "batch", "batch size", { hint: "0: all samples at once" }), numeric(model, "l1", "L1 penalty"), numeric(model, "l2", "L2 penalty"),
      numeric(model, "decay", "weight decay")),
    section("view", "View", !narrow, tick(model, "discrete", "discretise the output"),
      choice(model, "shown", "points", ["train", "all"], { names: { train: "of training", all: "held back ones, too" } })));
  return root;
}

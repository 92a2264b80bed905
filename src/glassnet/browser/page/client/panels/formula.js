/** The formulas of what is pointed at, with the numbers of the step that comes next. */
import { h, refill } from "../drawing/dom.js";
import { typeset, worded } from "../formulas/typeset.js";
import { lossSections, ownSections, parameterSections, predictedLines, unitSections } from "../formulas/unit.js";
import { rowOf } from "../formulas/step.js";
import { number } from "../formulas/terms.js";

const SHOWN_PARAMETERS = 40;
const NO_TARGETS = "a prediction has no targets, so there is no loss, and no way back";

/** What a selection is called. */
export function nameOf(selection, { network, samples }) {
  const layer = selection.column === network.columns.length - 1 ? "output layer" : `layer ${(selection.column ?? 0) + 1}`;
  const from = (input) => (selection.column === 0 ? `input ${samples.names[input]}` : `unit ${input} of layer ${selection.column}`);
  switch (selection.kind) {
    case "input": return `input ${samples.names[selection.input] ?? ""}`;
    case "unit": return `${layer}, unit ${selection.unit}`;
    case "weight": return `weight from ${from(selection.input)} to unit ${selection.unit} of the ${layer}`;
    case "bias": return `bias of unit ${selection.unit}, ${layer}`;
    case "own": return `${selection.label}, unit ${selection.unit} of the ${layer}`;
    default: return "loss";
  }
}

function lines(list, unfold) {
  return list.map((line) => {
    if (line.heading) return h("p", { class: "sub" }, line.text);
    return h("div", { class: `line${line.words ? " words" : ""}` }, (line.words ? worded : typeset)(line.text),
      line.sum ? h("button", { type: "button", class: "link", onclick: unfold }, "every term") : null);
  });
}

const part = (title, ...children) => h("section", { class: `part ${title}`, tabindex: 0, "aria-label": title }, h("h3", {}, title), ...children);

/** The weights and the bias of a unit, each with its gradient and its change; a click leads to one. */
function parameterTable(model, parameters, selection) {
  const { samples } = model.store.state;
  const order = parameters.length <= SHOWN_PARAMETERS ? parameters
    : [...parameters].sort((a, b) => Math.abs(b.w1 - b.w) - Math.abs(a.w1 - a.w)).slice(0, SHOWN_PARAMETERS);
  const name = ({ input, label }) => (label !== undefined ? label : input === null ? "bias b" : selection.column === 0 ? samples.names[input] : `unit ${input}`);
  const lead = (line) => model.store.set({
    selection: line.label !== undefined ? { kind: "own", column: selection.column, unit: selection.unit, row: line.row, own: line.own, index: line.index, label: line.label }
      : line.input === null ? { kind: "bias", column: selection.column, unit: selection.unit } : { kind: "weight", column: selection.column, unit: selection.unit, input: line.input },
  });
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["from", "x", "w", "∂L/∂w", "Δw"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, order.map((line) => h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => lead(line) }, name(line))),
      [line.input === null ? "1" : number(line.x, 4), number(line.w, 5), number(line.dw, 4), number(line.w1 - line.w, 4)].map((text) => h("td", {}, text)))))),
  order.length < parameters.length ? h("p", { class: "note" }, `the ${order.length} that change most, of ${parameters.length}`) : null);
}

/** Other numbers in the table that stands there already, where it has the same rows; whether that was so. */
function taken(old, part) {
  const [rows, wanted] = [old, part].map((one) => [...one.querySelectorAll("tbody tr")]);
  if (part.querySelector(".editor") !== null || rows.length === 0 || rows.length !== wanted.length) return false;
  if (rows.some((row, i) => row.firstElementChild.textContent !== wanted[i].firstElementChild.textContent)) return false;
  rows.forEach((row, i) => [...row.cells].forEach((cell, k) => {
    if (k > 0 && cell.textContent !== wanted[i].cells[k].textContent) cell.textContent = wanted[i].cells[k].textContent;
  }));
  return true;
}

/** A section in the place of the one that stands there; a table keeps its rows. */
function renew(old, part) {
  if (!taken(old, part)) old.replaceWith(part);
}

/** A parameter to edit or to freeze. */
function editor(model, { value, layer, name, index }) {
  const field = h("input", { type: "text", inputmode: "decimal", "aria-label": "new value", value: String(value.w) });
  const set = () => {
    const wanted = Number(field.value.replace("−", "-").replace(",", "."));
    const good = field.value.trim() !== "" && Number.isFinite(wanted);
    field.setCustomValidity(good ? "" : "a number is wanted, such as 0.5");
    if (!good) field.reportValidity();
    else model.change([{ kind: "parameter", layer, name, index, value: wanted }]);
  };
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") set(); });
  const frozen = (model.get("frame").state.frozen ?? []).some?.((entry) => entry.layer === layer && entry.name === name && entry.index === index) ?? value.factor === 0;
  const freeze = h("input", { type: "checkbox", onchange: () => model.change([{ kind: "frozen", layer, name, index, frozen: freeze.checked }]) });
  freeze.checked = frozen || value.factor === 0;
  const check = h("output", { class: "note" });
  const compare = () => {
    const { train } = model.get("samples").parts;
    const { analytic, numeric } = model.mirror.network.gradient_check(train.X, train.y, layer, name, index);
    const off = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), 1e-12);
    refill(check, `over all training samples: by backpropagation ${number(analytic, 7)}, by (L(w + h) − L(w − h))/2h ${number(numeric, 7)}; they differ by ${number(off, 2)} of it`);
  };
  return h("div", { class: "editor" }, h("label", {}, "set it to ", field), h("button", { type: "button", onclick: set }, "set"),
    h("label", { class: "tick" }, freeze, " freeze"), h("button", { type: "button", onclick: compare }, "check its gradient"), check);
}

/** What makes each section of the formulas of a selection, all of one step; typesetting is dear, so it may be spread. */
export function explained(model, selection) {
  const step = model.look(), { unfolded } = model.store.state;
  const at = { ...selection, sample: step.sample, unfolded };
  const unfold = () => model.store.set({ unfolded: true });
  if (step.isPrediction && "column" in selection) return [() => part("forward", lines(predictedLines(step, at), unfold))];
  if (step.isPrediction && selection.kind !== "input") return [() => part("forward", [h("p", { class: "note" }, NO_TARGETS)])];
  switch (selection.kind) {
    case "unit": {
      const { forward, backward, parameters } = unitSections(step, at);
      return [() => part("forward", lines(forward, unfold)), () => part("backward", lines(backward, unfold)),
        () => part("update", parameterTable(model, parameters, selection))];
    }
    case "weight": case "bias": {
      const found = parameterSections(step, { ...at, input: selection.kind === "bias" ? null : selection.input });
      return [() => part("forward", lines(found.forward, unfold)), () => part("backward", lines(found.backward, unfold)),
        () => part("update", lines(found.update, unfold), editor(model, found))];
    }
    case "own": {
      const found = ownSections(step, at);
      if (found === null) return [() => part("forward", [h("p", { class: "note" }, "this sample takes another row of the weights")])];
      return [() => part("forward", lines(found.forward, unfold)), () => part("backward", lines(found.backward, unfold)),
        () => part("update", lines(found.update, unfold), editor(model, found))];
    }
    case "input": {
      const x = rowOf(step.trace.rows[0].inputs, step.sample);
      return [() => part("forward", [h("div", { class: "line" }, typeset(`x = ${number(x[selection.input] ?? NaN)}`))])];
    }
    default: return [() => part("forward", lines(lossSections(step, at).forward, unfold))];
  }
}

/** Whether the network, which may be another one now, has what was chosen. */
function isThere({ kind, column, unit, input, row, own }, { network, samples }, { plan, parameters }) {
  const rows = network.columns[column]?.rows ?? [], hasUnit = unit < network.columns[column]?.units;
  const hasParameter = (name, place = network.columns[column].dense) => {
    const { layer, path } = plan.rows[place] ?? { path: [] };
    return parameters.some((found) => found.layer === layer && found.name === [...path.slice(1), name].join("."));
  };
  const before = column === 0 ? samples.width : network.columns[column - 1]?.units;
  switch (kind) {
    case "input": return input < samples.width;
    case "unit": return hasUnit;
    case "weight": return hasUnit && network.columns[column].dense !== null && input < before;
    case "bias": return hasUnit && hasParameter("bias");
    case "own": return hasUnit && rows.includes(row) && hasParameter(own, row);
    default: return true;
  }
}

/** In words, which step and which sample the numbers are of. */
export function whichStep(model) {
  const step = model.look(), { frame, samples } = model.store.state, sample = model.sample;
  if (step.isPrediction) return `a prediction for ${samples.parts.train.n} ${samples.parts.train.n === 1 ? "sample" : "samples"}, here sample ${sample}; ${NO_TARGETS.slice("a prediction ".length).replace("has", "it has")}`;
  const next = `step ${step.trace.step}`;
  return step.alone
    ? `${next}, as it would be with sample ${sample} alone; the next batch does not hold it`
    : `${next}, the next: ${frame.next.length} of ${samples.parts.train.n} samples, here sample ${sample}`;
}

/** Which sample of the next batch is shown. */
function samplePicker(model) {
  const field = h("select", { "aria-label": "sample of the next batch", onchange: () => model.store.set({ sample: Number(field.value) }) });
  model.store.on(["frame", "sample", "running"], ({ frame, running }) => {
    const { sample } = model;
    if (frame === null || document.activeElement === field || (running && !frame.isTold)) return;
    const shown = frame.next.slice(0, 200);
    refill(field, shown.includes(sample) ? null : h("option", { value: String(sample) }, `sample ${sample}, alone`), shown.map((row) => h("option", { value: String(row) }, `sample ${row}`)));
    field.value = String(sample);
  });
  return field;
}

export function formula(model) {
  const title = h("h2", {}), which = h("p", { class: "note" }), body = h("div", { class: "parts" });
  const search = h("input", { type: "text", placeholder: "layer.unit, such as 1.3", "aria-label": "find a unit", size: 18 });
  search.addEventListener("change", () => find(model, search));
  const root = h("div", { class: "formula-panel" },
    h("div", { class: "heading" }, title, h("div", { class: "finding" }, h("label", {}, "show ", samplePicker(model)), h("label", {}, "find ", search))), which, body);
  let shown = "", dropRest = () => {};

  /** The sections of the same selection anew, one after the other, as frames have time for them. */
  function spread(makers, place = 0) {
    if (place >= makers.length) return;
    dropRest = model.store.later(() => {
      renew(body.children[place], makers[place]());
      spread(makers, place + 1);
    });
  }

  function show() {
    const state = model.store.state, selection = state.pointed ?? state.selection;
    if (state.tab !== "formula" || state.frame === null) return;
    if (state.running && !state.frame.isTold) return;
    const chosen = selection ?? { kind: "unit", column: state.network.columns.length - 1, unit: 0 };
    if (!isThere(chosen, state, model.mirror.network)) return model.store.set({ selection: null, pointed: null });
    refill(title, nameOf(chosen, state));
    refill(which, whichStep(model));
    const key = JSON.stringify(chosen), makers = explained(model, chosen);
    dropRest();
    if (key !== shown || body.childElementCount !== makers.length) refill(body, makers.map((make) => make()));
    else if (state.running) spread(makers);
    else makers.forEach((make, place) => renew(body.children[place], make()));
    shown = key;
  }
  model.store.on(["frame", "selection", "pointed", "sample", "tab", "unfolded"], show);
  return root;
}

function find(model, field) {
  const match = /^(\d+)\.(\d+)$/.exec(field.value.trim());
  const { network } = model.store.state;
  const [column, unit] = match === null ? [-1, -1] : [Number(match[1]) - 1, Number(match[2])];
  const good = column >= 0 && column < network.columns.length && unit < network.columns[column].units;
  field.setCustomValidity(good ? "" : `layer and unit, such as 1.0: layers 1 to ${network.columns.length}, units from 0 on`);
  if (!good) field.reportValidity();
  else {
    model.asked = { [column + 1]: unit };
    model.store.set({ selection: { kind: "unit", column, unit }, pointed: null, asked: `${column}.${unit}` });
  }
}

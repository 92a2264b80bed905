/** What drives the training: back, play, step, epoch, speed, and where it is. */
import { h } from "../drawing/dom.js";
import { number } from "../formulas/terms.js";

const THEMES = { auto: "auto", light: "light", dark: "dark" };

const icon = (path) => {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
};
const ICONS = {
  restart: "M5 5v6h6M5.6 11a7 7 0 1 1-.4 4", back: "M18 5 8 12l10 7zM5 5h2v14H5z", play: "M7 4v16l13-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  step: "M6 5l10 7-10 7zM17 5h2v14h-2z", epoch: "M4 5l7 7-7 7zM11 5l7 7-7 7zM19 5h2v14h-2z",
};

function button(name, label, keys, act) {
  return h("button", { type: "button", class: `tool ${name}`, "aria-label": label, title: `${label} (${keys})`, onclick: act }, icon(ICONS[name]));
}

function figure(label) {
  const value = h("output", { class: "value" }, "–");
  return [h("div", { class: "figure" }, h("span", {}, label), value), value];
}

/** Where a run ends, from `200` (an epoch) or `loss 0.05`; null for nothing, undefined for what is neither. */
function endOf(text) {
  if (text.trim() === "") return null;
  if (/^\s*\d+\s*$/.test(text) && Number(text) > 0) return { epoch: Number(text) };
  const loss = /^\s*(?:loss\s*<?=?)\s*(\d*\.?\d+(?:e-?\d+)?)\s*$/i.exec(text);
  return loss === null ? undefined : { loss: Number(loss[1]) };
}

export function toolbar(model) {
  const play = button("play", "Play", "space", () => model.toggle());
  const speed = h("select", { "aria-label": "speed", title: "speed", onchange: () => {
    model.store.set({ speed: speed.value });
    if (model.get("running")) model.run();
  } }, h("option", { value: "full" }, "full speed"), h("option", { value: "epoch" }, "an epoch a frame"), h("option", { value: "step" }, "a step at a time"));
  const until = h("input", { type: "text", placeholder: "no end", "aria-label": "run until", title: "an epoch, such as 200, or a loss, such as loss 0.05", size: 9, onchange: () => {
    const wanted = endOf(until.value);
    until.setCustomValidity(wanted === undefined ? "run until an epoch, such as 200, or until a loss, such as: loss 0.05" : "");
    if (wanted === undefined) until.reportValidity();
    else model.store.set({ until: wanted });
  } });
  const theme = h("select", { "aria-label": "theme", title: "theme", onchange: () => { model.store.set({ theme: theme.value }); model.store.flush(); } },
    Object.entries(THEMES).map(([value, name]) => h("option", { value }, name)));
  const [epochs, epoch] = figure("epoch"), [steps, step] = figure("step"), [trains, train] = figure("loss, training");
  const [validations, validation] = figure("loss, validation"), [accuracies, accuracy] = figure("accuracy");
  const tools = h("div", { class: "tools", role: "toolbar", "aria-label": "training" },
    button("restart", "Back to the first step", "Home", () => model.restart()), button("back", "One step back", "←", () => model.back()), play,
    button("step", "One step", "→", () => model.step()), button("epoch", "One epoch", "↓", () => model.epoch()));
  const pace = h("div", { class: "pace" }, speed, h("label", { class: "until" }, "until ", until));
  const figures = h("div", { class: "figures", "aria-live": "off" }, epochs, steps, trains, validations, accuracies);
  const prediction = h("p", { class: "note", hidden: true }, "a prediction: no targets, so no loss, and no way back");
  const root = h("header", { class: "toolbar" },
    h("h1", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), "glassnet"),
    prediction, tools, pace, figures,
    h("div", { class: "theme" }, theme));
  model.store.on(["isPrediction"], ({ isPrediction }) => {
    for (const part of [tools, pace, figures]) part.hidden = isPrediction;
    prediction.hidden = !isPrediction;
  });
  model.store.on(["running"], ({ running }) => {
    play.replaceChildren(icon(ICONS[running ? "pause" : "play"]));
    play.setAttribute("aria-label", running ? "Pause" : "Play");
    play.classList.toggle("on", running);
  });
  model.store.on(["speed", "theme"], (state) => { speed.value = state.speed; theme.value = state.theme; });
  model.store.on(["until"], (state) => { until.value = state.until?.epoch ?? (state.until === null ? "" : `loss ${state.until.loss}`); });
  model.store.on(["frame"], ({ frame }) => {
    const of = (value) => (value === undefined || value === null ? "–" : number(value, 4));
    epoch.textContent = frame === null ? "–" : String(frame.epoch);
    step.textContent = frame === null ? "–" : String(frame.step);
    const evaluation = frame?.evaluation;
    train.textContent = of(evaluation?.train?.loss);
    validation.textContent = of(evaluation?.validation?.loss);
    const share = evaluation?.validation?.accuracy ?? evaluation?.train?.accuracy;
    accuracy.textContent = share === undefined ? "–" : `${number(100 * share, 3)} %`;
    accuracies.hidden = share === undefined;
    validations.hidden = !evaluation?.validation;
  });
  return root;
}

/** Keys that drive the training from anywhere but a field. */
export function keys(model) {
  const acts = { " ": () => model.toggle(), ArrowRight: () => model.step(), ArrowLeft: () => model.back(), ArrowDown: () => model.epoch(), Home: () => model.restart() };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, select, textarea, [role=tablist], dialog, summary");
    const onButton = event.key === " " && event.target.closest("button, a");
    if (field || onButton || event.ctrlKey || event.metaKey || event.altKey || !(event.key in acts)) return;
    if (model.get("isPrediction")) return;
    event.preventDefault();
    acts[event.key]();
  });
}

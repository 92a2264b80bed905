/** Runs that were kept, overlaid: their losses, and what was chosen otherwise. */
import { curves, thinned } from "../drawing/curves.js";
import { h, refill } from "../drawing/dom.js";
import { writeAddress } from "../state/address.js";
import { number } from "../formulas/terms.js";

const MOST = 6;

/** What distinguishes the choices of several runs, for each one. */
export function differences(all) {
  const keys = Object.keys(all[0] ?? {}).filter((key) => all.some((choices) => choices[key] !== all[0][key]));
  return all.map((choices) => keys.map((key) => `${key} ${choices[key]}`).join(", "));
}

export function runs(model) {
  const chart = h("div", {}), list = h("div", {});
  let logarithmic = true;
  const scale = h("button", { type: "button", class: "small", "aria-pressed": "true", onclick: () => {
    logarithmic = !logarithmic;
    scale.setAttribute("aria-pressed", String(logarithmic));
    show();
  } }, "log");
  const keep = h("button", { type: "button", onclick: () => {
    const { runs: kept, history, choices, frame } = model.store.state;
    if (history.length === 0) return model.say("this run has no whole epoch yet; let it train first");
    model.store.set({ runs: [...kept.slice(-(MOST - 2)), { choices, history: thinned(history).map(({ epoch, loss }) => [epoch, loss]), epochs: frame.epoch, loss: frame.evaluation }] });
  } }, "keep this run");

  function show() {
    const { tab, runs: kept, history, choices, frame } = model.store.state;
    if (tab !== "runs" || frame === null) return;
    const all = [...kept, { choices, history: thinned(history).map(({ epoch, loss }) => [epoch, loss]), epochs: frame.epoch, loss: frame.evaluation }];
    const texts = differences(all.map((run) => run.choices));
    const name = (i) => (i === all.length - 1 ? "the present one" : `run ${i + 1}`) + (texts[i] ? `: ${texts[i]}` : "");
    refill(chart, curves(all.map((run, i) => ({ name: name(i), points: run.history, style: `run-${i % 6}` })), { width: Math.max(280, Math.min(760, chart.clientWidth || 600)), height: 240, label: "loss of the runs", logarithmic, from: 0 }));
    refill(list, h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["run", "epochs", "loss", "validation"].map((text) => h("th", { scope: "col" }, text)), h("td", {}))), h("tbody", {}, all.map((run, i) => h("tr", {},
      h("th", { scope: "row" }, swatch(i), name(i)), h("td", {}, String(run.epochs)), h("td", {}, number(run.loss.train?.loss ?? NaN, 4)), h("td", {}, run.loss.validation ? number(run.loss.validation.loss, 4) : "–"),
      h("td", {}, i === all.length - 1 ? "" : h("button", { type: "button", class: "link", onclick: () => { location.hash = writeAddress(run.choices); } }, "choose again"))))))));
  }

  model.store.on(["tab", "frame", "runs", "theme", "width"], show);
  return h("div", {}, h("div", { class: "row-of-buttons" }, keep, scale, h("button", { type: "button", onclick: () => model.store.set({ runs: [] }) }, "forget all")), chart, list);
}

function swatch(i) {
  const mark = h("span", { class: `swatch-line run-${i % 6}`, "aria-hidden": "true" });
  return mark;
}

/** Panels of which one is seen; arrow keys go from one to the next. */
import { h } from "../drawing/dom.js";

export const TITLES = {
  formula: "Formula", walk: "This step", weights: "Distributions", surface: "Surface", confusion: "Confusion", runs: "Runs",
  code: "Code", files: "Files", lessons: "Lessons",
};

const OF_PREDICTIONS = ["formula", "files"]; // where there are no targets

export function tabs(model, panels) {
  const names = Object.keys(panels);
  const buttons = names.map((name) => h("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: () => model.store.set({ tab: name }),
  }, TITLES[name]));
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": "looking into the network" }, buttons);
  const bodies = names.map((name) => h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, class: "panel", tabindex: 0 }, panels[name](model)));
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const place = (names.indexOf(model.get("tab")) + by + names.length) % names.length;
    model.store.set({ tab: names[place] });
    buttons[place].focus();
  });
  model.store.on(["isPrediction"], ({ isPrediction }) => names.forEach((name, i) => { buttons[i].hidden = isPrediction && !OF_PREDICTIONS.includes(name); }));
  model.store.on(["tab"], ({ tab }) => names.forEach((name, i) => {
    buttons[i].setAttribute("aria-selected", String(name === tab));
    buttons[i].tabIndex = name === tab ? 0 : -1;
    bodies[i].hidden = name !== tab;
  }));
  return h("section", { class: "look", "data-panel": "look" }, list, bodies);
}

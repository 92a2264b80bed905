/** The next step as a walk: forward, loss, backward, update, one formula after the other, with the drawing lit beside it. */
import { h, refill } from "../drawing/dom.js";
import { explained, whichStep } from "./formula.js";

/** The stations of a walk through a network of so many columns; each says what it shows and which part of it. */
export function stations(columns, unitOf) {
  const last = columns.length - 1, order = columns.map((_, column) => column);
  const name = (column) => (column === last ? "the output layer" : `layer ${column + 1}`);
  const unit = (column) => ({ kind: "unit", column, unit: Math.min(unitOf(column), columns[column].units - 1) });
  return [
    ...order.map((column) => ({
      part: "forward", selection: unit(column), title: `Forward: ${name(column)}`,
      says: "Each unit adds up its inputs times its weights and its bias, and its activation makes the output of that.",
    })),
    { part: "forward", selection: { kind: "loss" }, title: "Loss", says: "One number says how far the outputs are from the targets, over the whole batch." },
    ...[...order].reverse().map((column) => ({
      part: "backward", selection: unit(column), title: `Backward: ${name(column)}`,
      says: column === last ? "The loss says in which direction each output is wrong."
        : "What the next layer's errors carry back through its weights, times the slope of the activation, is the error of the unit.",
    })),
    ...order.filter((column) => columns[column].dense !== null).map((column) => ({
      part: "update", selection: { kind: "weight", column, unit: unit(column).unit, input: 0 }, title: `Update: ${name(column)}`,
      says: "The gradient adds up inputs times errors over the batch; the optimizer moves each parameter against its own. Here the first weight; the others and the bias go the same way.",
    })),
  ];
}

export function walk(model) {
  const title = h("h2", {}), says = h("p", {}), which = h("p", { class: "note" }), body = h("div", { class: "walk-lines" });
  const place = h("span", { class: "note" });
  const to = (by) => () => model.store.set({ walk: Math.max(0, model.get("walk") + by) });
  const before = h("button", { type: "button", onclick: to(-1) }, "previous"), next = h("button", { type: "button", onclick: to(1) }, "next");
  const make = h("button", { type: "button", onclick: () => { model.step(); model.store.set({ walk: 0 }); } }, "make this step");
  const root = h("div", {}, h("div", { class: "row-of-buttons" }, before, next, place, make), title, says, which, body);

  function show() {
    const { tab, frame, network, walk: at, running } = model.store.state;
    if (tab !== "walk" || frame === null) return;
    if (running) model.pause();
    const chosen = model.get("selection");
    const all = stations(network.columns, (column) => (chosen?.column === column ? chosen.unit : 0));
    if (at >= all.length) { model.store.set({ walk: all.length - 1 }); return; }
    const station = all[at];
    before.disabled = at === 0;
    next.disabled = at === all.length - 1;
    refill(place, `${at + 1} of ${all.length}`);
    refill(title, station.selection.kind === "loss" ? station.title : `${station.title}, unit ${station.selection.unit}`);
    refill(says, station.says);
    refill(which, whichStep(model));
    const parts = explained(model, station.selection).map((make) => make()).filter((part) => part.classList.contains(station.part) || (station.part === "update" && part.classList.contains("backward")));
    refill(body, parts.map((part) => { part.querySelector(".editor")?.remove(); return part; }));
    model.store.set({ pointed: station.selection.kind === "loss" ? null : { ...station.selection, kind: "unit" } });
  }

  model.store.on(["tab", "frame", "walk"], show);
  model.store.on(["tab"], ({ tab }) => { if (tab !== "walk") model.store.set({ pointed: null }); });
  return root;
}

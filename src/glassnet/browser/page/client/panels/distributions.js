/** How weights, activations and gradients of each layer are spread, and how the gradient fades on its way back. */
import { h, refill } from "../drawing/dom.js";
import { histogram } from "../drawing/histogram.js";
import { denseOf } from "../formulas/step.js";
import { number } from "../formulas/terms.js";

const norm = (values) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

export function distributions(model) {
  const cards = h("div", { class: "cards" }), flow = h("div", { class: "shares" });

  function show() {
    const { tab, frame, network, running } = model.store.state;
    if (tab !== "weights" || frame === null || (running && !frame.isTold)) return;
    const step = model.look();
    const rows = network.columns.map((column, place) => ({ name: column.kind === "output" ? "output layer" : `layer ${place + 1}`, row: denseOf(step, place)?.row }))
      .filter(({ row }) => row !== undefined);
    const norms = rows.map(({ row }) => norm(row.d_weights.values)), top = Math.max(...norms, 1e-300);
    refill(flow, rows.map(({ name }, place) => h("div", { class: "share" }, h("span", { class: "who" }, name),
      h("span", { class: "bar" }, h("i", { style: { width: `${100 * norms[place] / top}%` } })), h("span", { class: "much" }, number(norms[place], 3)))));
    refill(cards, rows.map(({ name, row }) => h("div", { class: "card" }, h("h3", {}, name),
      [["weights", row.weights.values], ["activations of the batch", row.a.values], ["gradients of the weights", row.d_weights.values]].map(([what, values]) => h("figure", { style: { margin: "0 0 .5rem" } },
        h("figcaption", {}, `${what} (${values.length})`), histogram(values, { label: `${what}, ${name}` }))))));
  }

  model.store.on(["tab", "frame"], show);
  return h("div", {}, h("h2", {}, "Size of the gradient, layer by layer"), flow, h("h2", { style: { "margin-top": "1rem" } }, "Distributions"), cards);
}

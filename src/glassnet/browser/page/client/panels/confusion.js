/** Which classes are taken for which, and which samples these are. */
import { classOf, comparesPlaces } from "../data/heads.js";
import { h, refill } from "../drawing/dom.js";
import { number } from "../formulas/terms.js";

const MOST_CLASSES = 20;

/** Counts of (true, predicted), and the first sample of each. */
export function confusionOf(truth, predicted, n) {
  const counts = Array.from({ length: n }, () => new Array(n).fill(0)), first = Array.from({ length: n }, () => new Array(n).fill(-1));
  truth.forEach((label, i) => {
    if (counts[label][predicted[i]] === 0) first[label][predicted[i]] = i;
    counts[label][predicted[i]] += 1;
  });
  return { counts, first };
}

export function confusion(model) {
  const place = h("div", { class: "scroll" }), note = h("p", { class: "note" });
  const part = h("select", { "aria-label": "part of the samples", onchange: () => show() }, ["train", "validation", "test"].map((name) => h("option", { value: name }, { train: "training", validation: "validation", test: "test" }[name])));

  function show() {
    const { tab, frame, source, samples, head, running } = model.store.state;
    if (tab !== "confusion" || frame === null || (running && !frame.isTold)) return;
    const chosen = samples.parts[part.value];
    if (source.task !== "classification") return refill(place, h("p", {}, "The targets are numbers; there are no classes to be taken for others."));
    if (comparesPlaces(head)) return refill(place, h("p", {}, "The loss compares samples and names no class."));
    if (chosen === null) return refill(place, h("p", {}, `No samples are held back for ${part.value}.`));
    if (source.classNames.length > MOST_CLASSES) return refill(place, h("p", {}, `There are ${source.classNames.length} classes; the table shows up to ${MOST_CLASSES}.`));
    const { values, shape } = model.mirror.network.predict(chosen.X), outputs = values.length / shape[0];
    const predicted = Array.from({ length: shape[0] }, (_, i) => classOf(head, values.subarray(i * outputs, (i + 1) * outputs)));
    const truth = Array.from(chosen.rows, (row) => source.labels[row]);
    const { counts, first } = confusionOf(truth, predicted, source.classNames.length);
    const right = counts.reduce((total, row, i) => total + row[i], 0);
    refill(note, `${right} of ${truth.length} right, ${number(100 * right / truth.length, 4)} %. Rows are the true classes, columns what the network says${part.value === "train" ? "; a click shows a sample" : ""}.`);
    refill(place, h("table", { class: "confusion" }, h("thead", {}, h("tr", {}, h("td", {}), source.classNames.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, counts.map((row, i) => h("tr", {}, h("th", { scope: "row" }, source.classNames[i]), row.map((count, j) => {
        const share = count / Math.max(1, row.reduce((a, b) => a + b, 0));
        const cell = h("td", { class: i === j ? "hit" : count > 0 ? "miss" : "", style: { "--share": `${Math.round(50 * share)}%` } });
        cell.append(part.value === "train" && count > 0 ? h("button", { type: "button", "aria-label": `${count} samples of ${source.classNames[i]} taken for ${source.classNames[j]}: show one`, onclick: () => model.store.set({ sample: first[i][j] }) }, String(count)) : String(count));
        return cell;
      }))))));
  }

  model.store.on(["tab", "frame"], show);
  return h("div", {}, h("div", { class: "row-of-buttons" }, h("label", {}, "samples of ", part)), note, place);
}

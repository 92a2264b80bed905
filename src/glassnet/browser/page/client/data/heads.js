/** What data ask of a network's end: the loss, the last activation, and targets in the form that the loss takes. */
import { catalogue } from "../state/catalogue.js";
import { fieldsOf } from "../state/choices.js";
import { parts } from "../training/engine.js";

const OF_NUMBERS = ["values", "means_and_variances", "levels"];
const PLACE = 2; // numbers that say where a sample lies, for losses that compare pairs
const OF_CLASSES = ["binary", "binary_logits", "one_hot", "logits", "distributions", "classes", "class_logits", "values", "labels"];
const OF_GROUPS = ["pairs", "signed_pairs", "triplets"];
const AS_COLUMN = new Set(["binary", "binary_logits", "values", "signs"]);

/** The losses that suit a data set. */
export function lossesFor(source) {
  const members = source.members ?? 1;
  return Object.entries(catalogue.losses).filter(([, { data, members: compared }]) => {
    if (members > 1 || OF_GROUPS.includes(data)) return compared.length === members;
    if (source.task === "regression") {
      return OF_NUMBERS.includes(data) || (["rates", "log_rates"].includes(data) && source.values.every((value) => value >= 0));
    }
    return OF_CLASSES.includes(data) || (data === "signs" && source.classNames.length === 2);
  }).map(([name]) => name);
}

function usualLoss(source) {
  if (source.members > 1) return source.members === 2 ? "contrastive_pairs" : "triplet_margin";
  if (source.task === "regression") return "mean_squared_error";
  return source.classNames.length === 2 ? "binary_cross_entropy" : "sparse_categorical_cross_entropy";
}

/** Whether the loss compares where samples lie, and names no class. */
export const comparesPlaces = ({ form }) => form === "labels" || OF_GROUPS.includes(form);

/** Loss, last activation, number of outputs and form of the targets, for these choices; `outputs` of a loss that takes any. */
export function headOf(choices, source, outputs = PLACE) {
  const suited = lossesFor(source);
  const loss = suited.includes(choices.loss) ? choices.loss : usualLoss(source);
  const { data, last_activation: usualEnd } = catalogue.losses[loss];
  const activation = Object.hasOwn(catalogue.activations, choices.output) ? choices.output : usualEnd;
  const n_classes = source.classNames.length, fields = fieldsOf(choices.loss_with, parts.loss[loss].fields ?? {});
  const common = { loss, activation, lossPart: Object.keys(fields).length === 0 ? loss : { name: loss, ...fields } };
  if (source.task === "regression") return { ...common, form: "values", outputs: source.n_values * outputsPerValue(loss, fields) };
  if (data === "labels") return { ...common, form: "labels", outputs, classes: n_classes };
  if (OF_GROUPS.includes(data)) return { ...common, form: data, outputs, classes: n_classes };
  const form = n_classes === 2 && AS_COLUMN.has(data) ? (data === "signs" ? "signs" : "column")
    : data.startsWith("class") ? "classes" : "rows";
  return { ...common, form, outputs: ["column", "signs"].includes(form) ? 1 : n_classes };
}

/** How many outputs a loss of numbers asks for each of them. */
function outputsPerValue(loss, fields) {
  if (loss === "quantiles") return (fields.levels ?? parts.loss.quantiles.fields.levels).length;
  return loss === "gaussian_nll" ? 2 : 1;
}

/** The targets of these samples; of a pair or a triplet one for all of its rows, or none. */
export function encoded(source, rows, form) {
  const { members } = source, labels = (row) => source.labels[row];
  switch (form) {
    case "values": {
      const width = source.n_values;
      return Float64Array.from({ length: rows.length * width }, (_, i) => source.values[rows[Math.floor(i / width)] * width + (i % width)]);
    }
    case "pairs": return Float64Array.from({ length: rows.length / members }, (_, i) => labels(rows[members * i]));
    case "signed_pairs": return Float64Array.from({ length: rows.length / members }, (_, i) => 2 * labels(rows[members * i]) - 1);
    case "triplets": return null;
    case "classes": case "labels": return Int32Array.from(rows, labels);
    case "column": return Float64Array.from(rows, labels);
    case "signs": return Float64Array.from(rows, (row) => 2 * labels(row) - 1);
    case "rows": {
      const n = source.classNames.length, y = new Float64Array(rows.length * n);
      rows.forEach((row, i) => { y[i * n + labels(row)] = 1; });
      return y;
    }
    default: throw new Error(`no targets are of the form ${form}`);
  }
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** Shares of the classes in one row of outputs: what a loss of logits makes of them, or the outputs themselves. */
export function sharesOf(head, outputs) {
  const inside = catalogue.losses[head.loss].activation;
  if (comparesPlaces(head)) return Array.from({ length: head.classes }, () => 0);
  if (head.form === "column" || head.form === "signs") {
    const p = head.form === "signs" ? sigmoid(2 * outputs[0]) : inside === "sigmoid" ? sigmoid(outputs[0]) : Math.min(1, Math.max(0, outputs[0]));
    return [1 - p, p];
  }
  if (inside === "softmax") {
    const largest = Math.max(...outputs), powers = Array.from(outputs, (z) => Math.exp(z - largest));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((value) => value / total);
  }
  return inside === "sigmoid" ? Array.from(outputs, sigmoid) : Array.from(outputs);
}

/** The class with the largest share; a column's is 1 above one half, as predict_classes has it. */
export function classOf(head, outputs) {
  const shares = sharesOf(head, outputs);
  if (shares.length === 2 && (head.form === "column" || head.form === "signs")) return shares[1] > 0.5 ? 1 : 0;
  return shares.indexOf(Math.max(...shares));
}

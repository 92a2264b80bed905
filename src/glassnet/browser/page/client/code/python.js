/** Pieces that every program of the page has in common: how Python writes values, and the lines that read the data. */
import { GAPS } from "../data/csv.js";
import { DRAWN } from "../data/drawn.js";

const INDENTED = "    ";

/** A value as Python writes it. */
export function literal(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value, literal).join(", ")}]`;
  return Number.isFinite(value) ? String(value) : `float("${value}")`;
}

/** Text in double quotes; what could end them, or a line, as an escape. */
export function quoted(text) {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${escaped}"`;
}

export const indented = (lines) => lines.map((line) => (line === "" ? "" : INDENTED + line));

/** `cosine_decay` as the name of a class. */
export const className = (name) => name.split("_").map((word) => word[0].toUpperCase() + word.slice(1)).join("");

function rows(values, width) {
  return Array.from({ length: values.length / width }, (_, i) => `${INDENTED}${literal(values.slice(i * width, (i + 1) * width))},`);
}

/** Lines that read a file as the page has read it. */
function fromFile({ columns, target, task, featureNames, classNames }, { name, delimiter, hasNames, stride, width }) {
  const number = (cell) => (delimiter === ";" ? `float(${cell}.replace(",", "."))` : `float(${cell})`);
  const isClass = task === "classification";
  return [
    "import csv", "", `with open(${quoted(name)}, newline="", encoding="utf-8-sig") as file:`,
    `    table = [row for row in csv.reader(file, delimiter=${quoted(delimiter)}) if len(row) == ${width}]`,
    ...(hasNames ? ["names = table.pop(0)"] : []), ...(stride > 1 ? [`table = table[::${stride}]`] : []),
    `features, target = ${literal(columns)}, ${target}  # ${literal(featureNames.slice(0, 8))}${featureNames.length > 8 ? " and more" : ""}`,
    `gaps = {${[...GAPS].map(quoted).join(", ")}}`,
    "table = [row for row in table if not any(row[c].strip().lower() in gaps for c in [*features, target])]",
    `X = np.array([[${number("row[c]")} for c in features] for row in table])`,
    ...(isClass ? [`classes = ${literal(classNames)}`, "y = np.array([classes.index(row[target].strip()) for row in table])"]
      : [`y = np.array([[${number("row[target]")}] for row in table])`]),
  ];
}

/** Lines that make X and y of all samples, before they are split: y integers of classes, or a column of values. */
function samplesOf({ choices, source, table }) {
  const { data } = choices;
  if (data === "xor") return ["X, y = gn.datasets.xor()", "y = y.ravel().astype(int)"];
  if (data === "spiral") return [`X, y = gn.datasets.spiral(${Math.max(1, Math.floor(choices.samples / choices.classes))}, ${choices.classes}, ${choices.noise}, seed=${choices.dataSeed})`];
  if (data === "blobs") return [`X, y = gn.datasets.blobs(${choices.samples}, ${choices.classes}, ${choices.noise}, seed=${choices.dataSeed})`];
  if (data in DRAWN) return [`X, y = gn.datasets.${data}(${choices.samples}, ${choices.noise}, seed=${choices.dataSeed})`];
  if (data === "own") return fromFile(source, table);
  if (data === "points" || data === "given") {
    const y = source.labels === null ? source.values : source.labels;
    const width = source.labels === null ? source.n_values : 1;
    return ["X = np.array([", ...rows(source.X, source.width), "])", `y = np.array(${literal(y)})${source.labels === null ? `.reshape(-1, ${width})` : ""}`];
  }
  return [`X, y = gn.datasets.${data}()`, ...(source.task === "regression" ? ["y = y.reshape(-1, 1)"] : [])];
}

const FEATURE = {
  x1: "X[..., 0]", x2: "X[..., 1]", "x1²": "X[..., 0] ** 2", "x2²": "X[..., 1] ** 2", x1x2: "X[..., 0] * X[..., 1]", "sin x1": "np.sin(X[..., 0])", "sin x2": "np.sin(X[..., 1])",
};

/** Lines from the samples to the parts: features, the split, scaling, targets in the form that the loss takes. */
export function dataLines(state) {
  const { choices, source, head, samples } = state, { test, validation } = samples.parts;
  const lines = [...samplesOf(state)];
  const { members = 1 } = source, wanted = choices.features.split(",");
  if (members > 1) lines.push(`X, y = X.reshape(-1, ${members}, ${source.width}), y[::${members}]`);
  if (source.width === 2 && choices.features !== "x1,x2") lines.push(`X = np.stack([${wanted.map((name) => FEATURE[name]).join(", ")}], axis=-1)`);
  if (test !== null) lines.push(`X, X_test, y, y_test = gn.train_test_split(X, y, test_size=${choices.test}, seed=${choices.dataSeed})`);
  if (validation !== null) lines.push(`X, X_validation, y, y_validation = gn.train_test_split(X, y, test_size=${choices.validation}, seed=${choices.dataSeed})`);
  const held = [...(validation === null ? [] : ["validation"]), ...(test === null ? [] : ["test"])];
  if (choices.standardize) {
    const [fit, moved] = members > 1 ? [`X.reshape(-1, X.shape[-1])`, (x) => `standardizer.transform(${x}.reshape(-1, ${x}.shape[-1])).reshape(${x}.shape)`] : ["X", (x) => `standardizer.transform(${x})`];
    lines.push(`standardizer = gn.Standardizer().fit(${fit})`, `X = ${moved("X")}`, ...held.map((part) => `X_${part} = ${moved(`X_${part}`)}`));
  }
  const form = {
    column: (y) => `${y}.reshape(-1, 1).astype(float)`, signs: (y) => `2.0 * ${y}.reshape(-1, 1) - 1`,
    rows: (y) => `np.eye(${source.classNames.length})[${y}]`, classes: null, values: null, labels: null, pairs: null,
    signed_pairs: (y) => `2.0 * ${y} - 1`, triplets: null,
  }[head.form];
  if (form !== null) for (const y of ["y", ...held.map((part) => `y_${part}`)]) lines.push(`${y} = ${form(y)}`);
  return lines;
}

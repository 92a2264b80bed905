/**
 * What a reader can choose: each with its usual value and how it stands in the address behind `#`.
 *
 * A choice that cannot be read keeps its usual value, and is told; the address never holds a reader's data.
 */
import { names as namesOfData } from "../app/sources.js";
import { catalogue, lessons } from "./catalogue.js";
import { parts } from "../training/engine.js";
import { fields, layers, oneOf, piecesOf, real, someOf, truth, whole } from "./readers.js";
import { SCHEDULES } from "./schedules.js";

export const FEATURES = ["x1", "x2", "x1²", "x2²", "x1x2", "sin x1", "sin x2"];
export const PANELS = ["data", "network", "training", "view", "look", "output"];

export const OWN_LAYERS = "own"; // layers of a file that the settings cannot say
export const MOST_LAYERS = 6, MOST_UNITS = 256;

/** Hidden layers from text such as `8.tanh,4.relu.d0.2.bn`: units, activation, dropout, normalisation, residual. */
export function layersOf(text) {
  if (text === "none" || text === OWN_LAYERS) return [];
  return text.split(",").map((part) => {
    const [units, activation, ...options] = piecesOf(part), dropout = options.find((option) => /^d[0.]/.test(option));
    return {
      units: Number(units), activation, dropout: dropout ? Number(dropout.slice(1)) : 0,
      norm: options.find((option) => ["bn", "ln", "rms"].includes(option)) ?? "", residual: options.includes("res"),
      bias: !options.includes("nobias"),
    };
  });
}

export function textOfLayers(layers) {
  if (layers.length === 0) return "none";
  return layers.map(({ units, activation, dropout, norm, residual, bias }) => [
    units, activation, ...(dropout ? [`d${dropout}`] : []), ...(norm ? [norm] : []), ...(residual ? ["res"] : []),
    ...(bias ? [] : ["nobias"]),
  ].join(".")).join(",");
}

/** Fields of a part from text such as `label_smoothing:0.1,levels:0.1/0.5/0.9`: numbers, yes and no as 1 and 0, lists. */
export function fieldsOf(text, known) {
  const given = Object.fromEntries(text.split(",").filter(Boolean).map((pair) => pair.split(":")));
  return Object.fromEntries(Object.entries(given).filter(([field]) => Object.hasOwn(known, field)).map(([field, value]) => [
    field, typeof known[field] === "boolean" ? value === "1" : value.includes("/") ? value.split("/").map(Number) : Number(value),
  ]));
}

/** The text with another value of one field; null takes it out. */
export function withField(text, field, value) {
  const others = text.split(",").filter((pair) => pair !== "" && !pair.startsWith(`${field}:`));
  return (value === null ? others : [...others, `${field}:${Array.isArray(value) ? value.join("/") : Number(value)}`]).join(",");
}

/** Activations that a network can be trained with. */
export const activations = () => Object.keys(catalogue.activations).filter((name) => !catalogue.activations[name].forward_only);

/** Of each choice its usual value and its form. */
export const CHOICES = {
  data: ["circles", oneOf(namesOfData)],
  samples: [200, whole(4, 5000)],
  noise: [0.05, real(0, 10)],
  classes: [3, whole(2, 8)],
  dataSeed: [0, whole(0, 2 ** 32 - 1)],
  validation: [0.3, real(0, 0.9)],
  test: [0, real(0, 0.8)],
  target: [-1, whole(-1, 999)],
  standardize: [false, truth],
  features: ["x1,x2", someOf(() => FEATURES, { atLeast: 1 })],
  hidden: ["4.tanh,2.tanh", layers(MOST_LAYERS, MOST_UNITS, activations, ["none", OWN_LAYERS])],
  initializer: ["glorot_uniform", oneOf(() => Object.keys(parts.initializer))],
  output: ["auto", oneOf(() => ["auto", ...activations()])],
  loss: ["auto", oneOf(() => ["auto", ...Object.keys(catalogue.losses)])],
  loss_with: ["", fields],
  optimizer: ["adam", oneOf(() => Object.keys(catalogue.optimizers))],
  optimizer_with: ["", fields],
  rate: [0.03, real(0, 1000)],
  momentum: [0, real(0, 0.999)],
  decay: [0, real(0, 10)],
  schedule: ["constant", oneOf(() => ["constant", ...Object.keys(SCHEDULES)])],
  span: [100, whole(1, 1000000)],
  l1: [0, real(0, 10)],
  l2: [0, real(0, 10)],
  batch: [10, whole(0, 100000)],
  seed: [0, whole(0, 2 ** 32 - 1)],
  dtype: ["float64", oneOf(() => ["float64", "float32"])],
  discrete: [false, truth],
  shown: ["train", oneOf(() => ["train", "all"])],
  hide: ["", someOf(() => PANELS)],
  lesson: ["", oneOf(() => ["", ...lessons.map(({ name }) => name)])],
};

export const usual = () => Object.fromEntries(Object.entries(CHOICES).map(([key, [value]]) => [key, value]));

/** Which choices make another network or other data: the training then begins anew. */
export const BEGINS_ANEW = new Set([
  "data", "samples", "noise", "classes", "dataSeed", "validation", "test", "target", "standardize", "features", "hidden", "initializer", "output",
  "loss", "loss_with", "l1", "l2", "batch", "seed", "dtype",
]);
/** Which of them make other data. */
export const MAKES_DATA = new Set([
  "data", "samples", "noise", "classes", "dataSeed", "validation", "test", "target", "standardize", "features",
]);
/** Which change how the training goes on. */
export const GOES_ON = new Set(["optimizer", "optimizer_with", "rate", "momentum", "decay", "schedule", "span"]);

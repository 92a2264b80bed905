/**
 * What a reader can choose: each with its usual value and how it stands in the address behind `#`.
 *
 * A choice that cannot be read keeps its usual value, and is told; the address never holds a reader's data.
 */
const whole = (least, most) => ({
  read: (text) => (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  wanted: `a whole number from ${least} to ${most}`,
});
const real = (least, most) => ({
  read: (text) => (text.trim() !== "" && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  wanted: `a number from ${least} to ${most}`,
});
const name = { read: (text) => (/^[a-z0-9_]*$/.test(text) ? text : undefined), wanted: "a name" };
const truth = { read: (text) => ({ 1: true, 0: false })[text], wanted: "0 or 1" };

export const FEATURES = ["x1", "x2", "x1²", "x2²", "x1x2", "sin x1", "sin x2"];
const features = {
  read: (text) => (text.split(",").every((part) => FEATURES.includes(part)) ? text : undefined),
  wanted: `some of ${FEATURES.join(", ")}`,
};

export const OWN_LAYERS = "own"; // layers of a file that the settings cannot say
export const MOST_LAYERS = 6, MOST_UNITS = 256;
const LAYER = /^(\d{1,3})\.([a-z_]+)((?:\.(?:d0?\.?\d+|bn|ln|rms|res|nobias))*)$/;

/** Hidden layers from text such as `8.tanh,4.relu.d0.2.bn`: units, activation, dropout, normalisation, residual. */
export function layersOf(text) {
  if (text === "none" || text === OWN_LAYERS) return [];
  return text.split(",").map((part) => {
    const [, units, activation, more] = LAYER.exec(part);
    const options = more.split(/\.(?=[dblrn])/).filter(Boolean);
    const dropout = options.find((option) => /^d[0.]/.test(option));
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

const layers = {
  read: (text) => {
    if (text === "none" || text === OWN_LAYERS) return text;
    const parts = text.split(",");
    const good = parts.length <= MOST_LAYERS && parts.every((part) => {
      const units = Number(LAYER.exec(part)?.[1] ?? 0);
      return units >= 1 && units <= MOST_UNITS;
    });
    return good ? text : undefined;
  },
  wanted: `up to ${MOST_LAYERS} layers of up to ${MOST_UNITS} units, such as 8.tanh,4.relu.d0.2`,
};

/** Fields of a part from text such as `label_smoothing:0.1,levels:0.1/0.5/0.9`: numbers, yes and no as 1 and 0, lists. */
export function fieldsOf(text, known) {
  const given = Object.fromEntries(text.split(",").filter(Boolean).map((pair) => pair.split(":")));
  return Object.fromEntries(Object.entries(given).filter(([field]) => field in known).map(([field, value]) => [
    field, typeof known[field] === "boolean" ? value === "1" : value.includes("/") ? value.split("/").map(Number) : Number(value),
  ]));
}

/** The text with another value of one field; null takes it out. */
export function withField(text, field, value) {
  const others = text.split(",").filter((pair) => pair !== "" && !pair.startsWith(`${field}:`));
  return (value === null ? others : [...others, `${field}:${Array.isArray(value) ? value.join("/") : Number(value)}`]).join(",");
}

const options = { read: (text) => (/^(?:[a-z0-9_]+:[-+\d.e/]+(?:,|$))*$/.test(text) ? text : undefined), wanted: "fields and numbers, such as label_smoothing:0.1" };

/** Of each choice its usual value and its form. */
export const CHOICES = {
  data: ["circles", name],
  samples: [200, whole(4, 5000)],
  noise: [0.05, real(0, 10)],
  classes: [3, whole(2, 8)],
  dataSeed: [0, whole(0, 2 ** 32 - 1)],
  validation: [0.3, real(0, 0.9)],
  test: [0, real(0, 0.8)],
  target: [-1, { read: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined), wanted: "the number of a column" }],
  standardize: [false, truth],
  features: ["x1,x2", features],
  hidden: ["4.tanh,2.tanh", layers],
  initializer: ["glorot_uniform", name],
  output: ["auto", name],
  loss: ["auto", name],
  loss_with: ["", options],
  optimizer: ["adam", name],
  optimizer_with: ["", options],
  rate: [0.03, real(0, 1000)],
  momentum: [0, real(0, 0.999)],
  decay: [0, real(0, 10)],
  schedule: ["constant", name],
  span: [100, whole(1, 1000000)],
  l1: [0, real(0, 10)],
  l2: [0, real(0, 10)],
  batch: [10, whole(0, 100000)],
  seed: [0, whole(0, 2 ** 32 - 1)],
  dtype: ["float64", { read: (text) => (["float64", "float32"].includes(text) ? text : undefined), wanted: "float64 or float32" }],
  discrete: [false, truth],
  shown: ["train", { read: (text) => (["train", "all"].includes(text) ? text : undefined), wanted: "train or all" }],
  hide: ["", { read: (text) => (/^[a-z,]*$/.test(text) ? text : undefined), wanted: "names of panels" }],
  lesson: ["", name],
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

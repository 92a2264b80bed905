/** From a data set to what a network is given: features, scaling, and the parts to train, to watch and to test on. */
import { RandomState } from "./mersenne.js";
import { encoded } from "./heads.js";
import { moments } from "./projection.js";

const FEATURE = {
  x1: (x) => x[0], x2: (x) => x[1], "x1²": (x) => x[0] * x[0], "x2²": (x) => x[1] * x[1], x1x2: (x) => x[0] * x[1],
  "sin x1": (x) => Math.sin(x[0]), "sin x2": (x) => Math.sin(x[1]),
};

/** What a feature is called, with the data's own names of their two columns. */
export function featureName(name, [first, second]) {
  return { x1: first, x2: second, "x1²": `${first}²`, "x2²": `${second}²`, x1x2: first === "x1" && second === "x2" ? "x1x2" : `${first}·${second}`, "sin x1": `sin ${first}`, "sin x2": `sin ${second}` }[name];
}

/** Rows to train on and rows held back, as gn.train_test_split draws them for this seed. */
export function split(rows, share, seed) {
  const held = Math.ceil(share * rows.length);
  if (share === 0 || held >= rows.length) return [rows, []];
  const order = new RandomState(seed).permutation(rows.length);
  const taken = Array.from(order, (place) => rows[place]);
  return [taken.slice(held), taken.slice(0, held)];
}

const FEW = 10;

/** In words, shares that could not be held back, and how few samples are left to train on. */
function saidOf(n, held, left) {
  const none = Object.entries(held).filter(([, [share, rows]]) => share > 0 && rows.length === 0);
  const some = Object.values(held).some(([, rows]) => rows.length > 0);
  return [
    ...none.map(([what, [share]]) => `none of ${n} samples are held back to ${what}: ${Math.round(100 * share)} % would leave none to train on`),
    ...(some && left < FEW ? [`${left} of ${n} samples are left to train on`] : []),
  ];
}

/** What the network is fed, from the columns of the data. */
function features(source, choices) {
  if (source.width !== 2) return { names: source.featureNames, compute: null };
  const names = choices.features.split(",");
  if (names.join(",") === "x1,x2") return { names: source.featureNames, compute: null };
  return { names: names.map((name) => featureName(name, source.featureNames)), compute: names.map((name) => FEATURE[name]) };
}

function widened(base, width, compute) {
  if (compute === null) return Float64Array.from(base);
  const n = base.length / width, X = new Float64Array(n * compute.length);
  for (let i = 0; i < n; i += 1) {
    const x = base.subarray(i * width, (i + 1) * width);
    compute.forEach((feature, c) => { X[i * compute.length + c] = feature(x); });
  }
  return X;
}

const picked = (source, rows) => Float64Array.from(
  { length: rows.length * source.width }, (_, i) => source.X[rows[Math.floor(i / source.width)] * source.width + (i % source.width)],
);

/**
 * Everything that depends on data and choices alone: parts, names of inputs, and `encode`, which makes inputs of the network
 * from rows of the data's own columns.
 */
export function prepare(source, choices, head) {
  const { names, compute } = features(source, choices);
  const { members = 1 } = source, all = Array.from({ length: source.n / members }, (_, sample) => sample);
  const whole = (samples) => samples.flatMap((sample) => Array.from({ length: members }, (_, place) => members * sample + place));
  const [rest, testing] = split(all, choices.test, choices.dataSeed);
  const [train, validation, test] = [...split(rest, choices.validation, choices.dataSeed), testing].map(whole);
  const ofTraining = widened(picked(source, train), source.width, compute);
  const scaling = choices.standardize ? moments(ofTraining, names.length) : null;
  const encode = (base) => {
    const X = widened(base, source.width, compute);
    if (scaling !== null) for (let i = 0; i < X.length; i += 1) X[i] = (X[i] - scaling.mean[i % names.length]) / scaling.scale[i % names.length];
    return X;
  };
  const said = saidOf(all.length, { validate: [choices.validation, validation], test: [choices.test, test] }, train.length / members);
  const part = (rows) => ({ rows, n: rows.length, X: encode(picked(source, rows)), y: encoded(source, rows, head.form) });
  return {
    source, names, width: names.length, scaling, encode, said,
    parts: { train: part(train), validation: validation.length ? part(validation) : null, test: test.length ? part(test) : null },
  };
}

/** Points along a single input. */
export function lineOf(source, n) {
  const low = source.X.reduce((least, value) => Math.min(least, value), Infinity), high = source.X.reduce((most, value) => Math.max(most, value), -Infinity);
  const margin = (high - low || 1) * 0.12;
  return Float64Array.from({ length: n }, (_, i) => low - margin + (high - low + 2 * margin) * i / (n - 1));
}

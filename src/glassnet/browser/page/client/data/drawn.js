/** Data sets that a formula draws: the points of glassnet.datasets for the same arguments. */
import { RandomState } from "./mersenne.js";
import { generator } from "../training/engine.js";

const PLANE = ["x1", "x2"];

/** n numbers from `start` to `stop` in equal steps. */
function linspace(start, stop, n, endpoint = true) {
  const step = (stop - start) / (endpoint ? n - 1 : n);
  const values = Float64Array.from({ length: n }, (_, i) => (n === 1 ? start : i * step + start));
  if (endpoint && n > 1) values[n - 1] = stop;
  return values;
}

function inPlane(name, points, labels, classNames) {
  return {
    name, task: "classification", n: labels.length, width: 2, X: Float64Array.from(points.flat()), labels: Int32Array.from(labels),
    values: null, n_values: 0, featureNames: PLANE, classNames, image: null,
  };
}

function mixed(points, counts, noise, random) {
  const order = random.permutation(points.length);
  const labels = counts.flatMap((count, label) => Array(count).fill(label));
  const taken = Array.from(order, (place) => [...points[place]]);
  if (noise > 0) for (const point of taken) for (let c = 0; c < 2; c += 1) point[c] += random.normal(0, noise);
  return [taken, Array.from(order, (place) => labels[place])];
}

const onCircle = (angles) => Array.from(angles, (t) => [Math.cos(t), Math.sin(t)]);

function xor() {
  return inPlane("xor", [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], ["equal", "different"]);
}

function circles({ samples, noise, seed }) {
  const outer = Math.floor(samples / 2), inner = samples - outer;
  const points = [
    ...onCircle(linspace(0, 2 * Math.PI, outer, false)),
    ...onCircle(linspace(0, 2 * Math.PI, inner, false)).map(([x, y]) => [x * 0.5, y * 0.5]),
  ];
  return inPlane("circles", ...mixed(points, [outer, inner], noise, new RandomState(seed)), ["0", "1"]);
}

function moons({ samples, noise, seed }) {
  const outer = Math.floor(samples / 2), inner = samples - outer;
  const points = [
    ...onCircle(linspace(0, Math.PI, outer)),
    ...onCircle(linspace(0, Math.PI, inner)).map(([x, y]) => [1 - x, 1 - y - 0.5]),
  ];
  return inPlane("moons", ...mixed(points, [outer, inner], noise, new RandomState(seed)), ["0", "1"]);
}

function blobs({ samples, noise, seed, classes }) {
  const random = new RandomState(seed);
  const centres = Array.from({ length: classes }, () => [random.uniform(-10, 10), random.uniform(-10, 10)]);
  const counts = centres.map((_, label) => Math.floor(samples / classes) + (label < samples % classes ? 1 : 0));
  const points = centres.flatMap(([x, y], label) => Array.from(
    { length: counts[label] }, () => [random.normal(x, noise), random.normal(y, noise)],
  ));
  return inPlane("blobs", ...mixed(points, counts, 0, random), centres.map((_, label) => String(label)));
}

function spiral({ samples, noise, seed, classes }) {
  const each = Math.max(1, Math.floor(samples / classes)), random = generator(seed);
  const radius = linspace(0, 1, each), points = [], labels = [];
  for (let arm = 0; arm < classes; arm += 1) {
    const angles = linspace(4 * arm, 4 * arm + 4, each);
    for (let i = 0; i < each; i += 1) {
      const t = 2.5 * (angles[i] + noise * random.normal());
      points.push([radius[i] * Math.sin(t), radius[i] * Math.cos(t)]);
      labels.push(arm);
    }
  }
  return inPlane("spiral", points, labels, Array.from({ length: classes }, (_, arm) => String(arm)));
}

function sine({ samples, noise, seed }) {
  const random = generator(seed), X = linspace(-Math.PI, Math.PI, samples);
  return {
    name: "sine", task: "regression", n: samples, width: 1, X, labels: null, values: X.map((x) => Math.sin(x) + noise * random.normal()),
    n_values: 1, featureNames: ["x"], classNames: [], image: null,
  };
}

/** Each with the options that it takes, and their usual values. */
export const DRAWN = {
  circles: { make: circles, samples: 200, noise: 0.05, most: 0.5 },
  xor: { make: xor },
  moons: { make: moons, samples: 200, noise: 0.1, most: 0.6 },
  spiral: { make: spiral, samples: 300, noise: 0.2, most: 1, classes: 3 },
  blobs: { make: blobs, samples: 300, noise: 1, most: 5, classes: 3 },
  sine: { make: sine, samples: 200, noise: 0.1, most: 1 },
};

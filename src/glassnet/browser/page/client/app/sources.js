/** Where samples come from: formulas, measured sets, a file or points of the reader, or what Python handed over. */
import { DRAWN } from "../data/drawn.js";
import { samplesOf } from "../data/csv.js";
import { document_of_python, measured, measuredNames } from "../state/catalogue.js";

export const OWN = "own", POINTS = "points", GIVEN = "given";

/** What a new choice of data brings with it. */
export function usualFor(name) {
  if (Object.hasOwn(DRAWN, name)) {
    const drawn = DRAWN[name];
    const held = name === "xor" ? { validation: 0 } : { validation: 0.3 };
    return {
      samples: drawn.samples ?? 200, noise: drawn.noise ?? 0.05, classes: drawn.classes ?? 3, standardize: name === "blobs", features: "x1,x2",
      ...held, ...(name === "xor" ? { batch: 4 } : {}), target: -1,
    };
  }
  const scaled = name !== "digits" && name !== POINTS;
  return {
    standardize: scaled, features: "x1,x2", validation: name === POINTS ? 0 : 0.3, target: -1,
    ...(name === "digits" ? { hidden: "16.relu", batch: 32, rate: 0.005, optimizer: "adam" } : {}),
  };
}

/** Every name of data that an address may hold. */
export const names = () => [...Object.keys(DRAWN), ...measuredNames, ...(document_of_python?.data ? [GIVEN] : []), POINTS, OWN];

/** The names that can be chosen, in groups. */
export function groups({ table }) {
  return [
    ["drawn by a formula", Object.keys(DRAWN)], ["measured", measuredNames],
    ["yours", [...(document_of_python?.data ? [GIVEN] : []), POINTS, ...(table === null ? [] : [OWN])]],
  ].filter(([, names]) => names.length > 0);
}

const arrays = (source) => ({
  ...source, X: Float64Array.from(source.X), labels: source.labels === null ? null : Int32Array.from(source.labels),
  values: source.values === null ? null : Float64Array.from(source.values),
});

function fromPoints(points) {
  const classes = Math.max(2, ...points.map(({ label }) => label + 1));
  return {
    name: POINTS, task: "classification", n: points.length, width: 2, X: Float64Array.from(points.flatMap(({ x, y }) => [x, y])),
    labels: Int32Array.from(points, ({ label }) => label), classNames: Array.from({ length: classes }, (_, i) => String(i)), values: null,
    n_values: 0, featureNames: ["x1", "x2"], image: null,
  };
}

/** The points that a reader begins with: a ring, and some inside. */
export function startPoints() {
  const ring = Array.from({ length: 12 }, (_, i) => ({ x: 2 * Math.cos(i * Math.PI / 6), y: 2 * Math.sin(i * Math.PI / 6), label: 0 }));
  const inside = Array.from({ length: 8 }, (_, i) => ({ x: 0.7 * Math.cos(i * Math.PI / 4), y: 0.7 * Math.sin(i * Math.PI / 4), label: 1 }));
  return [...ring, ...inside];
}

/** The samples that the choices name. Throws an Error with a text for people where there are none. */
export async function sourceOf(choices, { table, points }) {
  const { data } = choices;
  if (Object.hasOwn(DRAWN, data)) {
    const { make, classes } = DRAWN[data];
    return make({ samples: choices.samples, noise: choices.noise, seed: choices.dataSeed, classes: classes ? choices.classes : 0 });
  }
  if (data === OWN) {
    if (table === null) throw new Error("the address asks for a file of your own; drop it here again, since the address never holds data");
    return samplesOf(table, choices.target);
  }
  if (data === POINTS) return fromPoints(points);
  if (data === GIVEN && document_of_python?.data) return arrays(document_of_python.data);
  const all = await measured();
  if (!Object.hasOwn(all, data)) throw new Error(`there is no data set called ${data.slice(0, 40)}; this page has ${[...Object.keys(DRAWN), ...measuredNames].join(", ")}`);
  const { scale, ...source } = all[data];
  const found = arrays(source);
  if (scale) found.X = found.X.map((value) => value / scale);
  return found;
}

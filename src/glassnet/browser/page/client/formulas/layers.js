/**
 * Rows that are no dense ones: what each makes of one unit's number, on the way up and on the way back, and what it learns.
 *
 * `at` says which row, unit and sample: `{ step, row, index, layer, unit, sample, terms }`. Each kind gives its title, lines
 * `forward`, lines `backward` that end with ∂L/∂x, and the parameters of the unit, whose gradients are sums of products.
 */
import { parts } from "../training/engine.js";
import { computed, withLetters, withNumbers } from "./expressions.js";
import { DESCRIBED } from "./described.js";
import { PERIODIC, EMBEDDING } from "./made.js";
import { treeOf } from "./parsing.js";
import { at as entry, beforeOf, columnOf, rowOf } from "./step.js";
import { applied, equation, largestOf, minus, num, number, over, plus, power, productSum, TERMS, times } from "./terms.js";

const root = applied("√", Math.sqrt);
const mean = (values) => sumOf(values) / values.length;
const text = (line) => ({ text: line });

const sumOf = (values) => values.reduce((total, value) => total + value, 0);
const plain = (values, terms) => largestOf(values, (place) => num(values[place]), terms);

/** A mean in two lines: what is added up, and the sum divided by how many there are. */
function meanLines(name, letters, values, written) {
  const total = sumOf(values), n = values.length;
  return [{ text: `Σ ${letters} = ${equation(written, total)}`, sum: n > TERMS }, text(`${name} = Σ ${letters}/n = ${equation(over(num(total), num(n)), total / n)}`)];
}

/** What normalisations share: numbers of a group, what multiplies the weight, and g, its gradient. */
function grouped({ step, row, unit, sample }) {
  const ofBatch = row.kind === "batch_norm", group = (table) => Float64Array.from(ofBatch ? columnOf(table, unit) : rowOf(table, sample));
  const weights = beforeOf(step, row, "weights"), weight = weights[unit], d_a = group(row.d_a);
  return {
    x: group(row.inputs), own: entry(row.inputs, sample, unit), standard: group(row.z), ownStandard: entry(row.z, sample, unit), weight,
    g: d_a.map((value, place) => value * weights[ofBatch ? unit : place]), ownG: entry(row.d_a, sample, unit) * weight,
    bias: row.kind === "rms_norm" ? null : beforeOf(step, row, "bias")[unit],
    over: ofBatch ? "over the samples of the batch" : "over the units of the sample",
  };
}

const epsilonOf = ({ layer, row }) => layer.epsilon ?? (row.inputs.values instanceof Float32Array ? 2 ** -23 : 2 ** -52);

/** The weight of a unit, and its bias where it has one: the gradient adds up over the samples. */
function affine({ row, unit }, hasBias) {
  const d_a = columnOf(row.d_a, unit), ones = d_a.map(() => 1), letter = row.kind === "rms_norm" ? "s" : "x̂";
  const weight = { name: "weights", letter: "w", index: unit, label: `w of the norm`, letters: `Σ ∂L/∂a·${letter}`, first: d_a, second: columnOf(row.z, unit) };
  return hasBias ? [weight, { name: "bias", letter: "b", index: unit, label: "b of the norm", letters: "Σ ∂L/∂a", first: d_a, second: ones }] : [weight];
}

/** ∂L/∂x of a normalisation, through what it is divided by too. */
function throughNorm(at, { letter, spread, written, withMean }) {
  const { terms, row, unit, sample } = at, { g, ownG, standard, ownStandard, weight } = grouped(at), result = entry(row.d_inputs, sample, unit);
  const along = Float64Array.from(g, (value, place) => value * standard[place]);
  const back = times(num(ownStandard), num(mean(along)));
  return [
    text(`g = ∂L/∂${letter} = w·∂L/∂a = ${equation(times(num(weight), num(entry(row.d_a, sample, unit))), ownG)}`),
    ...(withMean ? meanLines("mean(g)", "g", g, plain(g, terms)) : []), ...meanLines(`mean(g·${letter})`, `g·${letter}`, along, productSum(g, standard, terms)),
    text(`∂L/∂x = ${written} = ${equation(over(minus(num(ownG), withMean ? plus(num(mean(g)), back) : back), spread), result)}`),
  ];
}

const MEAN_AND_VARIANCE = {
  title: ({ row }) => row.kind.replace("_", " "),
  /** In a prediction: by the statistics that training has kept. */
  predicted(at) {
    const { step, row, unit, sample } = at, [middle, variance] = row.statistics.map((values) => values[unit]), own = entry(row.inputs, sample, unit);
    const standard = (own - middle) / Math.sqrt(variance + epsilonOf(at)), [weight, bias] = ["weights", "bias"].map((name) => beforeOf(step, row, name)[unit]);
    return [
      { text: `by the running statistics: \`mean = ${number(middle)}\`, \`variance = ${number(variance)}\``, words: true },
      text(`x̂ = (x − mean)/√(variance + ε) = ${equation(over(minus(num(own), num(middle)), root(plus(num(variance), num(epsilonOf(at))))), standard)}`),
      text(`a = w·x̂ + b = ${equation(plus(times(num(weight), num(standard)), num(bias)), entry(row.a, sample, unit))}`),
    ];
  },
  forward(at) {
    if (at.row.statistics) return MEAN_AND_VARIANCE.predicted(at);
    const { row, unit, sample, terms } = at, { x, own, ownStandard, weight, bias, over: group } = grouped(at), middle = mean(x);
    const squares = x.map((value) => (value - middle) ** 2), variance = mean(squares);
    const written = largestOf(squares, (place) => power(minus(num(x[place]), num(middle)), 2), terms);
    return [
      ...meanLines("mean", "x", x, plain(x, terms)), { text: `n = ${x.length}, ${group}`, words: true },
      ...meanLines("variance", "(x − mean)²", squares, written),
      text(`x̂ = (x − mean)/√(variance + ε) = ${equation(over(minus(num(own), num(middle)), root(plus(num(variance), num(epsilonOf(at))))), ownStandard)}`),
      text(`a = w·x̂ + b = ${equation(plus(times(num(weight), num(ownStandard)), num(bias)), entry(row.a, sample, unit))}`),
    ];
  },
  backward(at) {
    const { x } = grouped(at), middle = mean(x), variance = mean(x.map((value) => (value - middle) ** 2));
    return throughNorm(at, {
      letter: "x̂", spread: root(plus(num(variance), num(epsilonOf(at)))), written: "(g − (mean(g) + x̂·mean(g·x̂)))/√(variance + ε)", withMean: true,
    });
  },
  parameters: (at) => affine(at, true),
};

const RMS = {
  title: () => "RMS norm",
  spread: (at, square) => root(plus(num(square), num(epsilonOf(at)))),
  forward(at) {
    const { row, unit, sample, terms } = at, { x, own, ownStandard, weight, over: group } = grouped(at), squares = x.map((value) => value * value);
    const square = mean(squares), written = largestOf(squares, (place) => power(num(x[place]), 2), terms);
    return [
      ...meanLines("mean(x²)", "x²", squares, written), { text: `n = ${x.length}, ${group}`, words: true },
      text(`s = x/√(mean(x²) + ε) = ${equation(over(num(own), RMS.spread(at, square)), ownStandard)}`),
      text(`a = w·s = ${equation(times(num(weight), num(ownStandard)), entry(row.a, sample, unit))}`),
    ];
  },
  backward(at) {
    const square = mean(grouped(at).x.map((value) => value * value));
    return throughNorm(at, { letter: "s", spread: RMS.spread(at, square), written: "(g − s·mean(g·s))/√(mean(x²) + ε)", withMean: false });
  },
  parameters: (at) => affine(at, false),
};

/** A layer that makes each number from one input and one weight, as its facts are written: PReLU and Scale. */
const WEIGHTED = {
  title: ({ row }) => (row.kind === "prelu" ? "PReLU" : row.kind.replaceAll("_", " ")),
  formula: ({ row }, which) => treeOf(parts.layer[row.kind].facts[which]),
  numbers(at) {
    const weights = beforeOf(at.step, at.row, "weights");
    return { x: entry(at.row.inputs, at.sample, at.unit), w: weights[weights.length === 1 ? 0 : at.unit] };
  },
  /** A formula with letters and with numbers, of a choice the side that is taken. */
  written(at, which, result) {
    const tree = WEIGHTED.formula(at, which), letters = withLetters(tree, { x: "x", w: "w" });
    const numbers = equation(withNumbers(tree, WEIGHTED.numbers(at)), result);
    return letters.includes(" if ") ? `${letters}, here ${numbers}` : `${letters} = ${numbers}`;
  },
  forward: (at) => [text(`a = ${WEIGHTED.written(at, "value", entry(at.row.a, at.sample, at.unit))}`)],
  backward(at) {
    const { row, unit, sample } = at, slope = computed(WEIGHTED.formula(at, "slope"), WEIGHTED.numbers(at));
    const back = equation(times(num(entry(row.d_a, sample, unit)), num(slope)), entry(row.d_inputs, sample, unit));
    return [text(`∂a/∂x = ${WEIGHTED.written(at, "slope", slope)}`), text(`∂L/∂x = ∂L/∂a·∂a/∂x = ${back}`)];
  },
  parameters(at) {
    const { row, unit, step } = at, weights = beforeOf(step, row, "weights"), isShared = weights.length === 1, tree = WEIGHTED.formula(at, "slope_of_weight");
    const x = isShared ? row.inputs.values : columnOf(row.inputs, unit), d_a = isShared ? row.d_a.values : columnOf(row.d_a, unit);
    return [{
      name: "weights", letter: "w", index: isShared ? 0 : unit, label: `w of ${WEIGHTED.title(at)}`, letters: `Σ ∂L/∂a·∂a/∂w`, first: d_a,
      second: Float64Array.from(x, (value) => computed(tree, { x: value, w: 0 })),
    }];
  },
};

/** The two ends of a residual layer: what is handed on and past the layers inside, and their sum. */
const BRANCH = {
  title: () => "residual, begin",
  forward: ({ row, unit, sample }) => [
    { text: `\`a = x = ${number(entry(row.a, sample, unit))}\`, into the layers inside, and past them to the sum`, words: true },
  ],
  backward(at) {
    const { row, unit, sample, step } = at;
    const end = step.trace.rows.find((other) => other.kind === "sum" && other.path.join() === row.path.join());
    const both = plus(num(entry(row.d_a, sample, unit)), num(entry(end.d_a, sample, unit)));
    return [text(`∂L/∂x = ∂L/∂a + ∂L/∂s = ${equation(both, entry(row.d_inputs, sample, unit))}`), { text: "through the layers inside, and past them from their sum s", words: true }];
  },
  parameters: () => [],
};
const SUM = {
  title: () => "residual, sum",
  forward({ row, unit, sample }) {
    const both = plus(num(entry(row.z, sample, unit)), num(entry(row.inputs, sample, unit)));
    return [text(`a = f + x = ${equation(both, entry(row.a, sample, unit))}`), { text: "f is what the layers inside give, x their input", words: true }];
  },
  backward: ({ row, unit, sample }) => [{ text: `\`∂L/∂f = ∂L/∂a = ${number(entry(row.d_a, sample, unit))}\`; the same goes to x, past the layers inside`, words: true }],
  parameters: () => [],
};

const DROPOUT = {
  title: ({ layer }) => `dropout ${layer.rate}`,
  through({ row, layer, unit, sample }, value, letter) {
    if (row.mask === null) return `${letter} = ${number(value)}, nothing is dropped in a prediction`;
    return entry(row.mask, sample, unit) ? `${letter}/(1 − rate) = ${equation(over(num(value), num(1 - layer.rate)), value / (1 - layer.rate))}` : "0";
  },
  forward: (at) => [
    text(`a = ${DROPOUT.through(at, entry(at.row.inputs, at.sample, at.unit), "x")}`),
    ...(at.row.mask !== null && !entry(at.row.mask, at.sample, at.unit) ? [{ text: "dropped in this step", words: true }] : []),
  ],
  backward: (at) => [text(`∂L/∂x = ${DROPOUT.through(at, entry(at.row.d_a, at.sample, at.unit), "∂L/∂a")}`)],
  parameters: () => [],
};

/** A layer that is written as its facts say, in words; what it learns is not taken apart. */
const WORDS = {
  title: ({ row }) => row.kind.replaceAll("_", " "),
  /** Words of the facts, with the letters of one row. */
  said: ({ row }, which) => parts.layer[row.kind].facts[which][0].replaceAll("<x>", "x").replaceAll("<d>", "∂L/∂a").replaceAll("<k>", ""),
  forward: (at) => [text(`a = ${WORDS.said(at, "value")}`), text(`  = ${number(entry(at.row.a, at.sample, at.unit))}`)],
  backward(at) {
    const { row, unit, sample } = at, line = text(`∂L/∂x = ${WORDS.said(at, "back")}`);
    return unit < row.inputs.shape[1] ? [line, text(`  = ${number(entry(row.d_inputs, sample, unit))}`)] : [line];
  },
  parameters: () => [],
};

const KINDS = {
  batch_norm: MEAN_AND_VARIANCE, layer_norm: MEAN_AND_VARIANCE, rms_norm: RMS, branch: BRANCH, sum: SUM,
  dropout: DROPOUT, embedding: EMBEDDING, periodic: PERIODIC,
};

/** What writes a row that is neither dense nor an activation: words of its kind, or the facts of its layer. */
export function writerOf({ kind }) {
  const facts = parts.layer[kind]?.facts ?? {};
  const { variants } = parts.layer[kind] ?? {};
  const found = KINDS[kind] ?? (facts.slope_of_weight ? WEIGHTED : variants ? DESCRIBED : facts.back ? WORDS : undefined);
  if (found === undefined) throw new Error(`the layer ${kind} states no facts that the page could write`);
  return found;
}

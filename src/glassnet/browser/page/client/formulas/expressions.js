/**
 * Formulas as trees: written with letters or with numbers, computed.
 *
 * A tree is a number, a letter, `[sign, left, right]`, `["-", operand]`, `[function, …]`, `["sum", inner]` over the row, or
 * `["if", left, comparison, right, yes, no]`.
 */
import {
  absolute, applied, appliedToTwo, choice, largestOf, letter, minus, negative, num, number, over, plus, power, times, TERMS,
} from "./terms.js";

const SIGNS = { "+": plus, "*": times, "/": over };
const COMPARISONS = { ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, "==": (a, b) => a === b };
const WRITTEN_COMPARISONS = { ">": ">", ">=": "≥", "<": "<", "<=": "≤", "==": "=" };
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const density = (z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z), the normal distribution's share below z, by the series of erf, or its continued fraction far out. */
function share(z) {
  const x = Math.abs(z) / Math.SQRT2;
  if (x < 3) {
    let addend = x, total = x;
    for (let k = 1; Math.abs(addend) > 1e-17 * total; k += 1) {
      addend *= -x * x / k;
      total += addend / (2 * k + 1);
    }
    return 0.5 + Math.sign(z) * total / Math.sqrt(Math.PI);
  }
  let fraction = x;
  for (let k = 60; k > 0; k -= 1) fraction = x + k / 2 / fraction;
  const tail = Math.exp(-x * x) / fraction / Math.sqrt(Math.PI) / 2;
  return z < 0 ? tail : 1 - tail;
}

const FUNCTIONS = {
  abs: absolute, exp: applied("exp", Math.exp), log: applied("log", Math.log), log1p: applied("log1p", Math.log1p),
  max: appliedToTwo("max", Math.max), min: appliedToTwo("min", Math.min), sign: applied("sign", Math.sign),
  normal_density: applied("φ", density), normal_share: applied("Φ", share), sigmoid: applied("σ", sigmoid),
  softplus: applied("softplus", softplus), sqrt: applied("√", Math.sqrt), tanh: applied("tanh", Math.tanh),
  ...Object.fromEntries(["atan", "cos", "cosh", "expm1", "floor", "log2", "sin", "sinh"].map((name) => [name, applied(name, Math[name])])),
};
const COMPUTED = {
  abs: Math.abs, exp: Math.exp, log: Math.log, log1p: Math.log1p, max: Math.max, min: Math.min, sign: Math.sign,
  normal_density: density, normal_share: share, sigmoid, softplus, sqrt: Math.sqrt, tanh: Math.tanh, atan: Math.atan, cos: Math.cos,
  cosh: Math.cosh, expm1: Math.expm1, floor: Math.floor, log2: Math.log2, sin: Math.sin, sinh: Math.sinh,
};
const raise = appliedToTwo("pow", Math.pow);

/** The number that a formula gives for these letters; `row` computes a sum. */
export function computed(tree, letters, row = null) {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") {
    if (!(tree in letters)) throw new Error(`the formula has no number for ${tree}`);
    return letters[tree];
  }
  const of = (part) => computed(part, letters, row);
  const [name, ...parts] = tree;
  switch (name) {
    case "+": return of(parts[0]) + of(parts[1]);
    case "-": return parts.length === 1 ? -of(parts[0]) : of(parts[0]) - of(parts[1]);
    case "*": return of(parts[0]) * of(parts[1]);
    case "/": return of(parts[0]) / of(parts[1]);
    case "**": return of(parts[0]) ** of(parts[1]);
    case "if": return of(COMPARISONS[parts[1]](of(parts[0]), of(parts[2])) ? parts[3] : parts[4]);
    case "sum": return row.reduce((total, entry) => total + computed(parts[0], entry, row), 0);
    default: return COMPUTED[name](...parts.map(of));
  }
}

function built(tree, leaf, choose, summed) {
  if (typeof tree !== "object") return leaf(tree);
  const of = (part) => built(part, leaf, choose, summed);
  const [name, ...parts] = tree;
  switch (name) {
    case "-": return parts.length === 1 ? negative(of(parts[0])) : minus(of(parts[0]), of(parts[1]));
    case "**": return Number.isInteger(parts[1]) && parts[1] >= 0 ? power(of(parts[0]), parts[1]) : raise(of(parts[0]), of(parts[1]));
    case "if": return choose(parts, of);
    case "sum": return summed(parts[0]);
    default: return name in SIGNS ? SIGNS[name](of(parts[0]), of(parts[1])) : FUNCTIONS[name](...parts.map(of));
  }
}

/** A formula with letters, as text; `ofRow` holds those inside a sum. */
export function withLetters(tree, letters, ofRow = letters, sumSign = "Σₖ ") {
  const leaf = (part) => letter(typeof part === "number" ? number(part) : letters[part] ?? part);
  const write = (part) => built(part, leaf, choose, summed).write(0);
  const summed = (inner) => letter(`${sumSign}${withLetters(inner, ofRow)}`);
  const choose = ([left, comparison, right, yes, no]) => choice(
    `${write(yes)} if ${write(left)} ${WRITTEN_COMPARISONS[comparison]} ${write(right)} else ${write(no)}`,
  );
  return write(tree);
}

/** A formula with numbers, as a term; of a choice the side that is taken. `row` holds the letters of each entry. */
export function withNumbers(tree, values, row = null, most = TERMS) {
  const leaf = (part) => num(typeof part === "number" ? part : computed(part, values));
  const choose = ([left, comparison, right, yes, no], of) => of(
    COMPARISONS[comparison](computed(left, values, row), computed(right, values, row)) ? yes : no,
  );
  const summed = (inner) => largestOf(
    row.map((entry) => computed(inner, entry, row)), (place) => withNumbers(inner, row[place], row), most,
  );
  return built(tree, leaf, choose, summed);
}

/** The letters of a formula. */
export const namesIn = (tree) => lettersOf(tree);

function lettersOf(tree) {
  if (typeof tree === "string") return [tree];
  return Array.isArray(tree) ? tree.slice(1).flatMap((part) => (part in COMPARISONS ? [] : lettersOf(part))) : [];
}

/** The formula that holds for these constants: choices that they alone decide are made. */
export function settled(tree, constants) {
  if (!Array.isArray(tree)) return tree;
  if (tree[0] === "if" && [...lettersOf(["", tree[1]]), ...lettersOf(["", tree[3]])].every((letter) => letter in constants)) {
    return settled(COMPARISONS[tree[2]](computed(tree[1], constants), computed(tree[3], constants)) ? tree[4] : tree[5], constants);
  }
  return [tree[0], ...tree.slice(1).map((part) => settled(part, constants))];
}

/** What the sums of a formula add up, in the order in which they stand. */
export function sums(tree) {
  if (typeof tree !== "object") return [];
  return tree[0] === "sum" ? [tree[1]] : tree.slice(1).flatMap(sums);
}

/** The formula with numbers in the place of its sums. */
export function withoutSums(tree, totals) {
  const left = [...totals];
  const of = (part) => {
    if (!Array.isArray(part)) return part;
    return part[0] === "sum" ? left.shift() : [part[0], ...part.slice(1).map(of)];
  };
  return of(tree);
}

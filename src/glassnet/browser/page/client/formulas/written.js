/** How activations and losses are written, with letters and with the numbers of a step. */
import { catalogue } from "../state/catalogue.js";
import { RowLoss } from "./rowloss.js";
import { computed, settled, sums, withLetters, withNumbers, withoutSums } from "./expressions.js";
import { equation, num, number, over, TERMS, times } from "./terms.js";

const FEW = 3; // terms that a fraction has room for
const LARGEST_POWER = 300; // of e, that is written as it is

/** A part as the engine has it, `"relu"` or `{ name, …fields }`, with what is known of it. */
export function partOf(family, part, fields) {
  const name = typeof part === "string" ? part : part.name;
  const known = catalogue[family][name];
  const own = typeof part === "string" ? {} : part;
  const defaults = fields?.[name]?.fields ?? {};
  return { name, known, values: { ...defaults, ...own } };
}

/** Names of letters that the formula of a part mentions, with their numbers. */
function constants({ known, values }) {
  return Object.fromEntries(Object.keys(known.letters).map((field) => [field, Number(values[field])]));
}

const textOf = ({ known }) => ({ ...known.letters });

/** f(z) with letters. */
export function activationLetters(part) {
  if (part.known === undefined) return `${part.name}(z)`;
  return part.known.backward === null
    ? withLetters(part.known.value, { z: "z", ...textOf(part) })
    : withLetters(part.known.value, { z: "zⱼ" }, { z: "zₖ" });
}

/** f(z) of a row; of large z with differences from the largest. */
function treeOfRow({ known: { value } }, row) {
  return Math.max(...row.map(Math.abs)) > LARGEST_POWER ? shifted(value, Math.max(...row)) : value;
}

/** f(z) of one unit with numbers. */
function activationTerm(part, row, unit) {
  if (part.known.backward === null) return withNumbers(part.known.value, { z: row[unit], ...constants(part) });
  const entries = Array.from(row, (z) => ({ z }));
  return withNumbers(treeOfRow(part, row), entries[unit], entries);
}

function shifted(tree, by) {
  if (tree === "z") return ["-", "z", by];
  return Array.isArray(tree) ? [tree[0], ...tree.slice(1).map((part) => shifted(part, by))] : tree;
}

/** `a = tanh(z) = tanh(0.3) = 0.29131`; of a row of more than a few the sums on lines of their own, which have room for them. */
export function activated(part, row, unit, a, terms) {
  const call = `a = ${part.name}(z)`;
  if (part.known === undefined) return [{ text: `${call} = ${number(a)}` }];
  const letters = activationLetters(part), numbers = () => equation(activationTerm(part, row, unit), a);
  if (part.known.backward === null || row.length <= FEW) return [{ text: [...new Set([call, ...(`a = ${letters}` === call ? [] : [letters]), numbers()])].join(" = ") }];
  const tree = treeOfRow(part, row), entries = Array.from(row, (z) => ({ z })), inner = sums(tree);
  const totals = inner.map((summed) => entries.reduce((total, entry) => total + computed(summed, entry), 0));
  return [
    { text: `${call} = ${letters}` },
    ...inner.map((summed, place) => ({
      text: `${withLetters(["sum", summed], {}, { z: "zₖ" })} = ${equation(withNumbers(["sum", summed], {}, entries, terms), totals[place])}`, sum: row.length > TERMS,
    })),
    { text: `a = ${equation(withNumbers(withoutSums(tree, totals), entries[unit]), a)}` },
  ];
}

/** f′(z) of an elementwise activation, with letters, with numbers, and its value. */
export function slopeOf(part, z, a) {
  const values = { z, a, ...constants(part) };
  const value = computed(part.known.slope, values);
  const letters = withLetters(part.known.slope, { z: "z", a: "a", ...textOf(part) });
  const numbers = equation(withNumbers(part.known.slope, values), value);
  return { value, text: letters.includes(" if ") ? `${letters}, here ${numbers}` : once(letters, numbers) };
}

/** The way back through a function of rows: its sums, and dL/dz. */
export function throughRow(part, a, d, unit, dz) {
  const entries = Array.from(a, (value, place) => ({ a: value, d: d[place] }));
  const formula = part.known.backward;
  const totals = sums(formula).map((inner) => entries.reduce((total, entry) => total + computed(inner, entry), 0));
  const lines = sums(formula).map((inner, place) => (
    `${withLetters(["sum", inner], {}, { a: "aₖ", d: "∂L/∂aₖ" })} = ${equation(withNumbers(["sum", inner], {}, entries), totals[place])}`
  ));
  const written = withLetters(formula, { a: "a", d: "∂L/∂a" }, { a: "aₖ", d: "∂L/∂aₖ" });
  return [...lines, `dz = ${written} = ${equation(withNumbers(withoutSums(formula, totals), entries[unit]), dz)}`];
}

export function once(formula, numbers) {
  return formula === numbers || numbers.startsWith(`${formula} =`) ? numbers : `${formula} = ${numbers}`;
}

/** A loss as it is written for a step: `chosen` by the reader, and `objective`, which may hold the last activation. */
export class LossOf {
  constructor(loss, fields, { fused, activation, y, samples, outputs }) {
    this.chosen = partOf("losses", loss, fields);
    const other = fused ? this.chosen.known.on_logits[activation] : undefined;
    this.objective = other === undefined ? this.chosen : partOf("losses", other, fields);
    this.fused = other !== undefined;
    this.ofRows = this.objective.known.least_outputs > 1;
    this.count = this.ofRows ? samples : samples * outputs;
    this.over = this.ofRows ? "m" : "n";
    this.y = y;
  }

  /** What `m` or `n` counts. */
  get legend() {
    return this.ofRows ? `m = ${this.count} samples of the batch` : `n = ${this.count} outputs of the batch`;
  }

  get slopeTree() {
    const without = (tree) => (Array.isArray(tree) && tree[0] === "*" && tree[2] === "mass" ? tree[1]
      : Array.isArray(tree) ? [tree[0], ...tree.slice(1).map(without)] : tree);
    const { slope } = this.objective.known;
    return slope === null ? null : without(settled(slope, constants(this.objective)));
  }

  /** The derivative in what the network gives, with letters. */
  slopeLetters(output) {
    if (this.slopeTree === null) return "∂L/∂a";
    const text = withLetters(this.slopeTree, { y: "y", p: output, ...textOf(this.objective) });
    return `(${text})/${this.over}`;
  }

  /** The same with the numbers of one output. */
  slopeNumbers(y, p, result) {
    if (this.slopeTree === null) return number(result);
    const values = { y, p, ...constants(this.objective) };
    return equation(over(withNumbers(this.slopeTree, values), num(this.count)), result);
  }

  /** Its formulas at a sample of a step, where it is one of whole rows; else null. */
  ofRow(trace, sample) {
    const { known } = this.objective;
    return known.rows === undefined ? null : new RowLoss({ known, constants: constants(this.objective) }, { y: trace.y, a: trace.rows.at(-1).a }, sample);
  }

  /** What the loss, or its derivative, is in words, where no formula of one entry says it. */
  inWords(which) {
    return this.objective.known[which].replaceAll("A_", "A");
  }

  /** One entry of the loss, with letters and with numbers. */
  entry(y, p) {
    if (this.chosen.known.value === null) return null;
    const tree = settled(this.chosen.known.value, constants(this.chosen));
    const values = { y, p, z: p, ...constants(this.chosen) };
    const value = computed(tree, values);
    if (!Number.isFinite(value)) return null;
    const letters = withLetters(tree, { y: "y", p: "p", z: "p", ...textOf(this.chosen) });
    return { letters, text: once(letters, equation(withNumbers(tree, values), value)), value };
  }
}

/** What penalties add to the gradient of a parameter: with letters, and the terms with numbers. */
export function penaltyOf(value, l1, l2) {
  const letters = [...(l1 ? ["λ₁·sign(w)"] : []), ...(l2 ? ["λ₂·w"] : [])];
  const terms = [...(l1 ? [times(num(l1), num(Math.sign(value)))] : []), ...(l2 ? [times(num(l2), num(value))] : [])];
  return { letters, terms };
}

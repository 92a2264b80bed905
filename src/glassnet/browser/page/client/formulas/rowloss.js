/**
 * Losses of whole rows, of a sample or of the members of a pair or triplet: what is summed over the row, the loss of these
 * sums, and its slope in one output, each with its numbers. Their formulas are those that the engine runs.
 */
import { computed, namesIn, withLetters, withNumbers } from "./expressions.js";
import { equation, largestOf, num, over } from "./terms.js";

/** What stands with letters, then with numbers; of a choice the side that is taken. */
export function stated(name, letters, numbers) {
  if (letters.includes(" if ")) return `${name} = ${letters}, here ${numbers}`;
  return `${name} = ${letters === numbers || numbers.startsWith(`${letters} =`) ? numbers : `${letters} = ${numbers}`}`;
}

/** The steps that a result is made of, in their order. */
function needed(steps, result) {
  const names = new Set(namesIn(result));
  return [...steps].reverse().filter(([name, tree]) => {
    if (names.has(name)) for (const inner of namesIn(tree)) names.add(inner);
    return names.has(name);
  }).reverse();
}

/** Lines of the steps on the way to a result, whose numbers are added to `values`. */
function stepLines(steps, result, values) {
  return needed(steps, result).map(([name, tree]) => {
    values[name] = computed(tree, values);
    return { text: stated(name, withLetters(tree, {}), equation(withNumbers(tree, values), values[name])) };
  });
}

/** The formulas of a row at the numbers of a sample of a step. */
export class RowLoss {
  constructor({ known, constants }, { y, a }, sample) {
    const { rows, members } = known, [width] = a.shape.slice(1), k = Math.max(members.length, 1), first = sample - sample % k;
    const [target, ...others] = rows.letters, target_at = (j) => y?.values[members.length > 0 ? first : first * width + j] ?? 0;
    this.rows = rows;
    this.constants = constants;
    this.place = sample % k;
    this.member = members[this.place];
    this.count = a.shape[0] / k;
    this.kind = { 1: "samples", 2: "pairs", 3: "triplets" }[k];
    this.entries = Array.from({ length: width }, (_, j) => ({
      [target]: target_at(j), ...Object.fromEntries(others.map((letter, place) => [letter, a.values[(first + place) * width + j]])), ...constants,
    }));
    this.sums = Object.fromEntries(rows.sums.map((name, i) => [name, this.entries.reduce((total, entry) => total + computed(rows.terms[i], entry), 0)]));
  }

  get legend() {
    return `m = ${this.count} ${this.kind} of the batch`;
  }

  sumLines(terms) {
    return this.rows.sums.map((name, i) => {
      const term = this.rows.terms[i], values = this.entries.map((entry) => computed(term, entry));
      const sum = largestOf(values, (j) => withNumbers(term, this.entries[j]), terms);
      return { text: `${name} = Σₖ ${withLetters(term, {})} = ${equation(sum, this.sums[name])}`, sum: values.length > terms };
    });
  }

  /** The loss of the sample. */
  valueLines(terms) {
    const { steps, results: [result] } = this.rows.value, values = { ...this.entries[0], ...this.sums };
    const lines = stepLines(steps, result, values), value = computed(result, values);
    return [...this.sumLines(terms), ...lines, { text: stated("ℓ", withLetters(result, {}), equation(withNumbers(result, values), value)) }];
  }

  /** ∂L/∂a of one output, `found` by the engine. */
  slopeLines(unit, found, terms) {
    const { steps, results } = this.rows.slopes, result = results[this.place], values = { ...this.entries[unit], ...this.sums };
    const lines = stepLines(steps, result, values), numbers = over(withNumbers(result, values), num(this.count));
    return [
      ...(this.member === undefined ? [] : [{ text: `this sample is the ${this.member} of its ${this.kind.slice(0, -1)}`, words: true }]),
      ...this.sumLines(terms), ...lines, { text: stated("∂L/∂a", `(${withLetters(result, {})})/m`, equation(numbers, found)) }, { text: this.legend, words: true },
    ];
  }
}

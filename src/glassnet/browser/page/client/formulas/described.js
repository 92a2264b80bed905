/** A layer that a user wrote and described: the steps that one of its units is made of, with the numbers of a sample. */
import { parts } from "../training/engine.js";
import { computed, namesIn, sums, withLetters, withNumbers, withoutSums } from "./expressions.js";
import { stated } from "./rowloss.js";
import { at as entry, beforeOf, rowOf } from "./step.js";
import { equation, largestOf, num, number, productSum } from "./terms.js";

const one = (values, j) => values[values.length === 1 ? 0 : j];

/** What every step gives for the sample, in their order; the first is what the layer reads. */
function valuesOf({ step, row, sample }, { steps, parameters }) {
  const values = [Array.from(rowOf(row.inputs, sample))], array = (name) => beforeOf(step, row, name);
  const shapeOf = (name) => parameters.find((part) => part.name === name).shape;
  const made = {
    row: (name) => Array.from(array(name)),
    formula(tree, letters) {
      const given = Object.entries(letters).map(([letter, place]) => [letter, Array.isArray(place) ? place : values[place]]);
      const n = Math.max(1, ...given.map(([, of]) => of.length)), at = (j) => Object.fromEntries(given.map(([letter, of]) => [letter, one(of, j)]));
      const all = Array.from({ length: n }, (_, j) => at(j));
      return all.map((ofEntry) => computed(tree, ofEntry, all));
    },
    mean: (place) => [values[place].reduce((total, value) => total + value, 0) / values[place].length],
    product(place, name, pieces) {
      const x = values[place], w = array(name), inside = x.length / pieces, wide = w.length / x.length, found = Array.from({ length: pieces * wide }, () => 0);
      x.forEach((value, i) => { for (let j = 0; j < wide; j += 1) found[Math.floor(i / inside) * wide + j] += value * w[i * wide + j]; });
      return found;
    },
    columns: (place, places) => places.map((column) => values[place][column]),
    lookup(place, column, name, begin) {
      const [, wide] = shapeOf(name), from = (begin + values[place][column]) * wide;
      return Array.from(array(name).slice(from, from + wide));
    },
    joined: (places) => places.flatMap((place) => values[place]),
  };
  for (const [name, ...rest] of steps) values.push(made[name](...rest));
  return values;
}

/** Writes steps for one of their entries, each once, after those that it is made of. */
class Writer {
  constructor(at, variant) {
    Object.assign(this, { at, variant, values: valuesOf(at, variant), lines: [], names: new Map([["0", "x"]]), taken: new Set(["x", "a"]) });
  }

  /** The name of an entry of a step; what belongs to all entries has one name. */
  name(place, j) {
    const key = `${place}${place === 0 || this.values[place].length === 1 ? "" : `:${j}`}`;
    if (place === 0) return this.values[0].length === 1 || j === this.at.unit ? "x" : `x${lowered(j)}`;
    if (!this.names.has(key)) {
      const wish = place === this.variant.result && j === this.at.unit ? "a" : this.variant.wishes[place - 1];
      this.names.set(key, this.free(wish));
      this.write(place, j, this.names.get(key));
    }
    return this.names.get(key);
  }

  free(wish) {
    if (wish === "a" && !this.names.has("a!")) {
      this.names.set("a!", "a");
      return "a";
    }
    let found = wish, count = 1;
    while (this.taken.has(found)) {
      count += 1;
      found = wish + lowered(count);
    }
    this.taken.add(found);
    return found;
  }

  write(place, j, name) {
    const [kind, ...rest] = this.variant.steps[place - 1], value = one(this.values[place], j), { terms } = this.at;
    const line = (text, sum = false) => this.lines.push({ text, sum });
    switch (kind) {
      case "row": return;
      case "formula": return this.formula(rest, j, name, value);
      case "mean": {
        const all = this.values[rest[0]], inside = rest[0] === 0 ? "x" : this.variant.wishes[rest[0] - 1];
        if (rest[0] !== 0) all.forEach((_, k) => this.name(rest[0], k));
        return void line(`${name} = mean(${inside}) = ${equation(largestOf(all, (k) => num(all[k] / all.length), terms), value)}`, all.length > terms);
      }
      case "product": {
        const [from, array, pieces] = rest, x = this.values[from], w = beforeOf(this.at.step, this.at.row, array), wide = w.length / x.length, inside = x.length / pieces;
        const first = Math.floor(j / wide) * inside, own = x.slice(first, first + inside);
        if (from !== 0) own.forEach((_, i) => this.name(from, first + i));
        return void line(`${name} = Σᵢ ${from === 0 ? "x" : this.variant.wishes[from - 1]}·${array} = ${equation(productSum(own, own.map((_, i) => w[(first + i) * wide + j % wide]), terms), value)}`, inside > terms);
      }
      case "columns": return void line(`${name} = ${this.name(rest[0], rest[1][j])} = ${number(value)}`);
      case "lookup": return void line(`${name} = ${number(value)}`);
      default: {
        let [at, left] = [0, j];
        while (left >= this.values[rest[0][at]].length) { left -= this.values[rest[0][at]].length; at += 1; }
        return void line(`${name} = ${this.name(rest[0][at], left)} = ${number(value)}`);
      }
    }
  }

  formula([tree, letters], j, name, value) {
    const given = Object.entries(letters), of = (k) => Object.fromEntries(given.map(([letter, place]) => [letter, one(Array.isArray(place) ? place : this.values[place], k)]));
    const used = new Set(namesIn(tree)), called = Object.fromEntries(given.filter(([letter]) => used.has(letter)).map(([letter, place]) => [letter, Array.isArray(place) ? number(place[0]) : this.name(place, j)]));
    const n = Math.max(1, ...given.map(([, place]) => (Array.isArray(place) ? 1 : this.values[place].length))), all = Array.from({ length: n }, (_, k) => of(k));
    const totals = sums(tree).map((inner) => all.reduce((total, entry_) => total + computed(inner, entry_, all), 0));
    const plain = withoutSums(tree, totals);
    this.lines.push({ text: stated(name, withLetters(tree, called), equation(withNumbers(plain, of(j)), value)) });
  }
}

const lowered = (count) => [...String(count)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");

/** The steps of one unit, forward; back the chain rule through them is the engine's, and gives a number. */
export const DESCRIBED = {
  title: ({ row }) => row.kind.replaceAll("_", " "),
  forward(at) {
    const variant = parts.layer[at.row.kind].variants[at.row.inputs.shape[1]], writer = new Writer(at, variant);
    writer.name(variant.result, at.unit);
    const own = writer.lines.at(-1);
    return own?.text.startsWith("a = ") ? writer.lines : [...writer.lines, { text: `a = ${number(entry(at.row.a, at.sample, at.unit))}` }];
  },
  backward({ row, unit, sample }) {
    if (unit >= row.inputs.shape[1]) return [];
    return [{ text: "by the chain rule through these steps", words: true }, { text: `∂L/∂x = ${number(entry(row.d_inputs, sample, unit))}` }];
  },
  parameters: () => [],
};

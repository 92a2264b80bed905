/**
 * What a network makes of a batch in training, as steps with names: what programs write, forward and back.
 *
 * A value has a name, a width, and a kind: "full" (a row for each sample), "row" (one for all), "column" (a number for each
 * sample), "number". Layers that are neither dense ones nor activations nor dropout are those that they describe.
 */
import { catalogue } from "../state/catalogue.js";
import { parts } from "../training/engine.js";

/** Layers whose steps depend on their columns; all others are described for any. */
const OF_COLUMNS = {
  embedding({ categories, dimension }, width) {
    const passing = [...Array(width).keys()].filter((column) => categories.every(([other]) => other !== column));
    const steps = passing.length > 0 ? [["columns", 0, passing]] : [], wishes = steps.map(() => "passing");
    let begin = 0;
    for (const [column, count] of categories) {
      steps.push(["lookup", 0, column, "weights", begin]);
      wishes.push("vectors");
      begin += count;
    }
    return { steps: [...steps, ["joined", steps.map((_, place) => place + 1)]], wishes: [...wishes, "a"], result: steps.length + 1, dimension };
  },
  periodic({ columns, waves }) {
    const repeated = columns.flatMap((column) => Array.from({ length: waves }, () => column)), text = ["cos", ["+", ["*", "x", ["*", "turn", "f"]], "phase"]];
    return {
      steps: [
        ["columns", 0, repeated], ["row", "frequencies"], ["row", "phases"], ["formula", text, { turn: [2 * Math.PI], x: 1, f: 2, phase: 3 }],
        ["product", 4, "weights", columns.length], ["row", "offsets"], ["formula", ["+", "e", "offset"], { e: 5, offset: 6 }], ["joined", [0, 7]],
      ],
      wishes: ["repeated", "f", "phase", "waves", "e", "offset", "learned", "a"], result: 8,
    };
  },
};

/** The steps of a layer that is computed by its own functions. */
function stepsOf(layer, width) {
  const variants = parts.layer[layer.name].variants;
  const found = variants?.[width] ?? OF_COLUMNS[layer.name]?.(layer, width) ?? catalogue.programs.layers[layer.name];
  if (!found) throw new Error(`no program writes the layer ${layer.name}, which does not describe what it computes`);
  return found;
}

const joined = (kinds) => (kinds.includes("full") || (kinds.includes("row") && kinds.includes("column")) ? "full" : kinds.find((kind) => kind !== "number") ?? "number");

export class Tape {
  constructor(network) {
    const plan = network.trainingPlan();
    this.steps = [];
    this.taken = new Map();
    this.dtype = network.dtype;
    this.parameters = network.layout.parameters.map((slot) => ({ slot, size: slot.stop - slot.start }));
    this.x = { name: "x", kind: "full", width: network.layout.n_features, isData: true };
    this.output = this.x;
    this.carried = [];
    this.number = 0;
    /** Of each row its steps. */
    this.rows = plan.rows.map((row) => {
      const begun = this.steps.length, x = this.output;
      this.add(row);
      return { row, number: this.number, x, output: this.output, steps: this.steps.slice(begun) };
    });
    this.parameters.forEach((parameter, place) => { parameter.key ??= `unused${place}`; });
  }

  /** A new value; `wish` with the number of its layer is its name. */
  value(wish, kind, width) {
    const name = `${wish}${this.number}`, count = (this.taken.get(name) ?? 0) + 1;
    this.taken.set(name, count);
    return { name: count === 1 ? name : `${name}_${count}`, kind, width };
  }

  step(step) {
    this.steps.push(step);
    return step.out;
  }

  /** The parameter of a row that starts here, under the name that programs give it. */
  parameter(start, letter) {
    const found = this.parameters.find(({ slot }) => slot.start === start);
    found.key ??= `${letter}${this.number}`;
    return found;
  }

  add(row) {
    const x = this.output, { n_outputs: width, options } = row;
    if (row.kind === "branch") return void this.carried.push(x);
    if (row.kind === "sum") {
      const formula = { do: "formula", tree: ["+", "f", "x"], letters: { f: x, x: this.carried.pop() }, out: this.value("s", "full", width) };
      this.output = this.step(formula);
      return;
    }
    this.number += 1;
    switch (row.kind) {
      case "dense": {
        const W = this.parameter(row.weights, "W"), b = row.bias < 0 ? null : this.parameter(row.bias, "b");
        W.penalties = [row.l1, row.l2];
        if (b !== null) b.penalties = [row.bias_l1, row.bias_l2];
        const z = this.step({ do: "affine", title: `layer ${this.number}: ${width} ${width === 1 ? "unit" : "units"}`, x, W, b, out: this.value(row.activation.name === "linear" ? "a" : "z", "full", width) });
        this.output = this.activated(row, z);
        break;
      }
      case "activation": this.output = this.activated(row, x); break;
      case "dropout": this.output = this.step({ do: "dropout", title: "dropout", x, rate: options.rate, mask: `mask${this.number}`, out: this.value("a", "full", width) }); break;
      default: this.output = this.described(row, x);
    }
  }

  activated({ activation, constants, n_outputs }, z) {
    if (activation.name === "linear") return z;
    return this.step({ do: "activation", name: activation.name, constants, z, out: this.value("a", "full", n_outputs) });
  }

  /** The values of a layer's own steps; those of parameters are written as they are. */
  described(row, x) {
    const { options: layer, n_inputs, n_outputs } = row, { steps, wishes, result } = stepsOf(layer, n_inputs), values = [x];
    const titled = this.steps.length, prefix = row.path.slice(1).map((place) => `${place}.`).join("");
    const array = (name) => {
      const slot = this.parameters.find(({ slot: one }) => one.layer === row.layer && one.name === `${prefix}${name}`);
      return this.parameter(slot.slot.start, name);
    };
    const epsilon = layer.epsilon ?? (this.dtype === "float32" ? 2 ** -23 : 2 ** -52);
    const numberOf = (letter, [value]) => (letter === "epsilon" ? epsilon : letter in layer && typeof layer[letter] === "number" ? layer[letter] : value);
    steps.forEach(([name, ...rest], place) => {
      const wish = place + 1 === result ? "a" : wishes[place];
      values.push(this.made(name, rest, { wish, values, array, numberOf, n_outputs: place + 1 === result ? n_outputs : null }));
    });
    if (this.steps.length > titled) this.steps[titled].title = `layer ${this.number}: ${layer.name.replaceAll("_", " ")}`;
    return values[result];
  }

  made(name, rest, { wish, values, array, numberOf }) {
    const of = (place) => values[place];
    switch (name) {
      case "row": {
        const parameter = array(rest[0]);
        return { parameter, kind: parameter.size === 1 ? "number" : "row", width: parameter.size };
      }
      case "formula": {
        const letters = Object.fromEntries(Object.entries(rest[1]).map(([letter, place]) => [letter, Array.isArray(place) ? numberOf(letter, place) : of(place)]));
        return this.formula(rest[0], letters, wish);
      }
      case "mean": {
        if (of(rest[0]).kind !== "full") throw new Error("no program writes the mean of numbers that are the same for every sample");
        return this.step({ do: "mean", x: of(rest[0]), out: this.value(wish, "column", 1) });
      }
      case "mean_of_batch": return this.step({ do: "mean_of_batch", x: of(rest[0]), out: this.value(wish, "row", of(rest[0]).width) });
      case "product": {
        const x = of(rest[0]), W = array(rest[1]);
        return this.step({ do: "product", x, W, pieces: rest[2], out: this.value(wish, "full", W.size / x.width * rest[2]) });
      }
      case "columns": return this.step({ do: "columns", x: of(rest[0]), places: rest[1], out: this.value(wish, "full", rest[1].length) });
      case "lookup": {
        const W = array(rest[2]);
        return this.step({ do: "lookup", x: of(rest[0]), column: rest[1], W, begin: rest[3], out: this.value(wish, "full", W.slot.shape[1]) });
      }
      case "joined": {
        const all = rest[0].map(of);
        return this.step({ do: "joined", all, out: this.value(wish, "full", all.reduce((total, { width }) => total + width, 0)) });
      }
      default: throw new Error(`no program writes the step ${name}`);
    }
  }

  /** A formula, and before it each of its sums over a row. */
  formula(tree, letters, wish) {
    const inside = { ...letters };
    const without = (node) => {
      if (!Array.isArray(node)) return node;
      if (node[0] !== "sum") return [node[0], ...node.slice(1).map(without)];
      const x = this.formula(node[1], letters, "terms"), letter = `sum ${Object.keys(inside).length}`;
      inside[letter] = this.step({ do: "sum", x, out: this.value("sum", "column", 1) });
      return letter;
    };
    const plain = without(tree), values = Object.values(inside).filter((value) => typeof value === "object");
    const width = Math.max(1, ...values.map((value) => value.width));
    return this.step({ do: "formula", tree: plain, letters: inside, out: this.value(wish, joined(values.map(({ kind }) => kind)), width) });
  }
}

// Layers that a user wrote and described in steps: the steps forward, and the chain rule through them back.

import { GlassnetError } from "../base/errors.js";
import { f_erf, PARTS } from "../formulas.js";
import { LAYERS } from "./layers.js";
import { product } from "./shapes.js";

/** Numbers of one sample, one that belongs to all entries or one for each; `back` hands their gradient on. */
class Value {
  /** @param {Float64Array} numbers @param {(gradient: Float64Array) => void} [back] */
  constructor(numbers, back = () => {}) {
    this.numbers = numbers;
    this.gradient = new Float64Array(numbers.length);
    this.back = back;
  }

  /** @param {number} j @returns {number} */
  at(j) {
    return this.numbers[this.numbers.length === 1 ? 0 : j];
  }

  /** @param {number} j @param {number} gradient */
  take(j, gradient) {
    this.gradient[this.gradient.length === 1 ? 0 : j] += gradient;
  }
}

const sigmoid = (/** @type {number} */ z) => 1 / (1 + Math.exp(-z)), density = (/** @type {number} */ z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

// Of one number: the function, and its slope from the number z and from what the function gives.
/** @type {Record<string, [(z: number) => number, (z: number, v: number) => number]>} */
const OF_ONE = {
  "-": [(z) => -z, () => -1], abs: [Math.abs, Math.sign], cos: [Math.cos, (z) => -Math.sin(z)], exp: [Math.exp, (z, v) => v],
  floor: [Math.floor, () => 0], log: [Math.log, (z) => 1 / z], log1p: [Math.log1p, (z) => 1 / (1 + z)], sign: [Math.sign, () => 0],
  sigmoid: [sigmoid, (z, v) => v * (1 - v)], sin: [Math.sin, Math.cos], sqrt: [Math.sqrt, (z, v) => 0.5 / v], tanh: [Math.tanh, (z, v) => 1 - v * v],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid], normal_density: [density, (z, v) => -z * v],
  normal_share: [(z) => (1 + f_erf(z / Math.SQRT2)) / 2, density],
};
const half = (/** @type {number} */ a, /** @type {number} */ b) => (a > b ? 1 : a === b ? 0.5 : 0);
// Of two: the function, and its slopes in both.
/** @type {Record<string, [(a: number, b: number) => number, (a: number, b: number, v: number) => number, (a: number, b: number, v: number) => number]>} */
const OF_TWO = {
  "+": [(a, b) => a + b, () => 1, () => 1], "-": [(a, b) => a - b, () => 1, () => -1], "*": [(a, b) => a * b, (a, b) => b, (a) => a],
  "/": [(a, b) => a / b, (a, b) => 1 / b, (a, b, v) => -v / b], "**": [Math.pow, (a, b) => b * a ** (b - 1), (a, b, v) => (a > 0 ? v * Math.log(a) : 0)],
  max: [Math.max, half, (a, b) => half(b, a)], min: [Math.min, (a, b) => half(b, a), half],
};
/** @type {Record<string, (a: number, b: number) => boolean>} */
const COMPARISONS = { ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, "==": (a, b) => a === b };

/** What was computed for one sample, in order. */
class Tape {
  constructor() {
    /** @type {Value[]} */
    this.values = [];
  }

  /** @param {ArrayLike<number>} numbers @param {(gradient: Float64Array) => void} [back] @returns {Value} */
  add(numbers, back) {
    const value = new Value(Float64Array.from(numbers), back);
    this.values.push(value);
    return value;
  }

  /** The same function of each entry. @param {Value[]} parts @param {(j: number) => number} of
   * @param {(j: number, gradient: number, v: number) => void} back @returns {Value} */
  each(parts, of, back) {
    const length = Math.max(...parts.map(({ numbers }) => numbers.length));
    const made = this.add(Array.from({ length }, (_, j) => of(j)), (gradient) => gradient.forEach((one, j) => back(j, one, made.numbers[j])));
    return made;
  }

  /** @param {any} tree @param {Record<string, Value>} letters @returns {Value} */
  formula(tree, letters) {
    if (typeof tree === "number") return this.add([tree]);
    if (typeof tree === "string") return letters[tree];
    const [name, ...rest] = tree;
    if (name === "if") {
      const [left, comparison, right, yes, no] = rest, [a, b, x, y] = [left, right, yes, no].map((part) => this.formula(part, letters));
      const taken = (/** @type {number} */ j) => (COMPARISONS[comparison](a.at(j), b.at(j)) ? x : y);
      return this.each([a, b, x, y], (j) => taken(j).at(j), (j, gradient) => taken(j).take(j, gradient));
    }
    const parts = rest.map((/** @type {any} */ part) => this.formula(part, letters)), [a, b] = parts;
    if (name === "sum") return this.add([a.numbers.reduce((/** @type {number} */ total, /** @type {number} */ one) => total + one, 0)], ([gradient]) => a.gradient.forEach((_, j) => a.take(j, gradient)));
    if (parts.length === 1) {
      const [of, slope] = OF_ONE[name];
      return this.each(parts, (j) => of(a.at(j)), (j, gradient, v) => a.take(j, gradient * slope(a.at(j), v)));
    }
    const [of, left, right] = OF_TWO[name];
    return this.each(parts, (j) => of(a.at(j), b.at(j)), (j, gradient, v) => {
      a.take(j, gradient * left(a.at(j), b.at(j), v));
      b.take(j, gradient * right(a.at(j), b.at(j), v));
    });
  }
}

/** What each step makes of the values before it; `array` gives where one of the layer's arrays lies, and its gradient goes.
 * @type {Record<string, (tape: Tape, array: (name: string) => any, of: (place: number) => Value, ...rest: any[]) => Value>} */
const STEPS = {
  row(tape, array, of, name) {
    const { start, size, parameters, gradients } = array(name);
    return tape.add(parameters.subarray(start, start + size), (gradient) => gradient.forEach((one, j) => (gradients[start + j] += one)));
  },
  formula(tape, array, of, tree, letters) {
    return tape.formula(tree, Object.fromEntries(Object.entries(letters).map(([letter, place]) => [letter, Array.isArray(place) ? tape.add(place) : of(place)])));
  },
  mean(tape, array, of, place) {
    const x = of(place), n = x.numbers.length;
    return tape.add([x.numbers.reduce((total, one) => total + one, 0) / n], ([gradient]) => x.gradient.forEach((_, j) => x.take(j, gradient / n)));
  },
  product(tape, array, of, place, name, parts) {
    const x = of(place), { start, size, parameters, gradients } = array(name), k = x.numbers.length, inside = k / parts, wide = size / k;
    const numbers = new Float64Array(parts * wide), weight = (/** @type {number} */ i, /** @type {number} */ j) => start + i * wide + j;
    const to = (/** @type {number} */ i, /** @type {number} */ j) => Math.floor(i / inside) * wide + j;
    for (let i = 0; i < k; i++) for (let j = 0; j < wide; j++) numbers[to(i, j)] += x.numbers[i] * parameters[weight(i, j)];
    return tape.add(numbers, (gradient) => {
      for (let i = 0; i < k; i++)
        for (let j = 0; j < wide; j++) {
          x.take(i, gradient[to(i, j)] * parameters[weight(i, j)]);
          gradients[weight(i, j)] += gradient[to(i, j)] * x.numbers[i];
        }
    });
  },
  columns(tape, array, of, place, places) {
    const x = of(place);
    return tape.add(places.map((/** @type {number} */ column) => x.numbers[column]), (gradient) => places.forEach((/** @type {number} */ column, /** @type {number} */ j) => x.take(column, gradient[j])));
  },
  lookup(tape, array, of, place, column, name, begin) {
    const { start, shape: [, wide], parameters, gradients } = array(name), from = start + (begin + of(place).numbers[column]) * wide;
    return tape.add(parameters.subarray(from, from + wide), (gradient) => gradient.forEach((one, j) => (gradients[from + j] += one)));
  },
  joined(tape, array, of, places) {
    const parts = places.map(of);
    return tape.add(parts.flatMap((/** @type {Value} */ part) => Array.from(part.numbers)), (gradient) => {
      let from = 0;
      for (const part of parts) {
        part.gradient.forEach((/** @type {number} */ _, /** @type {number} */ j) => part.take(j, gradient[from + j]));
        from += part.numbers.length;
      }
    });
  },
};

/** A kind of layer from its description, by how many numbers a sample has. @param {Record<string, any>} variants @returns {any} */
function described(variants) {
  const of = (/** @type {number} */ k) => {
    if (!variants[k]) throw new GlassnetError(`was described for samples of ${Object.keys(variants).join(" or ")} numbers; received ${k}`);
    return variants[k];
  };
  const run = (/** @type {any} */ own, /** @type {Floats} */ x, /** @type {number} */ from, /** @type {number} */ k) => {
    const { steps, result, parameters } = of(k), tape = new Tape(), input = tape.add(x.subarray(from, from + k)), values = [input];
    const array = (/** @type {string} */ name) => {
      const place = parameters.findIndex((/** @type {any} */ part) => part.name === name), { shape } = parameters[place];
      return { start: own.at[place], size: product(shape), shape, parameters: own.parameters, gradients: own.gradients };
    };
    for (const [name, ...rest] of steps) values.push(STEPS[name](tape, array, (place) => values[place], ...rest));
    return { tape, input, output: values[result] };
  };
  return {
    inPlace: Object.values(variants)[0].in_place,
    outputShape: (/** @type {any} */ layer, /** @type {number[]} */ shape) => of(product(shape)).shape,
    parameters: (/** @type {any} */ layer, /** @type {number[]} */ shape) => of(product(shape)).parameters,
    forward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, a, aAt, m }) {
      for (let i = 0; i < n; i++) {
        const { output } = run(own, x, xAt + i * k, k);
        for (let j = 0; j < m; j++) a[aAt + i * m + j] = output.at(j);
      }
    },
    backward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, m }, /** @type {any} */ error, /** @type {number} */ eAt, /** @type {any} */ d, /** @type {number} */ dAt) {
      of(k).parameters.forEach((/** @type {any} */ part, /** @type {number} */ place) => own.gradients.fill(0, own.at[place], own.at[place] + product(part.shape)));
      for (let i = 0; i < n; i++) {
        const { tape, input, output } = run(own, x, xAt + i * k, k);
        for (let j = 0; j < m; j++) output.take(j, error[eAt + i * m + j]);
        for (const value of tape.values.toReversed()) value.back(value.gradient);
        d.set(input.gradient, dAt + i * k);
      }
    },
  };
}

for (const [name, { variants }] of Object.entries(PARTS.layer)) if (variants) LAYERS[name] = described(variants);

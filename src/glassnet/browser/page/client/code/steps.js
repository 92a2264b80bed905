/** The steps of a network as lines of NumPy: forward, and back by the chain rule. */
import { derivative, lettersOf, multiply, NUMPY, written } from "./arithmetic.js";
import { literal } from "./python.js";

const REDUCED = { row: ".sum(axis=0)", column: ".sum(axis=1, keepdims=True)", number: ".sum()" };

/** What stands for a value. */
function textOf(value, language) {
  if (typeof value === "number") return String(value);
  if (value.parameter === undefined) return value.name;
  const { key, slot } = value.parameter;
  return `${language.array(key)}${slot.shape.length > 1 ? language.flat : ""}`;
}

const shareOf = (rate) => (typeof rate === "number" ? String(rate) : "dropped");
const called = (part, arguments_) => `${part}(${arguments_.join(", ")})`;

const textsOf = (letters, language) => Object.fromEntries(Object.entries(letters).map(([letter, value]) => [letter, textOf(value, language)]));
const index = (x, column, begin, language) => `${x.name}[:, ${column}]${language.integer}${begin === 0 ? "" : ` + ${begin}`}`;

/** A parameter as the matrix that numbers of this width are multiplied by, in as many pieces. */
function matrix({ key, size, slot }, width, pieces, language) {
  const shape = pieces === 1 ? [width, size / width] : [pieces, width / pieces, size / width];
  return `${language.array(key)}${shape.join() === slot.shape.join() ? "" : `.reshape(${shape.join(", ")})`}`;
}

/** What each step makes of the values before it, as an expression of NumPy or of PyTorch. */
const MADE = {
  affine: ({ x, W, b }, language) => `${x.name} @ ${language.array(W.key)}${b === null ? "" : ` + ${language.array(b.key)}`}`,
  activation: ({ name, constants, z }, language, { activations }) => called(activations[name].value, [z.name, ...constants]),
  dropout: ({ x, rate, mask }) => `${x.name} * ${mask} / (1 - ${shareOf(rate)})`,
  formula: ({ tree, letters }, language) => written(tree, textsOf(letters, language), language),
  mean: ({ x }) => `${x.name}.mean(axis=1, keepdims=True)`,
  mean_of_batch: ({ x }) => `${x.name}.mean(axis=0)`,
  sum: ({ x }) => `${x.name}.sum(axis=1, keepdims=True)`,
  product: ({ x, W, pieces }, language) => (pieces === 1 ? `${x.name} @ ${matrix(W, x.width, 1, language)}`
    : `${language.library}.einsum("imk,mkd->imd", ${x.name}.reshape(len(${x.name}), ${pieces}, -1), ${matrix(W, x.width, pieces, language)}).reshape(len(${x.name}), -1)`),
  columns: ({ x, places }) => `${x.name}[:, ${literal(places)}]`,
  lookup: ({ x, column, W, begin }, language) => `${language.array(W.key)}[${index(x, column, begin, language)}]`,
  joined: ({ all }, language) => `${language.library}.hstack([${all.map((value) => textOf(value, language)).join(", ")}])`,
};

/** The line of a step on the way up. */
export const forwardLine = (step, language, programs) => `${step.out.name} = ${MADE[step.do](step, language, programs)}`;

/** The lines on the way back through all steps of a tape, whose last value has the error `d_<name>`. */
export class Backward {
  constructor(tape, programs) {
    Object.assign(this, { tape, programs, lines: [], known: new Set([tape.output.name]) });
    for (const step of [...tape.steps].reverse()) if (this.known.has(step.out.name)) this[step.do](step);
    for (const { key, slot } of tape.parameters) if (!this.known.has(`p ${key}`)) this.lines.push(`d["${key}"] = np.zeros(${literal(slot.shape).replace("[", "(").replace("]", ",)")})`);
  }

  /** Adds what a step hands back to one of the values that it has read; `kind` is that of the text. */
  hand(value, text, kind) {
    if (typeof value === "number" || value.isData) return;
    const summed = (to) => `${/^[\w.]+$/.test(text) ? text : `(${text})`}${REDUCED[to]}`;
    if (value.parameter !== undefined) {
      const { slot } = value.parameter, reduced = kind === value.kind ? text : summed(value.kind);
      return void this.gradient(value.parameter, slot.shape.length > 1 ? `(${reduced}).reshape(${slot.shape.join(", ")})` : reduced);
    }
    const given = kind === value.kind || value.kind === "full" ? text : summed(value.kind);
    const isNew = !this.known.has(value.name), isWide = kind === value.kind || value.kind !== "full";
    this.known.add(value.name);
    if (!isNew) this.lines.push(`d_${value.name} = d_${value.name} + ${given}`);
    else this.lines.push(`d_${value.name} = ${isWide ? given : `np.broadcast_to(${given}, ${value.name}.shape)`}`);
  }

  /** Adds to the gradient of a parameter; penalties of a dense layer are part of its only line. */
  gradient({ key, penalties = [0, 0] }, text) {
    const isNew = !this.known.has(`p ${key}`), [l1, l2] = penalties;
    const more = `${l1 > 0 ? ` + ${l1} * np.sign(p["${key}"])` : ""}${l2 > 0 ? ` + ${l2} * p["${key}"]` : ""}`;
    this.known.add(`p ${key}`);
    this.lines.push(isNew ? `d["${key}"] = ${text}${more}` : `d["${key}"] = d["${key}"] + ${text}`);
  }

  affine({ x, W, b, out }) {
    this.gradient(W, `${x.name}.T @ d_${out.name}`);
    if (b !== null) this.gradient(b, `d_${out.name}.sum(axis=0)`);
    this.hand(x, `d_${out.name} @ p["${W.key}"].T`, "full");
  }

  activation({ name, constants, z, out }) {
    const { slope, backward, letters } = this.programs.activations[name];
    if (backward !== undefined) return this.hand(z, called(backward, [out.name, `d_${out.name}`]), "full");
    return this.hand(z, `d_${out.name} * ${called(slope, [...letters.map((letter) => (letter === "a" ? out.name : z.name)), ...constants])}`, "full");
  }

  dropout({ x, rate, mask, out }) {
    this.hand(x, `d_${out.name} * ${mask} / (1 - ${shareOf(rate)})`, "full");
  }

  formula({ tree, letters, out }) {
    const texts = { ...textsOf(letters, NUMPY), error: `d_${out.name}` };
    for (const letter of lettersOf(tree)) {
      const slope = multiply("error", derivative(tree, letter));
      if (slope !== 0) this.hand(letters[letter], written(slope, texts, NUMPY), out.kind);
    }
  }

  mean({ x, out }) {
    this.hand(x, `d_${out.name} / ${x.width}`, "column");
  }

  mean_of_batch({ x, out }) {
    this.hand(x, `d_${out.name} / len(x)`, "row");
  }

  sum({ x, out }) {
    this.hand(x, `d_${out.name}`, "column");
  }

  product({ x, W, pieces, out }) {
    const error = `d_${out.name}.reshape(len(x), ${pieces}, -1)`, shape = `.reshape(${W.slot.shape.join(", ")})`;
    if (pieces === 1) {
      this.gradient(W, `(${x.name}.T @ d_${out.name})${shape}`);
      return this.hand(x, `d_${out.name} @ ${matrix(W, x.width, 1, NUMPY)}.T`, "full");
    }
    this.gradient(W, `np.einsum("imk,imd->mkd", ${x.name}.reshape(len(x), ${pieces}, -1), ${error})${shape}`);
    return this.hand(x, `np.einsum("imd,mkd->imk", ${error}, ${matrix(W, x.width, pieces, NUMPY)}).reshape(len(x), -1)`, "full");
  }

  columns({ x, places, out }) {
    if (x.isData) return;
    this.lines.push(`spread = np.zeros_like(${x.name})`, `np.add.at(spread, (slice(None), ${literal(places)}), d_${out.name})`);
    this.hand(x, "spread", "full");
  }

  lookup({ x, column, W, begin, out }) {
    if (!this.known.has(`p ${W.key}`)) this.gradient(W, `np.zeros_like(p["${W.key}"])`);
    this.lines.push(`np.add.at(d["${W.key}"], ${index(x, column, begin, NUMPY)}, d_${out.name})`);
  }

  joined({ all, out }) {
    let from = 0;
    for (const value of all) {
      this.hand(value, `d_${out.name}[:, ${from}:${from + value.width}]`, "full");
      from += value.width;
    }
  }
}

/** Formulas as Python's facts write them, read into trees: `"z if z > 0 else alpha * (exp(z) - 1)"`. */

const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|>=|<=|==|[-+*/()<>,]))/gy;
const COMPARISONS = [">", ">=", "<", "<=", "=="];

class Reader {
  constructor(text) {
    this.tokens = [...text.matchAll(TOKEN)].map(([, number, name, sign]) => (number === undefined ? name ?? sign : Number(number)));
    this.place = 0;
  }

  is(...wanted) {
    return wanted.includes(this.tokens[this.place]);
  }

  take() {
    this.place += 1;
    return this.tokens[this.place - 1];
  }

  whole() {
    const value = this.sum();
    if (!this.is("if")) return value;
    this.take();
    const left = this.sum(), comparison = this.take(), right = this.sum();
    if (!COMPARISONS.includes(comparison) || this.take() !== "else") throw new Error("a choice is written: this if left > right else that");
    return ["if", left, comparison, right, value, this.whole()];
  }

  sum() {
    let left = this.product();
    while (this.is("+", "-")) left = [this.take(), left, this.product()];
    return left;
  }

  product() {
    let left = this.signed();
    while (this.is("*", "/")) left = [this.take(), left, this.signed()];
    return left;
  }

  signed() {
    if (!this.is("-")) return this.power();
    this.take();
    return ["-", this.signed()];
  }

  power() {
    const base = this.atom();
    if (!this.is("**")) return base;
    this.take();
    return ["**", base, this.signed()];
  }

  atom() {
    const token = this.take();
    if (token === "(") {
      const inner = this.whole();
      this.take();
      return inner;
    }
    if (typeof token === "number" || !this.is("(")) return token;
    const found = [token];
    do {
      this.take();
      found.push(this.whole());
    } while (this.is(","));
    this.take();
    return found;
  }
}

/** The tree of a formula, which may be one already; null of an empty one. Throws where it is none. */
export function treeOf(text) {
  if (typeof text === "number" || Array.isArray(text)) return text;
  if (!text) return null;
  const reader = new Reader(text), tree = reader.whole();
  if (reader.place !== reader.tokens.length) throw new Error(`${text} is no formula`);
  return tree;
}

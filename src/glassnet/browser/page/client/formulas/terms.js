/**
 * Arithmetic that is written and computed from one source: what stands on the page is what was computed.
 *
 * A term knows how it is written and what it gives with its numbers rounded to so many digits; `equation` writes as many
 * digits as give the result to about four. The same as glassnet.insight.trace.arithmetic in Python.
 */

export const DIGITS = 5;
export const TERMS = 8;
export const MORE_DIGITS = [DIGITS, 7, 9, 12, 17];
const EVERY_DIGIT = 17;
export const CLOSE = 2e-4; // of the result: what is written gives it to about four digits
const ROUNDING = 5e-6; // half a unit of the last digit that is shown
const CHOICE = -1, SUM = 1, PRODUCT = 2, ATOM = 3;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** So many significant digits, with a true minus sign. */
export function number(value, digits = DIGITS) {
  const own = Number(value) + 0;
  if (!Number.isFinite(own)) return Number.isNaN(own) ? "NaN" : own < 0 ? "−∞" : "∞";
  if (own === 0) return "0";
  const exponent = Number(own.toExponential(digits - 1).split("e")[1]);
  const text = exponent < -4 || exponent >= Math.max(digits, 6)
    ? own.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
    : String(Number(own.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** The same, in parentheses where it is negative. */
export function factor(value, digits = DIGITS) {
  return value < 0 ? `(${number(value, digits)})` : number(value, digits);
}

/** A piece of arithmetic: how it is written, what it gives, and how tightly it holds together. */
function term(write, compute, binds = ATOM) {
  return { write, compute, binds };
}

function inside(part, binds, digits) {
  const text = part.write(digits);
  return part.binds < binds ? `(${text})` : text;
}

function joined(left, sign, right, compute, binds, ofLeft, ofRight) {
  return term(
    (digits) => `${inside(left, ofLeft, digits)}${sign}${inside(right, ofRight, digits)}`,
    (digits) => compute(left.compute(digits), right.compute(digits)),
    binds,
  );
}

export const plus = (a, b) => joined(a, " + ", b, (x, y) => x + y, SUM, 0, PRODUCT);
export const minus = (a, b) => joined(a, " − ", b, (x, y) => x - y, SUM, 0, PRODUCT);
export const times = (a, b) => joined(a, "·", b, (x, y) => x * y, PRODUCT, PRODUCT, PRODUCT);
export const over = (a, b) => joined(a, "/", b, (x, y) => x / y, PRODUCT, PRODUCT, ATOM);
export const negative = (a) => term((d) => `−${inside(a, PRODUCT, d)}`, (d) => -a.compute(d), SUM);

export function power(base, exponent) {
  const raised = [...String(exponent)].map((digit) => RAISED[Number(digit)]).join("");
  return term((d) => `${inside(base, ATOM, d)}${raised}`, (d) => base.compute(d) ** exponent);
}

/** A number, rounded to the digits that are shown. */
export function num(value) {
  const own = Number(value) + 0;
  return term((d) => number(own, d), (d) => rounded(own, d), own < 0 ? SUM : ATOM);
}

function rounded(value, digits) {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

/** A letter that stands for a number: it is written, not computed. */
export const letter = (name) => term(() => name, () => NaN);

/** A choice with letters, which stands in parentheses inside of everything else. */
export const choice = (text) => term(() => text, () => NaN, CHOICE);

/** A function of one number. */
export function applied(name, compute) {
  return (inner) => term((d) => `${name}(${inner.write(d)})`, (d) => compute(inner.compute(d)));
}

export const absolute = (inner) => term((d) => `|${inner.write(d)}|`, (d) => Math.abs(inner.compute(d)));

/** A function of two numbers, such as max. */
export function appliedToTwo(name, compute) {
  return (a, b) => term((d) => `${name}(${a.write(d)}, ${b.write(d)})`, (d) => compute(a.compute(d), b.compute(d)));
}

/** t₁ + t₂ + …; of many terms those of the largest values, in their order, and the others added up. */
export function largestOf(values, termOf, most = TERMS) {
  const order = Array.from(values, (_, place) => place).sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]) || i - j);
  const kept = order.slice(0, most).sort((i, j) => i - j).map(termOf);
  if (kept.length === 0) kept.push(num(0));
  const left = order.slice(most);
  if (left.length > 0) {
    const rest = num(left.reduce((total, place) => total + values[place], 0));
    kept.push(term((d) => `[${left.length} smaller: ${rest.write(d)}]`, rest.compute));
  }
  if (kept.length === 1) return kept[0];
  return term(
    (d) => kept.map((part, place) => (place === 0 ? part.write(d) : inside(part, PRODUCT, d))).join(" + "),
    (d) => kept.reduce((total, part) => total + part.compute(d), 0),
    SUM,
  );
}

/** a₁·b₁ + a₂·b₂ + … */
export function productSum(first, second, most = TERMS) {
  const products = Array.from(first, (value, place) => value * second[place]);
  return largestOf(products, (place) => times(num(first[place]), num(second[place])), most);
}

/** What is written equals the result, with as many digits as give it to about four; the result alone where no digits do. */
export function equation(part, result) {
  const wanted = Number(result);
  if (!near(part.compute(EVERY_DIGIT), wanted, ROUNDING)) return number(wanted);
  const digits = MORE_DIGITS.find((d) => d === EVERY_DIGIT || near(part.compute(d), wanted, CLOSE));
  const text = part.write(digits);
  return text === number(wanted) ? text : `${text} = ${number(wanted)}`;
}

function near(computed, wanted, share) {
  return computed === wanted || Math.abs(computed - wanted) <= share * Math.abs(wanted);
}

/**
 * Formulas of text as mathematics: `typeset("z = 0.5·(−0.3) + b")` is a piece of page in MathML.
 *
 * Words stay words; every summand of the outermost level is an element of its own, so that lines break between them.
 */
import { h } from "../drawing/dom.js";

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";
const RELATIONS = new Set(["=", "←", "→", "≈", ">", "<", "≥", "≤"]);
const LOWERED = "₀₁₂₃₄₅₆₇₈₉", RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const TOKEN = new RegExp([
  "(?<number>\\d+(?:\\.\\d+)?(?:e−?\\d+)?)(?<power>[⁰¹²³⁴-⁹]*)",
  "(?<partial>∂\\p{L}/∂(?:(?![ᵢⱼₖ])[\\p{L}\\p{M}])+[ᵢⱼₖ₀-₉]*)",
  "(?<name>(?:(?![ᵢⱼₖₜᵗΣ])[\\p{L}_∞])(?:(?![ᵢⱼₖₜᵗΣ])[\\p{L}\\p{M}_])*[′ᵀ]?)(?<low>[₀-₉ᵢⱼₖₜ]*)(?<high>[⁰¹²³⁴-⁹ᵗ]*)",
  "(?<sign>[·/+−×∘()\\[\\]|√=←→≈<>≥≤,;:Σ])(?<lowSign>[ᵢⱼₖ]?)(?<highSign>[⁰¹²³⁴-⁹ᵗ]*)",
  "(?<space>\\s+)",
  "(?<other>.)",
].join("|"), "gu");
const INDEX = { "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₜ": "t", "ᵗ": "t" };
const WORDS = new Set(["if", "else", "here", "over", "the", "of", "sample", "samples", "units", "next", "layer", "this", "all"]);

function math(name, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const child of children) element.append(child);
  return element;
}

function index(text) {
  const plain = [...text].map((c) => INDEX[c] ?? String(Math.max(LOWERED.indexOf(c), RAISED.indexOf(c)))).join("");
  return math(/^\d+$/.test(plain) ? "mn" : "mi", plain);
}

function attached(base, low, high) {
  if (low && high) return math("msubsup", base, index(low), index(high));
  if (low) return math("msub", base, index(low));
  return high ? math("msup", base, index(high)) : base;
}

function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const part = match.groups;
    if (part.space !== undefined) {
      if (found.length > 0) found.at(-1).spaced = true;
    } else found.push({ ...part, text: match[0], start: match.index, spaced: false });
  }
  return found;
}

function numberElement(text) {
  const [digits, exponent] = text.split("e");
  if (exponent === undefined) return math("mn", digits);
  const raised = exponent.startsWith("−") ? math("mrow", math("mo", "−"), math("mn", exponent.slice(1))) : math("mn", exponent);
  return math("mrow", math("mn", digits), math("mo", "·"), math("msup", math("mn", "10"), raised));
}

/** A number with a power: what is a product by itself stands in parentheses. */
function raised({ number, power }) {
  const inner = numberElement(number);
  return attached(number.includes("e") ? math("mrow", math("mo", "("), inner, math("mo", ")")) : inner, "", power);
}

/** Reads tokens into elements of MathML: sums of products of factors. */
class Reader {
  constructor(list) {
    this.list = list;
    this.place = 0;
  }

  get next() {
    return this.list[this.place];
  }

  is(...signs) {
    return this.next !== undefined && signs.includes(this.next.sign);
  }

  take() {
    this.place += 1;
    return this.list[this.place - 1];
  }

  /** The pieces of a sum, each with the sign before it. */
  pieces() {
    const found = [];
    while (this.next !== undefined && !this.is(")", "]", ",", ";", ":") && !RELATIONS.has(this.next.sign)) {
      const sign = [];
      if (this.is("+", "−", "∘", "×")) sign.push(placed(this.take().sign, found.length === 0 ? "prefix" : "infix"));
      if (sign.length === 0 && found.length > 0) break;
      found.push([...sign, this.product()]);
    }
    return found;
  }

  sum() {
    return math("mrow", ...this.pieces().flat());
  }

  product() {
    let left = this.factor();
    while (this.is("·", "/")) {
      const sign = this.take().sign;
      const right = this.is("−") ? math("mrow", placed(this.take().sign, "prefix"), this.factor()) : this.factor();
      left = sign === "/" ? math("mfrac", bare(left), bare(right)) : math("mrow", left, math("mo", "·"), right);
    }
    return left;
  }

  factor() {
    if (this.next === undefined) return math("mrow");
    const token = this.take();
    if (token.number !== undefined) return token.power ? raised(token) : numberElement(token.number);
    if (token.partial !== undefined) return partial(token.partial);
    if (token.name !== undefined) return this.named(token);
    switch (token.sign) {
      case "(": return this.enclosed("(", ")");
      case "[": return this.enclosed("[", "]");
      case "|": return this.absolute();
      case "√": return math("msqrt", this.is("(") ? bare(this.factor()) : this.factor());
      case "Σ": return math("mrow", attached(math("mo", "∑"), token.lowSign, ""), this.product());
      default: return math("mo", token.text);
    }
  }

  named(token) {
    if (token.name === "smaller") return math("mtext", "\u00a0smaller");
    const name = token.name === "_" ? "" : token.name;
    const slope = /^(\p{L})′$/u.exec(name), derivative = /^d(\p{L}\u0302?)$/u.exec(name);
    const element = slope ? math("mrow", math("mi", slope[1]), math("mo", "′"))
      : derivative ? math("mrow", math("mi", "d"), attached(math("mi", derivative[1]), token.low, "")) : math("mi", name);
    const base = attached(element, derivative ? "" : token.low, token.high);
    return this.is("(") && !token.spaced ? math("mrow", base, this.factor()) : base;
  }

  enclosed(open, close) {
    const inner = [math("mo", open)];
    while (this.next !== undefined && !this.is(close)) {
      const before = this.place;
      if (WORDS.has(this.next.name)) inner.push(math("mtext", `\u00a0${this.take().name}\u00a0`));
      else inner.push(this.is(",", ";", ":") || RELATIONS.has(this.next.sign) ? math("mo", this.take().sign) : this.sum());
      if (this.place === before) inner.push(math("mo", this.take().text));
    }
    const end = this.next === undefined ? undefined : this.take();
    inner.push(math("mo", close));
    const element = math("mrow", ...inner);
    return end === undefined ? element : attached(element, "", end.highSign);
  }

  absolute() {
    const end = this.list.findIndex((token, place) => place >= this.place && token.sign === "|");
    const inner = new Reader(this.list.slice(this.place, end < 0 ? undefined : end)).sum();
    this.place = end < 0 ? this.list.length : end + 1;
    return math("mrow", math("mo", "|"), inner, math("mo", "|"));
  }
}

/** Without the parentheses around it: below a line or a root they are not needed. */
function bare(element) {
  const [first, last] = [element.firstElementChild, element.lastElementChild];
  if (element.localName !== "mrow" || element.childElementCount < 3) return element;
  if (first.textContent !== "(" || last.textContent !== ")" || last.localName !== "mo") return element;
  first.remove();
  last.remove();
  return element;
}

function partial(text) {
  const [, above, below, low] = /^∂(\p{L})\/∂((?:(?![ᵢⱼₖ])[\p{L}\p{M}])+)([ᵢⱼₖ₀-₉]*)$/u.exec(text);
  return math("mfrac", math("mrow", math("mo", "∂"), math("mi", above)),
    math("mrow", math("mo", "∂"), attached(math("mi", below), low, "")));
}

/** A sign before a number, or between two pieces: which of them decides the room around it. */
function placed(sign, form) {
  const element = math("mo", sign);
  element.setAttribute("form", form);
  return element;
}

function outermost(...children) {
  const element = math("math", math("mrow", ...children));
  element.setAttribute("displaystyle", "true");
  return element;
}

/** Words, with formulas between backquotes. */
export function worded(text) {
  return h("span", { "data-text": text }, text.split("`").map((piece, place) => (place % 2 === 1 ? typeset(piece) : piece)));
}

/** A formula as a piece of page; its text stays beside it for those who copy, and for tests. */
export function typeset(text) {
  const place = h("span", { class: "formula", "data-text": text });
  const reader = new Reader(tokens(text));
  while (reader.next !== undefined) {
    const token = reader.next, before = reader.place;
    if (RELATIONS.has(token.sign)) {
      const sign = placed(reader.take().sign, "infix");
      const [first = [], ...rest] = reader.pieces();
      place.append(outermost(sign, ...first), ...rest.flatMap((piece) => [" ", outermost(...piece)]), " ");
    } else if (token.name !== undefined && WORDS.has(token.name)) {
      place.append(`${reader.take().text} `);
    } else if (token.sign !== undefined && ",;:".includes(token.sign)) {
      place.append(`${reader.take().text} `);
    } else {
      for (const piece of reader.pieces()) place.append(outermost(...piece), " ");
    }
    if (reader.place === before) place.append(reader.take().text);
  }
  return place;
}

/** What the optimizer makes of a gradient, a line for each formula of its rule. */
import { catalogue } from "../state/catalogue.js";
import { computed } from "./expressions.js";
import { treeOf } from "./parsing.js";
import { CLOSE, DIGITS, factor, MORE_DIGITS, number } from "./terms.js";

/** The arithmetic of one parameter; `update` as `updateOf` gives it, `optimizer` with all its fields. */
export function updateLines(optimizer, { rule, learning_rate: rate, step }, update) {
  const { decays_apart: apart, updates } = catalogue.optimizers[optimizer.name];
  const decay = apart ? 0 : optimizer.weight_decay ?? 0;
  const g = update.c + (decay ? decay * update.w : 0);
  const values = { ...update, g };
  for (const { letter, before, after } of update.states) Object.assign(values, { [letter]: before, [`${letter}1`]: after });
  const known = { ...optimizer, rate, step, ...momentaOf(optimizer, rate, step) };
  const lines = [];
  if (optimizer.clip_norm || optimizer.clip_value) lines.push(`dw clipped: ${number(update.dw)} → ${number(update.c)}`);
  if (decay) lines.push(`g = dw + λ·w = ${number(update.c)} + ${number(decay)}·${factor(update.w)} = ${number(g)}`);
  for (const line of updates[rule].lines) {
    const text = line.replace(/\[([^\]]+)\]/g, (_, inside) => hole(inside, decay, step, known));
    const filled = (digits) => text.replace(/\{(\(?)(\w+)\)?\}/g, (_, open, name) => (open ? factor(values[name], digits) : number(values[name], digits)));
    lines.push(withResult(MORE_DIGITS.map(filled).find(comesOut) ?? filled(DIGITS)));
  }
  return lines;
}

/** A number at the end with the digits that are shown everywhere. */
function withResult(line) {
  return line.replace(/( = )(−?[\d.]+(?:e−?\d+)?)$/, (_, sign, digits) => sign + number(Number(digits.replaceAll("−", "-"))));
}

/** Whether each side of an equation that is all numbers gives what stands at its end. */
function comesOut(line) {
  const sides = line.split(/ = | ← |, (?=[^\s()]+ = )/).map(valueOf), result = sides.at(-1);
  return sides.every((value) => value === null || result === null || value === result || Math.abs(value - result) <= CLOSE * Math.abs(result));
}

/** The number that printed arithmetic gives, or null where letters stand in it. */
function valueOf(text) {
  const plain = text.replaceAll("·", "*").replaceAll("−", "-").replace(/√(\d[\d.e-]*)/g, "sqrt($1)").replaceAll("√", "sqrt").replaceAll("²", "**2")
    .replace(/\|([^|]*)\|/g, "abs($1)");
  if (/[^\x20-\x7e]/.test(plain) || /[a-z]/i.test(plain.replace(/\d\.?\d*e-?\d+|\b(?:abs|max|sign|sqrt)\(/g, ""))) return null;
  return computed(treeOf(plain), {});
}

function hole(inside, decay, step, known) {
  if (inside === "g") return decay ? "g" : "dw";
  if (inside === "step") return String(step);
  return number(computed(treeOf(inside), known));
}

/** The momentum's own schedule of NAdam, which its written rule mentions. */
function momentaOf({ name, beta1, momentum_decay: slowing }, rate, step) {
  if (name !== "nadam") return {};
  const momentum = (t) => beta1 * (1 - 0.5 * 0.96 ** (t * slowing));
  const mu = momentum(step), ahead = momentum(step + 1);
  let product = 1;
  for (let t = 1; t <= step; t += 1) product *= momentum(t);
  return {
    mu, product, rate_of_gradient: rate * (1 - mu) / (1 - product), rate_of_mean: rate * ahead / (1 - product * ahead),
  };
}

/** Losses that several outputs make together, or one for each level: the derivative of one output with its numbers. */
import { equation, minus, negative, num, number, over, plus, power, times, applied } from "./terms.js";
import { at } from "./step.js";

const exp = applied("exp", Math.exp), log = applied("log", Math.log), half = num(0.5);

/** Of a mean and the logarithm of a variance. */
function gaussian(step, unit, sample, result) {
  const { trace: { y, rows }, spec: { loss } } = step, [n] = y.shape, k = step.outputs / 2, target = unit % k, last = rows.at(-1).a;
  const [mean, s, wanted] = [at(last, sample, target), at(last, sample, k + target), at(y, sample, target)], least = loss.least_variance ?? 1e-6;
  const variance = Math.exp(s) + least, miss = minus(num(mean), num(wanted)), count = num(n * k);
  const slope = unit < k ? over(over(miss, num(variance)), count)
    : over(times(half, over(times(minus(num(1), over(power(miss, 2), num(variance))), exp(num(s))), num(variance))), count);
  return [{ text: `V = exp(s) + v = ${equation(plus(exp(num(s)), num(least)), variance)}` }, { text: `∂L/∂a = ${equation(slope, result)}` }];
}

/** Of a quantile: its level decides what too much and too little cost. */
function quantile(step, unit, sample, result) {
  const { trace: { y, rows }, spec: { loss } } = step, levels = loss.levels, [n] = y.shape, k = step.outputs / levels.length;
  const isBelow = at(y, sample, unit) > at(rows.at(-1).a, sample, unit), level = num(levels[Math.floor(unit / k)]), count = num(n * step.outputs);
  return [{ text: `∂L/∂a = ${equation(over(isBelow ? negative(level) : minus(num(1), level), count), result)}` }];
}

/** What a mean and the logarithm of a variance cost. */
function gaussianValue(step, sample) {
  const { trace: { y, rows }, spec: { loss } } = step, k = step.outputs / 2, last = rows.at(-1).a, least = loss.least_variance ?? 1e-6;
  return Array.from({ length: k }, (_, target) => {
    const [mean, s, wanted] = [at(last, sample, target), at(last, sample, k + target), at(y, sample, target)], variance = Math.exp(s) + least;
    const cost = over(plus(log(num(variance)), over(power(minus(num(wanted), num(mean)), 2), num(variance))), num(2));
    return [{ text: `V = exp(s) + v = ${equation(plus(exp(num(s)), num(least)), variance)}` }, { text: `ℓ = (log(V) + (y − a)²/V)/2 = ${equation(cost, (Math.log(variance) + (wanted - mean) ** 2 / variance) / 2)}` }];
  }).flat();
}

/** What each level costs. */
function quantileValue(step, sample) {
  const { trace: { y, rows }, spec: { loss } } = step, { levels } = loss, k = step.outputs / levels.length, last = rows.at(-1).a;
  return Array.from({ length: step.outputs }, (_, unit) => {
    const level = levels[Math.floor(unit / k)], [wanted, a] = [at(y, sample, unit), at(last, sample, unit)], e = wanted - a;
    const share = e > 0 ? num(level) : minus(num(level), num(1));
    return { text: `ℓ = ${e > 0 ? "q·(y − a)" : "(q − 1)·(y − a)"} = ${equation(times(share, minus(num(wanted), num(a))), (e > 0 ? level : level - 1) * e)}` };
  });
}

const VALUES = { gaussian_nll: gaussianValue, quantiles: quantileValue };

/** The loss of a sample, where several outputs make it together. */
export function apartValue(step, sample) {
  const { loss } = step.spec, name = typeof loss === "string" ? loss : loss.name;
  return VALUES[name]?.(step, sample) ?? [];
}

const OWN = { gaussian_nll: gaussian, quantiles: quantile };

export function apartLines(step, unit, sample, result) {
  const { loss } = step.spec, name = typeof loss === "string" ? loss : loss.name;
  return name in OWN ? OWN[name](step, unit, sample, result) : [{ text: `∂L/∂a = ${number(result)}` }];
}

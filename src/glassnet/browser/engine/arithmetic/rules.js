// What the translated formulas leave open of optimizers and schedules, in one place.

import { GlassnetError } from "../base/errors.js";
import { Adam_coefficients, f_half_wave, FORMULAS_OF_OPTIMIZERS, FORMULAS_OF_SCHEDULES, NAdam_momentum, UPDATES } from "../formulas.js";

/** The learning rate at an epoch, which may be fractional. @param {any} schedule a number or a part @param {number} epoch
 * @returns {number} */
export function rateAt(schedule, epoch) {
  if (typeof schedule === "number") return schedule;
  if (schedule.name === "chain") {
    let turn = 0;
    while (turn < schedule.boundaries.length && epoch >= schedule.boundaries[turn]) turn++;
    return rateAt(schedule.schedules[turn], turn === 0 ? epoch : epoch - schedule.boundaries[turn - 1]);
  }
  if (schedule.name === "cosine_restarts") return restarted(schedule, epoch);
  return FORMULAS_OF_SCHEDULES[schedule.name](schedule, epoch);
}

/** @param {any} schedule @param {number} epoch @returns {number} */
function restarted(schedule, epoch) {
  let since = epoch / schedule.epochs, share = since - Math.floor(since);
  if (schedule.growth > 1) {
    let start = 0, length = 1;
    while (start + length <= since) {
      start += length;
      length *= schedule.growth;
    }
    share = (since - start) / length;
  }
  return schedule.final + (schedule.learning_rate - schedule.final) * f_half_wave(share);
}

/** Enter the share that each dropout row of a plan drops at an epoch. @param {Plan} plan @param {number} epoch */
export function setDropRates(plan, epoch) {
  for (const row of plan.rows) if (row.kind === "dropout") row.rate = dropRate(rateAt(row.options.rate, epoch), epoch);
}

/** @param {number} rate @param {number} epoch @returns {number} */
function dropRate(rate, epoch) {
  if (rate < 1) return rate;
  throw new GlassnetError(`the schedule of a dropout must stay below 1, where all units are dropped; at epoch ${epoch} it is ${rate}`);
}

/** The name of an optimizer's rule, how many vectors it carries, its loop, and its coefficients at a step.
 * @param {any} part */
export function ruleOf(part) {
  const formulas = FORMULAS_OF_OPTIMIZERS[part.name], name = formulas.rule(part);
  /** @type {(now: any, rate: number, step: number) => number[]} */
  let coefficients = formulas.coefficients;
  if (part.name === "adamw")
    coefficients = (now, rate, step) => {
      const c = Adam_coefficients(now, rate, step);
      c[1] = 0;
      c[c.length - 1] = 1 - rate * now.weight_decay;
      return c;
    };
  if (part.name === "nadam") coefficients = nadam();
  /** @type {(rate: number, step: number, epoch: number) => number[]} */
  const at = (rate, step, epoch) => coefficients(decaying(part, epoch), rate, step);
  return { name, n_states: Number(formulas.n_states(part)), update: UPDATES[name], coefficients: at };
}

/** The optimizer with the weight decay of an epoch. @param {any} part @param {number} epoch */
function decaying(part, epoch) {
  return typeof part.weight_decay === "number" ? part : { ...part, weight_decay: rateAt(part.weight_decay, epoch) };
}

/** @returns {(part: any, rate: number, step: number) => number[]} */
function nadam() {
  let done = 0, product = 1;
  return (part, rate, step) => {
    if (step < done) done = 0, product = 1;
    for (; done < step; done++) product *= NAdam_momentum(part, done + 1);
    const mu = NAdam_momentum(part, step), ahead = NAdam_momentum(part, step + 1), { beta1, beta2 } = part;
    return [
      rate * (1 - mu) / (1 - product), rate * ahead / (1 - product * ahead), part.weight_decay, part.epsilon, beta1,
      1 - beta1, beta2, 1 - beta2, 1 / Math.sqrt(1 - beta2 ** step),
    ];
  };
}

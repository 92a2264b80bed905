/** Asks the rules, and puts what they found in order: causes first, notes last, and what is explained by a cause left out. */
import { said } from "./words.js";

const ALWAYS = ["constant_targets", "unscaled_inputs", "unscaled_targets", "not_finite", "scale_too_large", "exploding_at_start"];

/** What each rule finds, by its name; `order` is Python's: names, places, and codes that explain. */
export function found(one, rules) {
  const measurable = rules.not_finite(one) === null && rules.constant_targets(one) === null;
  return Object.keys(rules).filter((name) => measurable || ALWAYS.includes(name)).map((name) => ({ rule: name, ...rules[name](one) })).filter(({ code }) => code !== undefined);
}

/** Python's rules that are not among these, in its words: those that train copies of the network, and all others. */
export function unasked({ known }, rules) {
  const others = known.filter(({ name }) => !(name in rules));
  return { trials: others.filter(({ trains }) => trains), others: others.filter(({ trains }) => !trains) };
}

/** What a finding is as a cause: another one where weights and biases make up for what it says. */
const asCause = ({ code, remedy: [name] }) => (name.endsWith(".made_up.remedy") ? "made up for" : code);

/** The findings that are told, with their words. */
export function told(all, { rules, words }, called) {
  const kept = new Map();
  for (const { name, place, explained_by: causes } of rules) {
    const finding = all.find(({ rule }) => rule === name);
    if (finding === undefined || [...kept.values()].some((other) => causes.includes(asCause(other)))) continue;
    kept.set(finding.code, { ...finding, place, text: said(finding.cause, words, called), advice: said(finding.remedy, words, called) });
  }
  return [...kept.values()].sort((a, b) => Number(a.severity === "note") - Number(b.severity === "note") || a.place - b.place);
}

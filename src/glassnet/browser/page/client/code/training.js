/** What programs have in common about a training: first weights, learning rates, optimizers, and the pieces they are made of. */
import { catalogue } from "../state/catalogue.js";
import { parts } from "../training/engine.js";
import { literal } from "./python.js";

export const epochsOf = (state) => Math.max(1, state.frame?.epoch || 100);

export const streamsLine = ({ seed }) => {
  if (seed === null) throw new Error("nobody knows the seed of these first weights, so no program draws them");
  return `# One seed gives three streams: first weights, the order of the samples, dropout.\ndraw, shuffle, drop = (np.random.default_rng(stream) for stream in np.random.SeedSequence(${seed}).spawn(3))`;
};

/** Throws where a part is one that no program can hold, with the reason. */
export function refuseUnknown(network) {
  const { programs } = catalogue, used = network.plan.rows.map(({ activation }) => activation.name).filter((name) => programs.activations[name] === undefined);
  if (used.length > 0) throw new Error(`no program writes the activation ${used[0]}${programs.refused?.[used[0]] ? `: ${programs.refused[used[0]]}` : ""}`);
}

/** Pieces by their names, each after those that it needs. */
export function pieceLines(names, { pieces }) {
  const found = new Set();
  const take = (name) => {
    if (found.has(name) || pieces[name] === undefined) return;
    for (const need of pieces[name].needs) take(need);
    found.add(name);
  };
  names.forEach(take);
  return [...found].flatMap((name) => [pieces[name].text, "", ""]);
}

/** The name of the update rule that the optimizer's fields choose. */
export const ruleName = (network) => network.rule.name;

const scheduleOf = (value) => (typeof value === "object" && value !== null && value.name !== "constant" ? value : null);
const numberOf = (value) => (typeof value === "object" && value !== null ? value.learning_rate : value);

/** A number that moves over the epochs, as an expression of `reached`; one that stays as it is. */
export function rateCode(given, at = "reached") {
  const schedule = scheduleOf(given);
  if (schedule === null) return literal(numberOf(given));
  if (schedule.name === "chain") {
    const of = (place) => rateCode(schedule.schedules[place], place === 0 ? at : `(${at} - ${schedule.boundaries[place - 1]})`);
    return schedule.boundaries.reduceRight((later, boundary, place) => `(${of(place)} if ${at} < ${boundary} else ${later})`, of(schedule.schedules.length - 1));
  }
  const { piece, fields } = catalogue.programs.schedules[schedule.name];
  return `float(${piece}(${[at, ...fields.map((field) => `${field}=${literal(schedule[field])}`)].join(", ")}))`;
}

export const usesSchedule = (value) => scheduleOf(value) !== null;
export const dropsBySchedule = (tape) => tape.steps.some((step) => step.do === "dropout" && usesSchedule(step.rate));

/** Whether something of the training moves over the epochs. */
export const isMoving = ({ optimizer_part: part }, tape) => usesSchedule(part.learning_rate) || usesSchedule(part.weight_decay) || dropsBySchedule(tape);

function schedulesIn(given) {
  const schedule = scheduleOf(given);
  if (schedule === null) return [];
  return schedule.name === "chain" ? schedule.schedules.flatMap(schedulesIn) : [catalogue.programs.schedules[schedule.name].piece];
}

/** What the update rule takes at a step, beside parameter and gradient. */
export function coefficientsCode({ optimizer_part: part }, { coefficients }) {
  const { piece, fields } = coefficients[part.name];
  const of = (field) => (field === "weight_decay" ? rateCode(part[field]) : literal(Number(part[field])));
  return `${piece}(${[rateCode(part.learning_rate), "taken", ...fields.map((field) => `${field}=${of(field)}`)].join(", ")})`;
}

/** The formulas that a training needs beside those of the network and the loss. */
export function piecesOfTraining(network, tape, updates = true) {
  const { programs } = catalogue, part = network.optimizer_part;
  return [
    ...(updates ? [programs.updates[ruleName(network)], programs.coefficients[part.name].piece] : []), ...schedulesIn(part.learning_rate), ...schedulesIn(part.weight_decay),
    ...tape.steps.flatMap((step) => (step.do === "dropout" ? schedulesIn(step.rate) : [])), ...tape.parameters.map(({ slot }) => initializerOf(slot, programs).piece),
  ];
}

function initializerOf({ initializer }, { initializers }) {
  const name = typeof initializer === "string" ? initializer : initializer.name;
  if (initializers[name] === undefined) throw new Error(`no program draws first weights by ${name}`);
  return initializers[name];
}

/** An entry of the parameters for each of them, drawn in the order of the engine. */
export function drawLines({ parameters }, programs, typed) {
  return parameters.map(({ key, slot }) => {
    const { piece, fields } = initializerOf(slot, programs), given = { ...parts.initializer[slot.initializer.name]?.fields, ...slot.initializer };
    const shape = literal(slot.shape).replace("[", "(").replace("]", slot.shape.length === 1 ? ",)" : ")");
    return `"${key}": ${piece}(${["draw", shape, slot.fan_in, slot.fan_out, ...fields.map((field) => `${field}=${literal(given[field])}`)].join(", ")})${typed},`;
  });
}

/** Whether a step of the network asks for the normal distribution. */
export const usesErf = ({ steps }) => steps.some((step) => step.do === "formula" && JSON.stringify(step.tree).includes("normal_share"));

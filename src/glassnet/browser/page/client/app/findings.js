/** What is wrong in a training, from the facts that the engine measures: in words, with the units concerned and a remedy. */
import { facts } from "../training/engine.js";
import { columnOfLayer } from "../state/columns.js";
import { layersOf, textOfLayers } from "../state/choices.js";
import { number } from "../formulas/terms.js";

const MOST_SAMPLES = 500; // that are looked at
const FADED = 1e-4; // of the last layer's gradient, that reaches the first
const SATURATED_RATE = 10;

const list = (units) => (units.length <= 6 ? units.join(", ") : `${units.slice(0, 6).join(", ")} and ${units.length - 6} more`);
const columnOf = (network, layer) => columnOfLayer(network.columns, layer);

function withActivation(choices, activation) {
  return { hidden: textOfLayers(layersOf(choices.hidden).map((layer) => ({ ...layer, activation }))) };
}

/** Units that give 0 for every sample, or the same number. */
function deadUnits({ blocks }, { network, samples }) {
  return blocks.flatMap((block) => {
    const column = columnOf(network, block.layer), units = block.dead.flatMap((dead, unit) => (dead ? [unit] : []));
    if (units.length === 0 || column < 0 || column === network.columns.length - 1) return [];
    const n = samples.parts.train.n;
    return [{
      severity: units.length === block.dead.length ? "error" : "warning", marks: units.map((unit) => ({ column, unit })),
      text: `In layer ${column + 1}, ${units.length === 1 ? `unit ${units[0]} is` : `units ${list(units)} are`} zero for all ${Math.min(n, MOST_SAMPLES)} samples that were looked at: no gradient reaches ${units.length === 1 ? "it" : "them"}.`,
      remedy: { text: "use leaky ReLU", act: (model) => model.choose(withActivation(model.get("choices"), "leaky_relu")) },
    }];
  });
}

/** Samples for which every unit of a ReLU-like layer is zero: what comes after cannot tell them apart. */
function silentLayers({ blocks }, { network, samples }, outputs) {
  return network.columns.slice(0, -1).flatMap(({ units }, column) => {
    const { values } = outputs[column], n = values.length / units;
    const silent = Array.from({ length: n }, (_, i) => i).filter((i) => values.subarray(i * units, (i + 1) * units).every((value) => value === 0));
    if (silent.length < 2 || silent.length === n || blocks.some((block) => columnOf(network, block.layer) === column && block.dead.every(Boolean))) return [];
    return [{
      severity: silent.length > n / 2 ? "error" : "warning", marks: Array.from({ length: units }, (_, unit) => ({ column, unit })),
      text: `For ${silent.length} of ${n} samples (${list(silent)}) every unit of layer ${column + 1} is zero: the network cannot tell these samples apart, and none of them moves the weights before.`,
      remedy: { text: "draw larger first weights", act: (model) => model.choose({ initializer: "he_uniform", seed: model.get("choices").seed + 1 }) },
    }];
  });
}

function fadedGradient({ blocks }, { network }) {
  const norms = blocks.map((block) => block.gradient_norm).filter((norm) => Number.isFinite(norm));
  if (norms.length < 3 || norms.at(-1) === 0 || norms[0] / norms.at(-1) > FADED || norms[0] === 0) return [];
  const column = columnOf(network, blocks[0].layer);
  return [{
    severity: "warning", marks: [{ column, unit: null }],
    text: `The gradient of the first layer is ${number(norms[0] / norms.at(-1), 2)} of the last one's: the first layers hardly learn.`,
    remedy: { text: "use tanh with fewer layers, or ReLU", act: (model) => model.choose({ ...withActivation(model.get("choices"), "relu"), initializer: "he_uniform" }) },
  }];
}

function sameUnits({ blocks }, { network }) {
  return blocks.flatMap((block) => {
    const column = columnOf(network, block.layer);
    const pairs = block.twins.filter(([i, j]) => !(block.dead[i] && block.dead[j]));
    if (pairs.length === 0 || column < 0 || column === network.columns.length - 1) return [];
    const units = [...new Set(pairs.flat())].sort((a, b) => a - b);
    return [{
      severity: "warning", marks: units.map((unit) => ({ column, unit })),
      text: `In layer ${column + 1}, units ${list(units)} compute the same and get the same gradient: they stay the same for ever.`,
      remedy: { text: "draw other first weights", act: (model) => model.choose({ initializer: "glorot_uniform", seed: model.get("choices").seed + 1 }) },
    }];
  });
}

function worseOnNew({ history, frame }) {
  const { train, validation } = frame.evaluation;
  if (!validation || history.length < 20 || frame.evaluation.validation.loss < 2 * train.loss || validation.loss - train.loss < 0.05) return [];
  return [{
    severity: "note", marks: [],
    text: `On samples that it has not seen the loss is ${number(validation.loss, 3)}, on those of training ${number(train.loss, 3)}: it learns them by heart.`,
    remedy: { text: "add an L2 penalty", act: (model) => model.choose({ l2: Math.max(0.003, 3 * model.get("choices").l2) }) },
  }];
}

function rising({ history }) {
  if (history.length < 6) return [];
  const recent = history.slice(-5).map((row) => row.loss), best = history.reduce((least, row) => Math.min(least, row.loss), Infinity);
  if (Math.min(...recent) < SATURATED_RATE * Math.max(best, 1e-6) || Math.min(...recent) < history[0].loss) return [];
  return [{
    severity: "error", marks: [], text: `The loss is ${number(recent.at(-1), 3)} and was ${number(best, 3)}: the learning rate is too high.`,
    remedy: { text: "a tenth of it", act: (model) => model.choose({ rate: model.get("choices").rate / 10 }) },
  }];
}

function stopped({ stopped: event, network }) {
  if (event === null || !event.diverged) return [];
  const column = event.layer === null ? -1 : columnOf(network, event.layer);
  return [{
    severity: "error", marks: column < 0 ? [] : [{ column, unit: null }], text: event.message,
    remedy: { text: "a tenth of the learning rate", act: (model) => model.choose({ rate: model.get("choices").rate / 10 }) },
  }];
}

/** What is found now, the gravest first. */
export function findingsOf(model) {
  const { samples, frame, network } = model.store.state, { train } = samples.parts;
  const n = Math.min(train.n, MOST_SAMPLES), width = samples.width, outputs = train.y.length / train.n;
  const X = train.X.subarray(0, n * width), measured = facts(model.mirror.network, X, train.y.subarray(0, n * outputs));
  const seen = { ...model.store.state, network, frame };
  const found = [
    ...stopped(seen), ...rising(seen), ...silentLayers(measured, seen, model.mirror.network.responses(X, network.columns.map(({ last }) => last))), ...deadUnits(measured, seen), ...sameUnits(measured, seen), ...fadedGradient(measured, seen), ...worseOnNew(seen),
  ];
  const order = { error: 0, warning: 1, note: 2 };
  return found.sort((a, b) => order[a.severity] - order[b.severity]);
}

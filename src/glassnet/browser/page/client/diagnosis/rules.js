/** Rules about samples, layers, the start, and how it fits. The words and the limits are those of Python's rules. */
import { parts } from "../training/engine.js";
import { anyWeights, isNormalised, isSmall, product, ratioToUsual, rms, spreadOf, TINY } from "./measures.js";
import { isScaling, LARGEST_FEATURE, makesUpForFeatures, makesUpForTargets, middle, UNEVEN_FEATURES } from "./scaling.js";
import { collapsed_representation, dead_at_start, dead_units, saturated_at_start, saturated_units, symmetric_weights } from "./units.js";

export function not_finite(one) {
  const { vector } = one.network, { output } = one.now, [n] = output.shape, m = output.values.length / n;
  const parameters = vector.filter((value) => !Number.isFinite(value)).length;
  const samples = Array.from({ length: n }, (_, i) => output.values.subarray(i * m, (i + 1) * m)).filter((row) => row.some((value) => !Number.isFinite(value))).length;
  if (parameters === 0 && samples === 0) return null;
  return { code: "not_finite", severity: "error", layer: null, cause: ["not_finite", { parameters, all: vector.length, samples, n }], remedy: ["not_finite.remedy"] };
}

export function constant_targets(one) {
  const { n } = one.samples, all = one.samples.plan.train.y, m = all.length / one.samples.n;
  if (n < 2 || all.some((value, k) => value !== all[k % m])) return null;
  return { code: "constant_targets", severity: "warning", layer: null, cause: ["constant_targets", { n: one.samples.n }], remedy: ["constant_targets.remedy"] };
}

const GOOD = 0.8, LARGEST_TARGET = 20, SLOW = 0.6;

export function unscaled_inputs(one) {
  const { features } = one.samples, measured = features.filter((feature) => feature !== null), firstDense = one.rows.findIndex(({ kind }) => kind === "dense");
  if (measured.length === 0 || one.rows.slice(0, firstDense).some(({ kind }) => kind === "batch_norm" || kind === "layer_norm")) return null;
  const largest = (which) => features.reduce((top, feature, j) => ((feature?.[which] ?? 0) > (features[top]?.[which] ?? 0) ? j : top), 0);
  const [feature, widest] = [largest("size"), largest("spread")], size = features[feature]?.size ?? 0;
  const times = (features[widest]?.spread ?? 0) / middle(measured.map(({ spread }) => spread));
  if (size <= LARGEST_FEATURE && (times <= UNEVEN_FEATURES || size <= 2)) return null;
  const which = widest === feature ? ["unscaled_inputs.own"] : ["unscaled_inputs.other", { feature: widest }], plain = ["unscaled_inputs", { feature, size }];
  const cause = times > UNEVEN_FEATURES ? ["unscaled_inputs.uneven", { before: plain, which, times }] : plain;
  if (makesUpForFeatures(one)) return { code: "unscaled_inputs", severity: "note", layer: null, cause: ["unscaled_inputs.made_up", { before: cause }], remedy: ["unscaled_inputs.made_up.remedy"] };
  return { code: "unscaled_inputs", severity: one.learned ? "note" : "warning", layer: null, cause, remedy: ["unscaled_inputs.remedy"] };
}

/** Whether an output is never below 0, found by trying. */
function isNeverNegative({ formulas, constants, activation }) {
  if (parts.activation[activation.name].is_of_rows) return true;
  return [-1e6, -1e3, -100, -10, -3, -1, -0.5, -0.1, 0, 1].every((z) => formulas.value(z, ...constants) >= 0);
}

export function unscaled_targets(one) {
  if (one.kind !== "values") return null;
  const { plan: { train, spec }, n } = one.samples, given = train.y.length / n, each = one.now.targets.m / given;
  const size = (j) => Math.sqrt(Array.from({ length: n }, (_, i) => train.y[i * given + j] ** 2).reduce((a, b) => a + b, 0) / n);
  const sizes = Array.from({ length: given }, (_, j) => size(j)), worst = sizes.indexOf(Math.max(...sizes));
  if (sizes[worst] <= LARGEST_TARGET || spec === null || !(each >= 1)) return null;
  const domain = one.now.targets.loss.domain[0], oneSided = domain === 0 || isNeverNegative(one.rows.at(-1));
  const cause = ["unscaled_targets", { size: sizes[worst] }], layer = one.now.blocks.length - 1;
  if (each === 1 && makesUpForTargets(one, worst)) return { code: "unscaled_targets", severity: "note", layer: null, cause: ["unscaled_targets.made_up", { before: cause, layer }], remedy: ["unscaled_targets.made_up.remedy"] };
  const began = one.start?.output, m = began === undefined ? 0 : began.values.length / began.shape[0];
  return {
    code: "unscaled_targets", severity: one.learned || (domain === 0 && one.now.progress > SLOW) ? "note" : "warning", layer: null,
    cause: began === undefined ? cause : ["unscaled_targets.began", { before: cause, output: rms(began.values.filter((_, k) => k % m === worst)) }],
    remedy: [oneSided ? "unscaled_targets.one_sided" : "unscaled_targets.remedy"],
  };
}

export function leakage(one) {
  const { plan: { validation }, width } = one.samples;
  if (!validation || validation.X.length / width < 5) return null;
  const { shared: share, natural } = one.samples.repeats;
  if (share < 0.05 || share < 3 * natural) return null;
  return { code: "leakage", severity: "warning", layer: null, cause: ["leakage", { share }], remedy: ["leakage.remedy"] };
}

const RARE = 0.2, RATIO = 10, FEWEST_OF_CLASSES = 40;

export function imbalance(one) {
  const { plan: { train: { y } }, n } = one.samples;
  if (one.kind !== "classes" || n < FEWEST_OF_CLASSES) return null;
  const width = y.length / n, counts = new Float64Array(Math.max(one.now.targets.m, 2));
  for (let i = 0; i < n; i += 1) counts[width === 1 ? y[i] : y.subarray(i * width, (i + 1) * width).findIndex((value) => value === 1)] += 1;
  const present = counts.filter((count) => count > 0), [most, least] = [Math.max(...present), Math.min(...present)].map((count) => count / n);
  if (most / least < RATIO || least * counts.length >= RARE) return null;
  const f1 = Math.min(...one.now.targets.f1);
  return {
    code: "imbalance", severity: f1 >= GOOD ? "note" : "warning", layer: null, remedy: ["imbalance.weigh"],
    cause: ["imbalance", { largest: counts.indexOf(Math.max(...present)), most, rarest: counts.indexOf(Math.min(...present)), least, f1 }],
  };
}

export function missing_nonlinearity(one) {
  let dense = -1, straight = true;
  for (const { kind, activation } of one.rows) {
    if (kind === "dense") {
      dense += 1;
      if (dense > 0 && straight && ![dense - 1, dense].some((layer) => isScaling(one, layer))) return pair(one, dense - 1);
      straight = true;
    } else if (!["activation", "dropout", "scale"].includes(kind)) straight = false;
    straight = straight && activation.name === "linear";
  }
  return null;
}

function pair(one, layer) {
  const [inputs, between] = one.now.blocks[layer].record.dense.weights.shape, rank = between < Math.min(inputs, one.now.blocks[layer + 1].units);
  return {
    code: "missing_nonlinearity", severity: one.learned || rank ? "note" : "warning", layer, units: [...Array(between).keys()],
    cause: ["missing_nonlinearity", { layer, next: layer + 1, meant: rank ? ["missing_nonlinearity.meant", { rank: between }] : "" }], remedy: ["missing_nonlinearity.remedy", { layer }],
  };
}

const LARGEST_GAIN = 3, VANISHED = 1e-3, FADES = 0.1, EXPLODED = 50;

export function scale_too_small(one) {
  if (one.start === null || one.start.blocks.length < 2) return null;
  const small = one.start.blocks.filter((block) => !isNormalised(block) && isSmall(block) && anyWeights(block));
  if (small.length === 0) return null;
  const worst = small.reduce((least, block) => (ratioToUsual(block, 0) < ratioToUsual(least, 0) ? block : least));
  const [into, out] = [worst.record.dense.inputs, worst.record.last.a].map(spreadOf);
  return scale(one, "scale_too_small", worst, { times: 1 / ratioToUsual(worst, 0), into, out });
}

export function scale_too_large(one) {
  const large = (one.start?.blocks ?? []).filter((block) => !isNormalised(block) && ratioToUsual(block, 1) > LARGEST_GAIN);
  if (large.length === 0) return null;
  const worst = large.reduce((most, block) => (ratioToUsual(block, 1) > ratioToUsual(most, 1) ? block : most));
  return scale(one, "scale_too_large", worst, { times: ratioToUsual(worst, 1) });
}

function scale(one, code, { index, activation }, measured) {
  return {
    code, severity: one.learned ? "note" : "warning", layer: index, cause: [code, { layer: index, ...measured }],
    remedy: ["scale.remedy", { initializer: [`initializer.${activation}`] }],
  };
}

/** The error at the first layer divided by that at the last; null where nothing flows or there is no way. */
function flow({ blocks }) {
  if (blocks.length < 3 || blocks.some((block) => block.error_norm === 0)) return null;
  const ratio = blocks[0].error_norm / Math.max(blocks.at(-1).error_norm, TINY);
  return Number.isFinite(ratio) ? ratio : null;
}

function shrinking(one, seen, when) {
  const ratio = flow(seen), { blocks } = seen;
  if (ratio === null || (isSmall(blocks.at(-1)) && blocks[0].error_norm / Math.max(blocks.at(-2).error_norm, TINY) >= FADES)) return null;
  const slopes = blocks[0].gradient_norm / Math.max(blocks.at(-1).gradient_norm, TINY);
  if (ratio >= VANISHED && !(ratio < FADES && slopes < VANISHED)) return null;
  const isBounded = blocks.slice(0, -1).some(({ activation }) => parts.activation[activation].is_bounded);
  return gradient(one, seen, "vanishing_gradient", ratio, when, [isBounded ? "gradient.bounded" : "gradient.unbounded"]);
}

function growing(one, seen, when) {
  const ratio = flow(seen);
  if (ratio === null || ratio <= EXPLODED) return null;
  return gradient(one, seen, "exploding_gradient", ratio, when, [one.optimizer.clip_norm ? "gradient.smaller" : "gradient.clip"]);
}

function gradient(one, { blocks }, code, ratio, when, remedy) {
  const [first, last] = [blocks[0], blocks.at(-1)];
  return {
    code, severity: one.learned ? "note" : "error", layer: 0, remedy,
    cause: ["gradient", {
      when, direction: ratio < 1 ? "shrinks" : "grows", factor: Math.max(ratio, 1 / Math.max(ratio, TINY)), last: last.index,
      first: first.index, gradient_last: last.gradient_norm, gradient_first: first.gradient_norm,
    }],
  };
}

const isPast = (one) => one.learned || one.hidden.some(isSmall);
export const vanishing_at_start = (one) => (one.start === null ? null : shrinking(one, one.start, "before training"));
export const exploding_at_start = (one) => (one.start === null ? null : growing(one, one.start, "before training"));
export const vanishing_gradient = (one) => (isPast(one) ? null : shrinking(one, one.now, "now"));
export const exploding_gradient = (one) => (isPast(one) ? null : growing(one, one.now, "now"));

const SURPRISE = 2, SURPRISE_VALUES = 3, USUAL_VALUES = 5, SOON = 0.1, BEHIND = 0.25, LEFT = 0.1;

export function initial_loss_not_chance(one) {
  if (one.start === null || ["labels", "probabilities"].includes(one.kind)) return null;
  const { value: loss } = one.start.in_training, guess = Math.max(one.now.guess, one.now.chance), { floor } = one.now;
  if (!Number.isFinite(guess) || guess <= floor) return null;
  const limit = one.kind === "values" ? SURPRISE_VALUES : SURPRISE, times = (loss - floor) / (guess - floor);
  if (!(times > limit)) return null;
  const { history } = one, nth = (row) => (row === undefined ? 0 : row.epoch - history[0].epoch + 1), epochs = nth(history.at(-1)); // not every epoch has a row
  const fell = nth(history.find((row) => row.loss < guess));
  const soon = (one.kind === "values" && times <= USUAL_VALUES) || (fell > 0 && fell <= Math.max(1, SOON * epochs));
  const unlearned = epochs === 0 ? "" : fell === 0 ? ["initial_loss_not_chance.never", { epochs }] : ["initial_loss_not_chance.fell", { epoch: fell }];
  return {
    code: "initial_loss_not_chance", severity: one.learned || (soon && one.relation.score - one.now.score < BEHIND) ? "note" : "warning", layer: one.start.blocks.length - 1,
    cause: ["initial_loss_not_chance", { loss, guessing: one.kind === "values" ? "an output of 0 or a constant" : "guessing", guess, unlearned }],
    remedy: nearer(one, one.start, floor + limit * (guess - floor)),
  };
}

/** What of the last layer brings the first loss to the limit, or most of the way, as far as trying shows. */
function nearer(one, { blocks, in_training: { value } }, limit) {
  const last = blocks.at(-1), scaled = ["nearer.scaled"], { inputs, z, bias } = last.record.dense;
  if (isNormalised(last)) return scaled;
  const zero = { values: Float64Array.from(z.values, (_, k) => (bias === null ? 0 : bias.values[k % last.units])), shape: z.shape };
  const tries = [
    [["nearer.biases"], product(last, { withBias: false })], [scaled, product(last, { ofInputs: 1 / Math.max(1, rms(inputs.values)) })], [["nearer.weights"], zero],
  ];
  return tries.find(([, { values }]) => one.now.targets.value(activated(one.rows, values, last.units)) - limit <= LEFT * (value - limit))?.[0] ?? ["nearer.both"];
}

/** What the activations behind the last dense layer or normalisation make of these numbers. */
function activated(rows, values, m) {
  const last = rows.findLastIndex(({ kind }) => ["dense", "batch_norm", "layer_norm"].includes(kind));
  return rows.slice(last).reduce((given, row) => throughOne(row, given, m), values);
}

function throughOne({ activation, formulas, constants }, values, m) {
  if (!parts.activation[activation.name].is_of_rows) return values.map((z) => formulas.value(z, ...constants));
  const found = values.slice();
  for (let i = 0; i < found.length; i += m) {
    const row = found.subarray(i, i + m), top = Math.max(...row), powers = row.map((z) => Math.exp(z - top)), sum = powers.reduce((a, b) => a + b, 0);
    row.set(powers.map((power) => power / sum));
  }
  return found;
}

export function statistics_lag(one) {
  if (!one.trained || !one.rows.some(({ kind }) => kind === "batch_norm")) return null;
  const { in_training: { score: within }, score: running } = one.now;
  if (!(within - running >= BEHIND)) return null;
  return { code: "statistics_lag", severity: "warning", layer: null, cause: ["statistics_lag", { within, running }], remedy: ["statistics_lag.remedy"] };
}

const RISE = 1.2, GAP = 1.5, SCORE_GAP = 0.1, FEWEST_HELD = 20, FEWEST_ROWS = 20, APART = 1, BEYOND_CHANCE = 6;

export function overfitting(one) {
  const { held } = one;
  if (!one.trained || held === null || one.kind === "labels" || held.n < FEWEST_HELD || one.now.targets.loss.each > 1 || areApart(one)) return null;
  const { facts: unseen } = held, seen = one.history.map((row) => row.validation_loss ?? null).filter((value) => value !== null);
  const lowest = held.isWhole && seen.length > 0 ? Math.min(...seen) : null, { floor } = unseen;
  const risen = lowest === null || unseen.loss - floor > RISE * (lowest - floor), errors = lowest === null ? 2 : 1;
  if (unseen.value - floor < GAP * (one.now.value - one.now.floor) || one.now.score - unseen.score < SCORE_GAP + errors * uncertainty(unseen)) return null;
  if (!risen || one.now.score < 0.3) return null;
  return {
    code: "overfitting", severity: "warning", layer: null, remedy: ["overfitting.remedy"],
    cause: ["overfitting", { train: one.now.value, unseen: unseen.value, best: lowest === null ? "" : ["overfitting.best", { lowest }] }],
  };
}

/** The standard error of the score of samples held back. */
function uncertainty({ targets }) {
  const { n, m, matrix, centre, accuracy, shares } = targets;
  if (targets.kind === "classes") return Math.sqrt(Math.max(accuracy * (1 - accuracy), 0) / n) / Math.max(1 - Math.max(...shares), 1e-12);
  const errors = Array.from({ length: n }, (_, i) => matrix.subarray(i * m, (i + 1) * m).reduce((sum, value, j) => sum + (value - centre[i * m + j]) ** 2, 0));
  const mean = errors.reduce((a, b) => a + b, 0) / n, deviation = Math.sqrt(errors.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  return deviation * Math.sqrt(n) / Math.max(spreadOf({ values: matrix, shape: [n, m] }) ** 2 * n * m, TINY);
}

/** Whether a feature, or a value, lies elsewhere in the samples held back. */
function areApart(one) {
  const { plan: { train, validation }, n, width } = one.samples, held = validation.X.length / width;
  if (held < FEWEST_HELD) return false;
  const columns = (values, m) => Array.from({ length: m }, (_, j) => {
    const column = values.filter((_, k) => k % m === j), mean = column.reduce((a, b) => a + b, 0) / column.length;
    return { mean, variance: column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length };
  });
  const limit = Math.max(APART, BEYOND_CHANCE * Math.sqrt(1 / n + 1 / held)), outputs = train.y.length / n;
  const pairs = [[train.X, validation.X, width], ...(one.kind === "values" ? [[train.y, validation.y, outputs]] : [])];
  return pairs.some(([own, other, m]) => {
    const [a, b] = [columns(Float64Array.from(own), m), columns(Float64Array.from(other), m)];
    return a.some(({ mean, variance }, j) => {
      const spread = Math.sqrt((variance + b[j].variance) / 2);
      return spread > 0 && Math.abs(mean - b[j].mean) / spread > limit;
    });
  });
}

export function loss_at_chance(one) {
  if (!one.trained || one.kind === "labels" || Math.abs(one.now.progress) > 0.05 || (one.samples.n >= FEWEST_ROWS && one.now.score > 0.2)) return null;
  const { value: loss, chance } = one.now;
  return {
    code: "loss_at_chance", severity: "note", layer: null, remedy: ["loss_at_chance.remedy"],
    cause: ["loss_at_chance", { loss, chance, beside: [loss < chance ? "loss_at_chance.hardly" : "loss_at_chance.no"] }],
  };
}

export const RULES = {
  constant_targets, not_finite, unscaled_inputs, unscaled_targets, imbalance, leakage, missing_nonlinearity, scale_too_small, scale_too_large, exploding_at_start,
  vanishing_at_start, initial_loss_not_chance, exploding_gradient, vanishing_gradient, statistics_lag, overfitting, loss_at_chance,
  symmetric_weights, dead_at_start, saturated_at_start, dead_units, saturated_units, collapsed_representation,
};

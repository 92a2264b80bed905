/**
 * The arithmetic of one unit and one sample of a step: sections of lines, each a formula as text.
 *
 * A line may name what it speaks of (`part`), so that the page can light it, and may hold a sum that unfolds (`sum`).
 */
import { activated, LossOf, once, partOf, penaltyOf, slopeOf, throughRow } from "./written.js";
import { apartLines, apartValue } from "./apart.js";
import { batchLines, isOfBatch, throughDistances } from "./batch.js";
import { writerOf } from "./layers.js";
import { at, columnOf, denseOf, layerOf, nameIn, rowOf, rowsOf, targetOf, updateOf, weightsInto, weightsOutOf } from "./step.js";
import { equation, largestOf, num, number, plus, productSum, TERMS, times } from "./terms.js";
import { updateLines } from "./update.js";

const MORE_TERMS = 1000;

/** The loss of a step, as it is written. */
export function lossOf(step) {
  const { trace, spec } = step, last = trace.rows.at(-1), outputs = step.outputs;
  return new LossOf(spec.loss, step.fields.loss, {
    fused: trace.fused, activation: nameOf(spec.layers.at(-1).activation), y: trace.y, samples: last.z.shape[0], outputs,
  });
}

const nameOf = (part) => (typeof part === "string" ? part : part?.name ?? "linear");

function activationOf(step, row) {
  const layer = layerOf(step, row);
  return partOf("activations", layer.activation ?? "linear", step.fields.activation);
}

/** The error at a unit's output: of the loss, of what the next column carries back, or of what stands above. */
function arriving(step, column, index, unit, sample, terms) {
  const { rows } = step.trace, row = rows[index], next = rows[index + 1], d_a = at(row.d_a, sample, unit);
  if (next === undefined) {
    const loss = lossOf(step), p = at(row.a, sample, unit), ofRow = loss.ofRow(step.trace, sample);
    if (ofRow !== null) return ofRow.slopeLines(unit, d_a, terms);
    if (isOfBatch(step)) return throughDistances(step, unit, sample, terms, d_a);
    if (loss.slopeTree === null) return [{ text: `\`∂L/∂a\` is ${loss.inWords("slope_in_words")}`, words: true }, ...apartLines(step, unit, sample, d_a)];
    return [
      { text: `∂L/∂a = ${once(loss.slopeLetters("a"), loss.slopeNumbers(targetOf(step, sample, unit), p, d_a))}` }, { text: loss.legend, words: true },
    ];
  }
  if (step.columns[column].rows.includes(index + 1)) return [{ text: `∂L/∂a = ${number(d_a)}` }];
  if (next.kind === "dense") {
    const carried = productSum(rowOf(next.d_z, sample), weightsOutOf(next.weights, unit), terms);
    return [{ text: `∂L/∂a = Σₖ dzₖ·wₖ over the units of the next layer = ${equation(carried, d_a)}`, sum: next.d_z.shape[1] > TERMS }];
  }
  const back = writerOf(next).backward({ step, row: next, index: index + 1, layer: layerOf(step, next), unit, sample, terms });
  return back.map((line) => ({ ...line, text: line.text.replace("∂L/∂x", "∂L/∂a") }));
}

function denseForward(step, row, unit, sample, terms, isFused) {
  const x = rowOf(row.inputs, sample), w = weightsInto(row.weights, unit), z = at(row.z, sample, unit);
  const b = row.bias === null ? null : row.bias.values[unit];
  const sum = productSum(x, w, terms);
  const part = activationOf(step, row);
  const a = at(row.a, sample, unit);
  const lines = [
    { text: b === null ? "z = Σᵢ xᵢ·wᵢ" : "z = Σᵢ xᵢ·wᵢ + b" },
    { text: `z = ${equation(b === null ? sum : plus(sum, num(b)), z)}`, sum: x.length > TERMS },
  ];
  if (part.name !== "linear" || isFused) lines.push(...activated(part, rowOf(row.z, sample), unit, a, terms));
  else lines.push({ text: `a = z = ${number(a)}` });
  return lines;
}

/** The way back through the last activation and the loss that took it over. */
function fusedBackward(step, row, unit, sample) {
  const loss = lossOf(step), p = at(row.a, sample, unit), y = targetOf(step, sample, unit), name = nameOf(step.spec.layers.at(-1).activation);
  return [
    { text: `of \`∂L/∂a·∂a/∂z\` little is left, since ${name} and its cross-entropy cancel`, words: true },
    { text: `dz = ${once(loss.slopeLetters("a"), loss.slopeNumbers(y, p, at(row.d_z, sample, unit)))}` }, { text: loss.legend, words: true },
  ];
}

function throughActivation(part, given, row, unit, sample) {
  const d_z = at(row.d_z, sample, unit), d_a = at(row.d_a, sample, unit);
  if (part.name === "linear") return [{ text: `dz = ∂L/∂a = ${number(d_z)}` }];
  if (part.known === undefined) return [{ text: `dz = ${number(d_z)}` }];
  if (part.known.backward !== null) {
    return throughRow(part, rowOf(row.a, sample), rowOf(row.d_a, sample), unit, d_z).map((text) => ({ text }));
  }
  const slope = slopeOf(part, at(given, sample, unit), at(row.a, sample, unit));
  return [
    { text: `f′(z) = ${slope.text}` },
    { text: `dz = ∂L/∂a·f′(z) = ${equation(times(num(d_a), num(slope.value)), d_z)}` },
  ];
}

/** What one row makes of the unit's number: a title, lines forward and backward, and what the unit learns there. */
function partOfUnit(step, { row, index }, unit, sample, terms) {
  const isFused = step.trace.fused && index === step.trace.rows.length - 1;
  if (row.kind === "dense") {
    return {
      title: "weights", forward: denseForward(step, row, unit, sample, terms, isFused),
      backward: isFused ? fusedBackward(step, row, unit, sample) : throughActivation(activationOf(step, row), row.z, row, unit, sample),
      parameters: parametersOf(step, { row }, unit, sample),
    };
  }
  if (row.kind !== "activation") {
    const given = { step, row, index, layer: layerOf(step, row), unit, sample, terms }, { title, forward, backward, parameters } = writerOf(row);
    return { title: title(given), forward: forward(given), backward: backward(given), parameters: parameters(given).map((one) => ({ ...one, row: index })) };
  }
  const part = activationOf(step, row), same = { ...row, z: row.inputs, d_z: row.d_inputs };
  return {
    title: part.name, parameters: [], forward: activated(part, rowOf(row.inputs, sample), unit, at(row.a, sample, unit), terms),
    backward: isFused ? fusedBackward(step, same, unit, sample) : throughActivation(part, row.inputs, same, unit, sample),
  };
}

/** Everything about one unit of a column: forward, backward, and for each of its parameters what the update does. */
export function unitSections(step, { column, unit, sample, unfolded = false }) {
  const terms = unfolded ? MORE_TERMS : TERMS, rows = rowsOf(step, column), last = step.trace.rows.length - 1;
  const made = rows.map((found) => ({ index: found.index, ...partOfUnit(step, found, unit, sample, terms) }));
  const headed = (title) => (rows.length === 1 ? [] : [{ text: title, heading: true }]);
  const arrives = ({ index }) => (step.trace.fused && index === last ? [] : arriving(step, column, index, unit, sample, terms));
  return {
    forward: made.flatMap(({ title, forward }) => [...headed(title), ...forward]),
    backward: [...made].reverse().flatMap((part) => [...headed(part.title), ...arrives(part), ...part.backward]),
    parameters: made.flatMap(({ parameters }) => parameters.map((one) => withUpdate(step, one, sample))),
  };
}

/** What a unit makes of a sample in a prediction: the lines on the way up. */
export function predictedLines(step, { column, unit, sample, unfolded = false }) {
  const rows = rowsOf(step, column), terms = unfolded ? MORE_TERMS : TERMS;
  const made = rows.map((found) => partOfUnit(step, found, unit, sample, terms));
  return made.flatMap(({ title, forward }) => [...(rows.length === 1 ? [] : [{ text: title, heading: true }]), ...forward]);
}

/** A parameter of another layer as a line of the table, with its update. */
function withUpdate(step, one, sample) {
  if (one.row === undefined) return one;
  const row = step.trace.rows[one.row], name = nameIn(row, one.name);
  return { ...one, own: one.name, name, layer: row.layer, x: one.second[sample] ?? NaN, ...updateOf(step, row.layer, name, one.index) };
}

/** A line of a table for each weight and the bias of a unit. */
function parametersOf(step, { row }, unit, sample) {
  const inputs = rowOf(row.inputs, sample), units = row.weights.shape[1], d_z = at(row.d_z, sample, unit);
  const { layer } = row;
  const lines = Array.from(inputs, (x, input) => {
    const index = input * units + unit, update = updateOf(step, layer, nameIn(row, "weights"), index);
    return { name: nameIn(row, "weights"), layer, index, input, x, of_sample: x * d_z, ...update };
  });
  if (row.bias !== null) {
    lines.push({ name: nameIn(row, "bias"), layer, index: unit, input: null, x: 1, of_sample: d_z, ...updateOf(step, layer, nameIn(row, "bias"), unit) });
  }
  return lines;
}

/** A parameter of a layer that is no dense one: its gradient over the batch, and its update. */
export function ownSections(step, { column, unit, sample, row, own, index, unfolded = false }) {
  const terms = unfolded ? MORE_TERMS : TERMS, found = rowsOf(step, column).find((one) => one.index === row);
  const other = partOfUnit(step, found, unit, sample, terms), one = other.parameters.find((part) => part.name === own && part.index === index);
  if (one === undefined) return null; // such as a row of an embedding that another sample has taken
  const name = nameIn(found.row, own), update = updateOf(step, found.row.layer, name, index), n = one.first.length;
  const isPlain = one.second.every((value) => value === 1), sum = isPlain ? plainSum(one.first, terms) : productSum(one.first, one.second, terms);
  return {
    forward: other.forward, value: update, layer: found.row.layer, name, index,
    backward: [{ text: `∂L/∂${one.letter} = ${one.letters}` }, { text: `over ${n} numbers of the batch`, words: true }, { text: `∂L/∂${one.letter} = ${equation(sum, update.dw)}`, sum: n > TERMS }],
    update: updateLines(step.optimizer, step.trace, update).map((text) => ({ text })),
  };
}

/** One weight or bias: its part in z, its gradient over the batch, and its update. */
export function parameterSections(step, { column, unit, input, sample, unfolded = false }) {
  const { row } = denseOf(step, column), terms = unfolded ? MORE_TERMS : TERMS;
  const layer = layerOf(step, row), isBias = input === null;
  const name = nameIn(row, isBias ? "bias" : "weights");
  const index = isBias ? unit : input * row.weights.shape[1] + unit;
  const update = updateOf(step, row.layer, name, index);
  const d_z = columnOf(row.d_z, unit), n = d_z.length;
  const x = isBias ? new Float64Array(n).fill(1) : columnOf(row.inputs, input);
  const penalty = isBias ? penaltyOf(update.w, layer.bias_l1 ?? 0, layer.bias_l2 ?? 0) : penaltyOf(update.w, layer.l1 ?? 0, layer.l2 ?? 0);
  const sum = isBias ? plainSum(d_z, terms) : productSum(x, d_z, terms);
  const whole = penalty.terms.reduce(plus, sum);
  const letters = [isBias ? "∂L/∂b = Σ dz" : "∂L/∂w = Σ x·dz", ...penalty.letters].join(" + ");
  return {
    forward: [{
      text: isBias ? `z = Σᵢ xᵢ·wᵢ + b, b = ${number(update.w)}`
        : `x·w = ${equation(times(num(x[sample]), num(update.w)), x[sample] * update.w)}`,
    }],
    backward: [
      { text: isBias ? `this sample: \`dz = ${number(d_z[sample])}\`` : `this sample: \`x·dz = ${equation(times(num(x[sample]), num(d_z[sample])), x[sample] * d_z[sample])}\``, words: true },
      { text: `over the ${n} samples of the batch: \`${letters}\``, words: true },
      { text: `${isBias ? "∂L/∂b" : "∂L/∂w"} = ${equation(whole, update.dw)}`, sum: n > TERMS },
    ],
    update: updateLines(step.optimizer, step.trace, update).map((text) => ({ text })),
    value: update, layer: row.layer, name, index,
  };
}

const plainSum = (values, terms) => largestOf(values, (place) => num(values[place]), terms);

const penaltyLine = ({ trace: { penalty } }) => (penalty ? [{ text: `penalties of the weights: ${number(penalty)}`, words: true }] : []);

/** The loss of the batch: entries of one sample, and the mean. */
export function lossSections(step, { sample, unfolded = false }) {
  const loss = lossOf(step), last = step.trace.rows.at(-1), ofRow = loss.ofRow(step.trace, sample);
  const lines = ofRow === null ? [] : ofRow.valueLines(unfolded ? MORE_TERMS : TERMS);
  const values = [];
  for (let unit = 0; unit < step.outputs; unit += 1) {
    const entry = ofRow !== null ? null : loss.entry(targetOf(step, sample, unit), at(last.a, sample, unit));
    if (entry === null) continue;
    values.push(entry.value);
    lines.push({ text: `output ${unit}: \`${entry.text}\``, words: true });
  }
  const { value, penalty } = step.trace;
  if (values.length === 0 && ofRow === null) lines.push({ text: `\`L\` is ${loss.inWords("in_words")}`, words: true }, ...apartValue(step, sample));
  if (isOfBatch(step)) return { forward: [...lines, ...batchLines(step, sample, unfolded ? MORE_TERMS : TERMS), ...penaltyLine(step)] };
  return {
    forward: [
      ...lines, { text: (ofRow ?? loss).legend, words: true },
      { text: `the mean over the batch: \`L = ${number(value)}\`${penalty ? `; penalties of the weights: ${number(penalty)}` : ""}`, words: true },
    ],
  };
}

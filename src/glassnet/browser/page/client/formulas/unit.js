/**
 * The arithmetic of one unit and one sample of a step: sections of lines, each a formula as text.
 *
 * A line may name what it speaks of (`part`), so that the page can light it, and may hold a sum that unfolds (`sum`).
 */
import { activated, LossOf, once, partOf, penaltyOf, slopeOf, throughRow } from "./written.js";
import { at, columnOf, denseOf, rowOf, rowsOf, targetOf, updateOf, weightsInto, weightsOutOf } from "./step.js";
import { equation, largestOf, num, number, over, plus, productSum, TERMS, times } from "./terms.js";
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

function layerOf(step, row) {
  const outer = step.spec.layers[row.layer];
  const inner = Array.isArray(row.path) ? row.path[1] : undefined;
  return outer.layers !== undefined && inner !== undefined ? outer.layers[inner] : outer;
}

/** The error that arrives at a unit's output: of the loss, or of what the next layer's weights carry back. */
function arriving(step, index, unit, sample, terms) {
  const { rows } = step.trace, row = rows[index], next = rows[index + 1];
  const d_a = at(row.d_a, sample, unit);
  if (next === undefined) {
    const loss = lossOf(step), p = at(row.a, sample, unit);
    return [
      `∂L/∂a = ${once(loss.slopeLetters("a"), loss.slopeNumbers(targetOf(step, sample, unit), p, d_a))}`, loss.legend,
    ];
  }
  if (next.kind === "dense" && next.weights !== null) {
    const carried = productSum(rowOf(next.d_z, sample), weightsOutOf(next.weights, unit), terms);
    return [`∂L/∂a = Σₖ dzₖ·wₖ over the units of the next layer = ${equation(carried, d_a)}`];
  }
  return [`∂L/∂a = ${number(d_a)}`];
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
  if (part.name !== "linear" || isFused) lines.push({ text: `a = ${activated(part, rowOf(row.z, sample), unit, a)}` });
  else lines.push({ text: `a = z = ${number(a)}` });
  return lines;
}

function denseBackward(step, row, index, unit, sample, terms) {
  const isLast = index === step.trace.rows.length - 1, d_z = at(row.d_z, sample, unit);
  if (isLast && step.trace.fused) {
    const loss = lossOf(step), p = at(row.a, sample, unit), y = targetOf(step, sample, unit);
    const name = nameOf(step.spec.layers.at(-1).activation);
    return [
      { text: `of \`∂L/∂a·∂a/∂z\` little is left, since ${name} and its cross-entropy cancel`, words: true },
      { text: `dz = ${once(loss.slopeLetters("a"), loss.slopeNumbers(y, p, d_z))}` }, { text: loss.legend, words: true },
    ];
  }
  const lines = arriving(step, index, unit, sample, terms).map((text) => ({ text, words: /batch$/.test(text) }));
  return [...lines, ...throughActivation(activationOf(step, row), row.z, row, unit, sample)];
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

/** Rows that are no dense ones: what they make of the unit's number, forward and backward. */
function otherRow(step, { row }, unit, sample) {
  const x = at(row.inputs, sample, unit), a = at(row.a, sample, unit), d_a = at(row.d_a, sample, unit);
  const back = row.d_inputs === null || row.d_inputs === undefined ? null : at(row.d_inputs, sample, unit);
  const layer = layerOf(step, row);
  const passed = back === null ? [] : [{ text: `∂L/∂x = ${number(back)}` }];
  switch (row.kind) {
    case "dropout": {
      const kept = row.mask === null ? 1 : Number(at(row.mask, sample, unit));
      const share = over(num(x), num(1 - layer.rate));
      return {
        title: `dropout ${layer.rate}`,
        forward: [{ text: kept ? `a = x/(1 − rate) = ${equation(share, a)}` : "`a = 0`, dropped in this step", words: !kept }],
        backward: [{ text: kept ? `∂L/∂x = ∂L/∂a/(1 − rate) = ${equation(over(num(d_a), num(1 - layer.rate)), back ?? d_a / (1 - layer.rate))}` : "∂L/∂x = 0", words: false }],
      };
    }
    case "activation": {
      const part = activationOf(step, row);
      const same = { ...row, z: row.inputs, d_z: row.d_z ?? row.d_inputs };
      return {
        title: part.name, forward: [{ text: `a = ${activated(part, rowOf(row.inputs, sample), unit, a)}` }],
        backward: [{ text: `∂L/∂a = ${number(d_a)}` }, ...throughActivation(part, row.inputs, same, unit, sample)],
      };
    }
    case "batch_norm": {
      const column = columnOf(row.inputs, unit), n = column.length;
      const mean = column.reduce((total, value) => total + value, 0) / n;
      const variance = column.reduce((total, value) => total + (value - mean) ** 2, 0) / n;
      return {
        title: "batch norm",
        forward: [
          { text: `μ = (1/${n}) Σ x = ${number(mean)}, σ² = (1/${n}) Σ (x − μ)² = ${number(variance)}` },
          { text: `a = γ·(x − μ)/√(σ² + ε) + β = ${number(a)} with x = ${number(x)}` },
        ],
        backward: passed,
      };
    }
    default: return { title: row.kind.replaceAll("_", " "), forward: [{ text: `a = ${number(a)} with x = ${number(x)}` }], backward: passed };
  }
}

/** Everything about one unit of a column: forward, backward, and for each of its parameters what the update does. */
export function unitSections(step, { column, unit, sample, unfolded = false }) {
  const terms = unfolded ? MORE_TERMS : TERMS;
  const rows = rowsOf(step, column), dense = denseOf(step, column);
  const others = rows.filter(({ row }) => row !== dense.row).map((found) => otherRow(step, found, unit, sample));
  const isFused = step.trace.fused && dense.index === step.trace.rows.length - 1;
  const forward = [...denseForward(step, dense.row, unit, sample, terms, isFused), ...titled(others, "forward")];
  const backward = [
    ...titled([...others].reverse(), "backward"), ...denseBackward(step, dense.row, dense.index, unit, sample, terms),
  ];
  return { forward, backward, parameters: parametersOf(step, dense, unit, sample) };
}

const titled = (others, side) => others.flatMap((other) => [{ text: other.title, heading: true }, ...other[side]]);

/** A line of a table for each weight and the bias of a unit. */
function parametersOf(step, { row }, unit, sample) {
  const inputs = rowOf(row.inputs, sample), units = row.weights.shape[1], d_z = at(row.d_z, sample, unit);
  const layer = keyOf(row);
  const lines = Array.from(inputs, (x, input) => {
    const index = input * units + unit, update = updateOf(step, layer, nameIn(row, "weights"), index);
    return { name: nameIn(row, "weights"), layer, index, input, x, of_sample: x * d_z, ...update };
  });
  if (row.bias !== null) {
    lines.push({ name: nameIn(row, "bias"), layer, index: unit, input: null, x: 1, of_sample: d_z, ...updateOf(step, layer, nameIn(row, "bias"), unit) });
  }
  return lines;
}

const keyOf = (row) => row.layer;
const nameIn = (row, name) => (Array.isArray(row.path) && row.path.length > 1 ? `${row.path.slice(1).join(".")}.${name}` : name);

/** One weight or bias: its part in z, its gradient over the batch, and its update. */
export function parameterSections(step, { column, unit, input, sample, unfolded = false }) {
  const { row } = denseOf(step, column), terms = unfolded ? MORE_TERMS : TERMS;
  const layer = layerOf(step, row), isBias = input === null;
  const name = nameIn(row, isBias ? "bias" : "weights");
  const index = isBias ? unit : input * row.weights.shape[1] + unit;
  const update = updateOf(step, keyOf(row), name, index);
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
    value: update, layer: keyOf(row), name, index,
  };
}

const plainSum = (values, terms) => largestOf(values, (place) => num(values[place]), terms);

/** The loss of the batch: entries of one sample, and the mean. */
export function lossSections(step, { sample }) {
  const loss = lossOf(step), last = step.trace.rows.at(-1), lines = [];
  const values = [];
  for (let unit = 0; unit < step.outputs; unit += 1) {
    const entry = loss.entry(targetOf(step, sample, unit), at(last.a, sample, unit));
    if (entry === null) continue;
    values.push(entry.value);
    lines.push({ text: `output ${unit}: \`${entry.text}\``, words: true });
  }
  const { value, penalty } = step.trace;
  return {
    forward: [
      ...lines, { text: `${loss.legend}`, words: true },
      { text: `the mean over the batch: \`L = ${number(value)}\`${penalty ? `; penalties of the weights: ${number(penalty)}` : ""}`, words: true },
    ],
  };
}

/** The network and its training as plain data for the engine, from the choices. */
import { layersOf } from "./choices.js";
import { parts } from "../training/engine.js";

const NORMS = { bn: "batch_norm", ln: "layer_norm", rms: "rms_norm" };

/** The optimizer with the choices that it has a field for. */
export function optimizerOf(choices) {
  const { fields } = parts.optimizer[choices.optimizer];
  const rate = choices.schedule === "constant" ? choices.rate : scheduleOf(choices);
  return {
    name: choices.optimizer, learning_rate: rate,
    ...("momentum" in fields && choices.momentum > 0 ? { momentum: choices.momentum } : {}),
    ...(choices.decay > 0 ? { weight_decay: choices.decay } : {}),
  };
}

/** What each schedule is given beside the rate, so that it takes so many epochs; exponential and inverse reach a tenth. */
export const SCHEDULES = {
  step_decay: (span) => ({ every: span / 4 }), exponential_decay: (span) => ({ factor: 0.1 ** (1 / span) }),
  inverse_time_decay: (span) => ({ decay: 9 / span }), polynomial_decay: (span) => ({ epochs: span, power: 2 }),
  linear_decay: (span) => ({ epochs: span }), cosine_decay: (span) => ({ epochs: span }), linear_warmup: (span) => ({ epochs: span }),
  one_cycle: (span) => ({ epochs: span }), cosine_restarts: (span) => ({ epochs: span / 4 }),
  log_cosine_cycles: (span) => ({ epochs: span }),
};

function scheduleOf({ schedule, rate, span }) {
  return { name: schedule, learning_rate: rate, ...SCHEDULES[schedule](span) };
}

/** Layers of the engine for each hidden layer that was chosen, and which of them a column of the drawing shows. */
export function networkOf(choices, head, width) {
  const layers = [], columns = [];
  let before = width;
  const dense = (units, activation, bias) => ({
    name: "dense", units, activation, initializer: choices.initializer, l1: choices.l1, l2: choices.l2, use_bias: bias,
  });
  for (const hidden of layersOf(choices.hidden)) {
    const { units, activation, dropout, norm, bias } = hidden;
    const first = layers.length;
    const block = norm === "" ? [dense(units, activation, bias)]
      : [dense(units, "linear", bias), { name: NORMS[norm] }, { name: "activation", activation }];
    const residual = hidden.residual && units === before;
    if (residual) layers.push({ name: "residual", layers: block });
    else layers.push(...block);
    columns.push({ first, last: layers.length - 1, units, activation, residual, norm, dropout, kind: "hidden" });
    if (dropout > 0) layers.push({ name: "dropout", rate: dropout });
    before = units;
  }
  columns.push({
    first: layers.length, last: layers.length, units: head.outputs, activation: head.activation, residual: false, norm: "", dropout: 0,
    kind: "output",
  });
  layers.push(dense(head.outputs, head.activation, true));
  const spec = {
    layers, input_shape: [width], dtype: choices.dtype, seed: choices.seed, loss: head.loss, optimizer: optimizerOf(choices),
  };
  return { spec, columns };
}

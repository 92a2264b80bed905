/** The network and its training as plain data for the engine, from the choices. */
import { fieldsOf, layersOf, OWN_LAYERS } from "./choices.js";
import { parts } from "../training/engine.js";
import { SCHEDULES } from "./schedules.js";

const NORMS = { bn: "batch_norm", ln: "layer_norm", rms: "rms_norm" };

/** The optimizer with the choices that it has a field for. */
export function optimizerOf(choices) {
  const { fields } = parts.optimizer[choices.optimizer];
  const rate = choices.schedule === "constant" ? choices.rate : scheduleOf(choices);
  return {
    name: choices.optimizer, learning_rate: rate,
    ...(Object.hasOwn(fields, "momentum") && choices.momentum > 0 ? { momentum: choices.momentum } : {}),
    ...(choices.decay > 0 ? { weight_decay: choices.decay } : {}), ...fieldsOf(choices.optimizer_with, fields),
  };
}

function scheduleOf({ schedule, rate, span }) {
  return { name: schedule, learning_rate: rate, ...SCHEDULES[schedule](span) };
}

/** The layers of the engine for these choices; `own` are those of a file, which the choices may ask for. */
function layersFor(choices, head, width, own) {
  if (choices.hidden === OWN_LAYERS) return own;
  const layers = [];
  let before = width;
  const dense = (units, activation, bias) => ({
    name: "dense", units, activation, initializer: choices.initializer, l1: choices.l1, l2: choices.l2, use_bias: bias,
  });
  for (const { units, activation, dropout, norm, bias, residual } of layersOf(choices.hidden)) {
    const block = norm === "" ? [dense(units, activation, bias)]
      : [dense(units, "linear", bias), { name: NORMS[norm] }, { name: "activation", activation }];
    if (residual && units === before) layers.push({ name: "residual", layers: block });
    else layers.push(...block);
    if (dropout > 0) layers.push({ name: "dropout", rate: dropout });
    before = units;
  }
  return [...layers, dense(head.outputs, head.activation, true)];
}

/** The network and its training as plain data for the engine. */
export function specOf(choices, head, width, own = null) {
  return {
    layers: layersFor(choices, head, width, own), input_shape: [width], dtype: choices.dtype, seed: choices.seed, loss: head.lossPart,
    optimizer: optimizerOf(choices),
  };
}

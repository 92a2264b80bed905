/** Model files in and out: what is in the file is parameters and names, never code. */
import { load } from "../training/engine.js";
import { usual } from "../state/choices.js";
import { textOfLayers } from "../state/choices.js";
import { SCHEDULES } from "../state/spec.js";

const NORMS = { batch_norm: "bn", layer_norm: "ln", rms_norm: "rms" };
const nameOf = (part) => (typeof part === "string" ? part : part.name);

/** Hidden layers as the page chooses them, or an Error that names what the page does not draw. */
export function hiddenOf(layers) {
  const hidden = [], unknown = [];
  const list = layers.slice(0, -1);
  for (let i = 0; i < list.length; i += 1) {
    const layer = list[i];
    if (layer.name === "dense") {
      const [next, after] = [list[i + 1], list[i + 2]];
      const normed = next !== undefined && next.name in NORMS && after?.name === "activation" && nameOf(layer.activation) === "linear";
      hidden.push({ units: layer.units, activation: nameOf(normed ? after.activation : layer.activation), dropout: 0, norm: normed ? NORMS[next.name] : "", residual: false, bias: layer.use_bias });
      if (normed) i += 2;
    } else if (layer.name === "dropout" && hidden.length > 0) hidden.at(-1).dropout = layer.rate;
    else unknown.push(layer.name);
  }
  const last = layers.at(-1);
  if (last?.name !== "dense") unknown.push(`${last?.name} at the end`);
  if (unknown.length > 0) throw new Error(`the page does not draw ${[...new Set(unknown)].join(", ")}; it draws dense layers with activation, normalisation and dropout`);
  return { hidden: textOfLayers(hidden), output: nameOf(last.activation), initializer: nameOf(last.initializer) };
}

/** Makes the network of a file the page's; data that fit are kept, or chosen. */
export async function opened(model, file) {
  try {
    const network = load(new Uint8Array(await file.arrayBuffer()));
    await model.adopt(network.spec, network.state(), file.name);
  } catch (error) {
    model.say(`${file.name}: ${error.message}`);
  }
}

/** The choices that an optimizer makes; `before` says what it does not. */
export function choicesOfOptimizer(optimizer, before) {
  const { name, learning_rate: rate, momentum = 0, weight_decay: decay = 0 } = optimizer;
  if (typeof rate === "number") return { optimizer: name, rate, momentum, decay, schedule: "constant" };
  const schedule = rate?.name in SCHEDULES ? rate.name : "constant";
  return { optimizer: name, rate: rate?.learning_rate ?? before.rate, momentum, decay, schedule };
}

/** The choices that a network's description makes, from the usual ones. */
export function choicesOf(spec, before) {
  const optimizer = typeof spec.optimizer === "string" ? { name: spec.optimizer } : spec.optimizer;
  return {
    ...usual(), ...before, ...hiddenOf(spec.layers), loss: nameOf(spec.loss), dtype: spec.dtype, seed: spec.seed ?? 0,
    ...choicesOfOptimizer(optimizer, before),
  };
}

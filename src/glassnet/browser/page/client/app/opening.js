/** Model files in and out: what is in the file is parameters and names, never code. */
import { load, parts } from "../training/engine.js";
import { CHOICES, OWN_LAYERS, textOfLayers, usual, withField } from "../state/choices.js";
import { SCHEDULES } from "../state/schedules.js";

const NORMS = { batch_norm: "bn", layer_norm: "ln", rms_norm: "rms" };
const nameOf = (part) => (typeof part === "string" ? part : part.name);

/** A part without its kind, and as its name alone where every field has its default. */
function plain(part, known) {
  if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
  const { kind, name, ...fields } = part, defaults = (known ?? parts[kind])?.[name]?.fields ?? {};
  const own = Object.entries(fields).filter(([field, value]) => JSON.stringify(plain(value)) !== JSON.stringify(plain(defaults[field])));
  return own.length === 0 ? name : { name, ...Object.fromEntries(own) };
}

const isPlain = (part, family) => typeof plain(part, parts[family]) === "string";

/** Whether a layer says no more than these fields. */
function saysOnly(layer, fields) {
  const own = plain({ ...layer, kind: "layer" });
  return typeof own === "string" || Object.keys(own).every((field) => field === "name" || fields.includes(field));
}

/** Hidden layers as the settings say them, or those of the file where they are others. */
export function hiddenOf(layers) {
  const hidden = [], last = layers.at(-1), list = layers.slice(0, -1), own = { hidden: OWN_LAYERS, output: nameOf(last.activation ?? "linear") };
  const denses = layers.filter(({ name }) => name === "dense"), shared = ({ initializer, l1, l2 }) => JSON.stringify([initializer, l1, l2]);
  const isUsual = (layer) => saysOnly(layer, ["units", "activation", "initializer", "l1", "l2", "use_bias"]) && isPlain(layer.activation, "activation");
  if (last.name !== "dense" || last.use_bias === false || !denses.every(isUsual) || !denses.every((layer) => shared(layer) === shared(last))) return own;
  for (let i = 0; i < list.length; i += 1) {
    const layer = list[i], [next, after] = [list[i + 1], list[i + 2]];
    if (layer.name === "dense") {
      const normed = next?.name in NORMS && saysOnly(next, []) && after?.name === "activation" && isPlain(after.activation, "activation") && nameOf(layer.activation) === "linear";
      hidden.push({ units: layer.units, activation: nameOf(normed ? after.activation : layer.activation), dropout: 0, norm: normed ? NORMS[next.name] : "", residual: false, bias: layer.use_bias });
      if (normed) i += 2;
    } else if (layer.name === "dropout" && typeof layer.rate === "number" && hidden.length > 0 && hidden.at(-1).dropout === 0) hidden.at(-1).dropout = layer.rate;
    else return own;
  }
  const text = textOfLayers(hidden);
  if (CHOICES.hidden[1].read(text) === undefined) return own;
  const { initializer, l1, l2 } = last;
  return isPlain(initializer, "initializer") ? { hidden: text, output: nameOf(last.activation), initializer: nameOf(initializer), l1, l2 } : own;
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

/** The fields of a part that are not usual, as the text of a choice. */
function withOf(part, family, without = []) {
  if (typeof part === "string") return "";
  const { kind, name, ...fields } = part, defaults = parts[kind ?? family][name].fields ?? {};
  const own = Object.entries(fields).filter(([field, value]) => !without.includes(field) && JSON.stringify(value) !== JSON.stringify(defaults[field]));
  return own.reduce((text, [field, value]) => withField(text, field, value), "");
}

/** The choices that an optimizer makes; `before` says what it does not. */
export function choicesOfOptimizer(optimizer, before) {
  const { name, learning_rate: rate, momentum = 0, weight_decay = 0 } = optimizer;
  const decay = typeof weight_decay === "number" ? weight_decay : weight_decay.learning_rate ?? 0;
  const found = { optimizer: name, momentum, decay, optimizer_with: withOf(optimizer, "optimizer", ["learning_rate", "momentum", "weight_decay"]) };
  if (typeof rate === "number") return { ...found, rate, schedule: "constant" };
  const schedule = Object.hasOwn(SCHEDULES, rate?.name ?? "") ? rate.name : "constant";
  return { ...found, rate: rate?.learning_rate ?? before.rate, schedule };
}

/** The choices that a network's description makes, from the usual ones. */
export function choicesOf(spec, before) {
  const optimizer = typeof spec.optimizer === "string" ? { name: spec.optimizer } : spec.optimizer;
  return {
    ...usual(), ...before, ...hiddenOf(spec.layers), loss: nameOf(spec.loss), loss_with: withOf(spec.loss, "loss"), dtype: spec.dtype, seed: spec.seed ?? 0,
    ...choicesOfOptimizer(optimizer, before),
  };
}

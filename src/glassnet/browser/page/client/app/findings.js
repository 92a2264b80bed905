/** What the rules found, as the page shows it: in their words, with the units concerned and a choice that carries out the remedy. */
import { told } from "../diagnosis/table.js";
import { catalogue } from "../state/catalogue.js";
import { columnOfLayer } from "../state/columns.js";
import { layersOf, OWN_LAYERS, textOfLayers } from "../state/choices.js";

const withActivation = (choices, activation) => (choices.hidden === OWN_LAYERS ? {} : { hidden: textOfLayers(layersOf(choices.hidden).map((layer) => ({ ...layer, activation }))) });
const redrawn = ({ seed }, initializer) => ({ initializer, seed: seed + 1 });

/** The choice that carries out a remedy, and what it is called. */
const ACTS = {
  unscaled_inputs: ["standardise the inputs", () => ({ standardize: true })],
  symmetric_weights: ["draw them at random", (choices) => redrawn(choices, "glorot_uniform")],
  scale_too_small: ["draw them anew", (choices) => redrawn(choices, "glorot_uniform")], scale_too_large: ["draw them anew", (choices) => redrawn(choices, "glorot_uniform")],
  dead_units: ["use leaky ReLU", (choices) => withActivation(choices, "leaky_relu")],
  saturated_units: ["use ReLU", (choices) => ({ ...withActivation(choices, "relu"), ...redrawn(choices, "he_normal") })],
  vanishing_gradient: ["use ReLU", (choices) => ({ ...withActivation(choices, "relu"), ...redrawn(choices, "he_normal") })],
  exploding_gradient: ["draw smaller weights", (choices) => redrawn(choices, "glorot_uniform")],
  collapsed_representation: ["begin with other weights", (choices) => redrawn(choices, "he_uniform")],
  missing_nonlinearity: ["use tanh", (choices) => withActivation(choices, "tanh")],
  overfitting: ["add l2", ({ l2 }) => ({ l2: Math.max(0.003, 3 * l2) })],
};

function marksOf({ layer, units = null }, columns) {
  const column = columns.findIndex((one) => one === columns.filter(({ dense }) => dense !== null)[layer]);
  if (column < 0) return [];
  return (units ?? [null]).map((unit) => ({ column, unit }));
}

/** A training that ended: what it says, and a smaller rate. */
export function ofStop({ message, layer }, columns) {
  const column = layer === null ? -1 : columnOfLayer(columns, layer);
  return {
    severity: "error", text: message, advice: "", marks: column < 0 ? [] : [{ column, unit: null }],
    act: ["a tenth of the learning rate", ({ rate }) => ({ rate: rate / 10 })],
  };
}

/** What the rules found, in Python's words; layers are counted as in the drawing. */
export function findingsOf(all, columns) {
  const denses = columns.flatMap(({ dense }, place) => (dense === null ? [] : [place + 1]));
  return told(all, catalogue.diagnosis, (layer) => denses[layer] ?? layer).map((finding) => ({
    ...finding, marks: marksOf(finding, columns), act: ACTS[finding.code] ?? null,
  }));
}

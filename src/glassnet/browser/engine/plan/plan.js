// Layers and an input shape become a layout and rows, as in glassnet/plan; every error of shapes is raised here.

import { GlassnetError } from "../base/errors.js";
import { ACTIVATIONS } from "../formulas.js";
import { branch, sum } from "../layers/residual.js";
import { LAYERS } from "./layers.js";
import { parametersOf } from "./parts.js";
import { product } from "./shapes.js";

export const NOWHERE = -1;
const LINEAR = { kind: "activation", name: "linear" };

/** @param {any} layer @param {number[]} shape @returns {number[]} */
function outputShape(layer, shape) {
  if (layer.name !== "residual") return LAYERS[layer.name].outputShape(layer, shape);
  let inner = shape;
  layer.layers.forEach((/** @type {any} */ part, /** @type {number} */ place) => {
    try {
      inner = outputShape(part, inner);
    } catch (error) {
      throw new GlassnetError(`has layer ${place} inside, ${part.name}, which ${/** @type {Error} */ (error).message}`);
    }
  });
  if (inner.join() !== shape.join())
    throw new GlassnetError(
      `adds its input to what its layers give, and these have samples of shape (${shape.join(", ")}) and `
      + `(${inner.join(", ")}); end it with a dense layer of as many units as it has inputs`,
    );
  return shape;
}

/** Parameters or statistics of a layer, those of layers inside with their number before the name.
 * @param {"parameters" | "statistics"} what @param {any} layer @param {number[]} shape @returns {Parameter[]} */
function arraysOf(what, layer, shape) {
  if (layer.name !== "residual") return LAYERS[layer.name][what]?.(layer, shape) ?? [];
  /** @type {Parameter[]} */
  const found = [];
  layer.layers.forEach((/** @type {any} */ part, /** @type {number} */ place) => {
    found.push(...arraysOf(what, part, shape).map((one) => ({ ...one, name: `${place}.${one.name}` })));
    shape = outputShape(part, shape);
  });
  return found;
}

/** @param {any[]} layers @param {number[]} input_shape @returns {Layout} */
export function layOut(layers, input_shape) {
  let shape = input_shape;
  /** @type {number[][]} */
  const outputs = [];
  /** @type {{ parameters: Slot[], statistics: Slot[] }} */
  const vectors = { parameters: [], statistics: [] };
  const end = (/** @type {Slot[]} */ slots) => slots.at(-1)?.stop ?? 0;
  layers.forEach((layer, index) => {
    try {
      if (LAYERS[layer.name].readsData && index > 0)
        throw new GlassnetError("reads the data themselves and must be the first layer");
      const output = outputShape(layer, shape);
      for (const what of /** @type {const} */ (["parameters", "statistics"]))
        for (const part of arraysOf(what, layer, shape)) {
          const start = end(vectors[what]);
          vectors[what].push({ ...part, layer: index, start, stop: start + product(part.shape) });
        }
      shape = output;
    } catch (error) {
      if (!(error instanceof GlassnetError)) throw error;
      throw new GlassnetError(`layer ${index} of ${layers.length}, ${layer.name}, ${error.message}`);
    }
    outputs.push(shape);
  });
  return {
    input_shape, outputs, ...vectors, n_parameters: end(vectors.parameters), n_statistics: end(vectors.statistics),
    n_features: product(input_shape),
  };
}

/** Hands out the columns of a batch's memory, row by row. */
class Builder {
  /** @param {Layout} layout @param {boolean} inputGradient */
  constructor(layout, inputGradient) {
    this.layout = layout;
    /** @type {Row[]} */
    this.rows = [];
    this.n_columns = 0;
    this.n_mask_columns = 0;
    this.source = NOWHERE;
    this.source_error = inputGradient ? this.columns(layout.n_features) : NOWHERE;
  }

  /** @param {number} n @returns {number} */
  columns(n) {
    this.n_columns += n;
    return this.n_columns - n;
  }

  /** Append the rows of a layer, whose parameters have this prefix. Returns the shape behind it.
   * @param {number[]} path @param {any} layer @param {number[]} shape @param {string} prefix @returns {number[]} */
  add(path, layer, shape, prefix) {
    const output = outputShape(layer, shape);
    if (layer.name === "residual") this.addAround(path, layer, shape, prefix);
    else if (LAYERS[layer.name].kind !== null) this.addRow(path, layer, shape, product(output), prefix);
    return output;
  }

  /** @param {string} kind @param {number[]} path @param {any} layer @param {number} k @param {number} m @returns {Row} */
  blank(kind, path, layer, k, m) {
    const activation = layer.activation ?? LINEAR;
    return {
      kind, layer: path[0], path, options: layer, n_inputs: k, n_outputs: m, source: this.source, z: NOWHERE, a: NOWHERE,
      error: NOWHERE, source_error: this.source_error, weights: NOWHERE, bias: NOWHERE, mask: NOWHERE,
      rate: layer.name === "dropout" ? layer.rate : 0, l1: layer.l1 ?? 0, l2: layer.l2 ?? 0, bias_l1: layer.bias_l1 ?? 0,
      bias_l2: layer.bias_l2 ?? 0, activation, formulas: ACTIVATIONS[activation.name], constants: parametersOf(activation),
      own: null, at: [], shapes: [], statistics: [], kept: [],
    };
  }

  /** @param {number[]} path @param {any} layer @param {number[]} shape @param {number} m @param {string} prefix */
  addRow(path, layer, shape, m, prefix) {
    const kind = layer.name, { kept, inPlace = true } = LAYERS[kind], k = product(shape);
    const row = this.blank(kind, path, layer, k, m);
    const slots = (/** @type {"parameters" | "statistics"} */ what) => {
      const names = new Set(arraysOf(what, layer, shape).map((part) => prefix + part.name));
      return this.layout[what].filter((slot) => slot.layer === path[0] && names.has(slot.name));
    };
    const own = slots("parameters");
    row.at = own.map((slot) => slot.start);
    row.shapes = own.map((slot) => slot.shape);
    row.statistics = slots("statistics").map((slot) => slot.start);
    row.weights = row.at[0] ?? NOWHERE;
    row.bias = own.find((slot) => slot.name === `${prefix}bias`)?.start ?? NOWHERE;
    const ofLoop = kind === "dense" || kind === "activation" || kind === "dropout";
    if (!ofLoop) {
      row.own = LAYERS[kind];
      row.kept = (kept?.(layer, shape) ?? []).map((width) => this.columns(width));
    }
    row.z = kind === "dense" ? this.columns(m) : row.kept[0] ?? this.source;
    row.a = this.columns(m);
    const moves = kind === "dense" || !inPlace || this.source_error === NOWHERE;
    row.error = moves ? this.columns(m) : this.source_error;
    if (kind === "dropout") {
      row.mask = this.n_mask_columns;
      this.n_mask_columns += m;
    }
    this.append(row);
  }

  /** @param {Row} row */
  append(row) {
    this.rows.push(row);
    this.source = row.a;
    this.source_error = row.error;
  }

  /** A row that hands the input on, those of the layers inside, and one that adds the input to their output.
   * @param {number[]} path @param {any} layer @param {number[]} shape @param {string} prefix */
  addAround(path, layer, shape, prefix) {
    const n = product(shape), start = this.blank("branch", path, layer, n, n);
    Object.assign(start, { own: branch, z: this.source, a: this.columns(n), error: this.columns(n) });
    this.append(start);
    layer.layers.forEach((/** @type {any} */ inner, /** @type {number} */ number) => {
      shape = this.add([...path, number], inner, shape, `${prefix}${number}.`);
    });
    const total = this.blank("sum", path, layer, n, n), kept = [this.source];
    Object.assign(total, { own: sum, source: start.a, z: this.source, a: this.columns(n), error: this.columns(n), kept });
    this.append(total);
    start.kept = [total.error];
  }
}

/** The plan of these layers. @param {any[]} layers @param {Layout} layout @param {boolean} [inputGradient] @returns {Plan} */
export function build(layers, layout, inputGradient = false) {
  const builder = new Builder(layout, inputGradient);
  let shape = layout.input_shape;
  layers.forEach((layer, index) => (shape = builder.add([index], layer, shape, "")));
  const { rows, n_columns, n_mask_columns } = builder, last = rows.at(-1);
  if (!last)
    throw new GlassnetError("a network needs a layer that computes something, such as dense; flatten only changes shapes");
  return { rows, layout, n_columns, n_mask_columns, n_outputs: last.n_outputs };
}

/** Let the loss take over the last activation, which becomes linear. @param {Plan} plan */
export function linearise(plan) {
  const last = /** @type {Row} */ (plan.rows.at(-1));
  last.activation = LINEAR;
  last.formulas = ACTIVATIONS.linear;
  last.constants = [];
}

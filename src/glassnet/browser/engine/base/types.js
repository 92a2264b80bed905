// The types that the other files name in their comments.

/** @typedef {{ layer: number, name: string, shape: number[], values: Floats }} Named */

/** @typedef {{ batch_size?: number | null, shuffle?: boolean, sample_weight?: Given | null, seed?: number }} Options */

/** @typedef {{ epoch: number, loss: number, learning_rate: number }} Epoch */

/** @typedef {Float64Array | Float32Array} Floats */

/** @typedef {{ values: Floats, shape: number[] }} Table */

/** @typedef {Table | ArrayLike<number> | ArrayLike<ArrayLike<number>>} Given */

/** @typedef {Parameter & { layer: number, start: number, stop: number }} Slot */

/** @typedef {{ input_shape: number[], outputs: number[][], parameters: Slot[], statistics: Slot[], n_parameters: number,
 *     n_statistics: number, n_features: number }} Layout */

/** @typedef {{ kind: string, layer: number, path: number[], options: any, n_inputs: number, n_outputs: number, source: number,
 *     z: number, a: number, error: number, source_error: number, weights: number, bias: number, mask: number, rate: number,
 *     l1: number, l2: number, bias_l1: number, bias_l2: number, activation: any, formulas: any, constants: number[],
 *     own: LayerKind | null, at: number[], shapes: number[][], statistics: number[], kept: number[] }} Row */

/** @typedef {{ rows: Row[], layout: Layout, n_columns: number, n_mask_columns: number, n_outputs: number }} Plan */

/** @typedef {{ name: string, shape: number[], initializer: any, fan_in: number, fan_out: number, factor: number }} Parameter */

/** @typedef {{ parameters: Floats, gradients: Floats, running: Floats, memory: Floats, at: number[], statisticsAt: number[],
 *     keptAt: number[] }} Own  Arrays of a layer: the flat vectors, and where its own begin. */

/** @typedef {{ x: Floats, xAt: number, n: number, k: number, a: Floats, aAt: number, m: number }} Pass */

/** @typedef {{
 *     outputShape(layer: any, shape: number[]): number[],
 *     parameters?(layer: any, shape: number[]): Parameter[],
 *     statistics?(layer: any, shape: number[]): Parameter[],
 *     kept?(layer: any, shape: number[]): number[],
 *     inPlace?: boolean,
 *     readsData?: boolean,
 *     kind?: string | null,
 *     forward?(layer: any, own: Own, pass: Pass): void,
 *     infer?(layer: any, own: Own, pass: Pass): void,
 *     backward?(layer: any, own: Own, pass: Pass, error: Floats, eAt: number, d: Floats, dAt: number): void,
 *     check?(layer: any): void,
 *     }} LayerKind */

/** @typedef {(y: Floats, yAt: number, q: Floats, qAt: number, n: number, m: number, weights: Floats, weightsAt: number,
 *     error: Floats, eAt: number, share: number, p: number[]) => number} Compare */

/** @typedef {{ parameters: Floats, gradients: Floats, running: Floats }} Vectors */


// Data on their way in: rows, flat arrays or tables become typed arrays of a network's dtype.

import { GlassnetError, shown } from "./errors.js";

/** @param {string} dtype @returns {Float64ArrayConstructor | Float32ArrayConstructor} */
export function floatsOf(dtype) {
  if (dtype === "float64") return Float64Array;
  if (dtype === "float32") return Float32Array;
  throw new GlassnetError(`dtype must be "float32" or "float64"; got ${shown(dtype)}`);
}

/** All numbers of what was given, row after row, and how many rows there are where that is told.
 * @param {string} name @param {any} given @returns {{ flat: ArrayLike<number>, rows: number | null }} */
function flattened(name, given) {
  if (given && typeof given === "object" && "values" in given && Array.isArray(given.shape))
    return { flat: given.values, rows: given.shape[0] };
  if (ArrayBuffer.isView(given)) return { flat: /** @type {any} */ (given), rows: null };
  if (!Array.isArray(given))
    throw new GlassnetError(`${name} must be an array of rows, a typed array or { values, shape }; got ${shown(given)}`);
  if (given.length === 0 || typeof given[0] !== "object" || given[0] === null) return { flat: given, rows: null };
  const width = count(given[0]), flat = new Float64Array(given.length * width);
  given.forEach((row, place) => {
    if (count(row) !== width)
      throw new GlassnetError(`rows of ${name} must be of one length; row 0 has ${width}, row ${place} ${count(row)}`);
    fill(flat, place * width, row);
  });
  return { flat, rows: given.length };
}

/** How many numbers stand in an array of any depth. @param {any} given @returns {number} */
function count(given) {
  if (ArrayBuffer.isView(given)) return /** @type {any} */ (given).length;
  return Array.isArray(given) ? given.reduce((sum, inner) => sum + count(inner), 0) : 1;
}

/** Write the numbers of an array of any depth, and say where the next one goes.
 * @param {Float64Array} flat @param {number} at @param {any} given @returns {number} */
function fill(flat, at, given) {
  if (typeof given === "object" && given !== null) {
    for (const inner of given) at = fill(flat, at, inner);
    return at;
  }
  flat[at] = typeof given === "number" || typeof given === "boolean" ? Number(given) : NaN;
  return at + 1;
}

/** A table of rows of `width` finite numbers. @param {string} name @param {any} given @param {number} width
 * @param {string} dtype @returns {Table} */
export function table(name, given, width, dtype) {
  const { flat, rows } = flattened(name, given), Floats = floatsOf(dtype);
  const n = rows ?? flat.length / width;
  if (!Number.isInteger(n) || flat.length !== n * width || n === 0)
    throw new GlassnetError(
      `${name} must hold rows of ${width} numbers, at least one; got ${flat.length} numbers`
      + (rows === null ? "" : ` in ${rows} rows`),
    );
  const values = flat instanceof Floats ? flat : Floats.from(/** @type {any} */ (flat));
  const bad = values.findIndex((/** @type {number} */ value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new GlassnetError(`${name} must hold finite numbers; row ${Math.floor(bad / width)}, column ${bad % width} is ${flat[bad]}`);
  return { values, shape: [n, width] };
}

/** Targets as the loss takes them: values (n, n_outputs), or one integer for each sample.
 * @param {any} y @param {any} loss @param {number} n @param {number} n_outputs @param {string} dtype @returns {Table} */
export function targets(y, loss, n, n_outputs, dtype) {
  if (!loss.takes_targets) {
    if (y !== null && y !== undefined) throw new GlassnetError(`${loss.called} compares ${loss.members.join(", ")} and takes no targets; y must be null`);
    return { values: new (floatsOf(dtype))(n), shape: [n, 1] };
  }
  const k = loss.rows_per_sample;
  if (n_outputs % loss.each > 0)
    throw new GlassnetError(
      `${loss.called} reads ${loss.each} outputs for each target, and ${n_outputs} outputs are not a multiple of ${loss.each}: `
      + `end the network with ${loss.each} of them, or with ${loss.each} for every column of the targets`,
    );
  const width = loss.targets === "values" ? n_outputs / loss.each : 1, found = table("y", y, width, dtype);
  if (found.shape[0] !== n / k) throw new GlassnetError(`X has ${n / k} rows and y ${found.shape[0]}; each sample needs one`);
  const { values } = found, limit = loss.targets === "classes" ? n_outputs : Infinity;
  for (const value of values) {
    if (loss.targets !== "values" && k === 1 && (!Number.isInteger(value) || value < 0 || value >= limit))
      throw new GlassnetError(`${loss.called} takes integers${limit < Infinity ? ` 0 to ${limit - 1}` : " >= 0"}; y holds ${value}`);
    if (loss.targets === "values" && (value < loss.domain[0] || value > loss.domain[1]))
      throw new GlassnetError(`${loss.called} takes y from ${loss.domain[0]} to ${loss.domain[1]}; it holds ${value}`);
    if (loss.only_targets.length > 0 && !loss.only_targets.includes(value))
      throw new GlassnetError(`${loss.called} takes targets ${loss.only_targets.join(" and ")}; y holds ${value}`);
  }
  return k === 1 ? found : eachTimes(found, k);
}

/** A column in which every number stands k times. @param {Table} column @param {number} k @returns {Table} */
function eachTimes({ values, shape: [n] }, k) {
  const rows = /** @type {Floats} */ (new /** @type {any} */ (values.constructor)(n * k));
  return { values: rows.map((_, row) => values[Math.floor(row / k)]), shape: [n * k, 1] };
}

/** Weights of the samples divided by their mean; all 1 where none are given.
 * @param {any} given @param {any} loss @param {number} n @param {string} dtype @returns {Floats} */
export function sampleWeights(given, loss, n, dtype) {
  const Floats = floatsOf(dtype);
  if (given === undefined || given === null) return new Floats(n).fill(1);
  const k = loss.rows_per_sample;
  if (loss.targets === "labels" && k === 1)
    throw new GlassnetError(`${loss.called} is a mean over pairs or triplets, so it takes no weights of samples`);
  const { values } = table("sample_weight", given, 1, "float64");
  if (values.length !== n / k) throw new GlassnetError(`sample_weight must hold ${n / k} numbers, one for each sample; got ${values.length}`);
  if (values.some((/** @type {number} */ value) => value < 0)) throw new GlassnetError("sample_weight must be >= 0");
  let sum = 0;
  for (const value of values) sum += value;
  if (sum === 0) throw new GlassnetError("all weights of the samples are 0, so there is nothing to learn from");
  return new Floats(Float64Array.from({ length: n }, (_, row) => values[Math.floor(row / k)] / (sum / values.length)));
}

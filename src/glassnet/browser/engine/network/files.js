// Model files as bytes: what net.save writes, and the parts of what is read; see glassnet/bridges/files.py.

import { GlassnetError, shown } from "../base/errors.js";
import { floatsOf } from "../base/tables.js";
import { bytesOf, fromJson, sha256, textOf, toJson } from "../base/texts.js";
import { product } from "../plan/shapes.js";

const FORMAT = "glassnet", VERSION_OF_FILES = "1";

/** The bytes of an array, lowest first. @param {Floats} values @returns {Uint8Array} */
function bytesOfArray(values) {
  const size = values.BYTES_PER_ELEMENT, bytes = new Uint8Array(values.length * size), view = new DataView(bytes.buffer);
  const isDouble = size === 8;
  values.forEach((value, k) => (isDouble ? view.setFloat64(8 * k, value, true) : view.setFloat32(4 * k, value, true)));
  return bytes;
}

/** SHA-256 over names, types, shapes and bytes of arrays, as Python takes it.
 * @param {{ name: string, type: string, shape: number[], bytes: Uint8Array }[]} arrays @returns {string} */
export function checksumOf(arrays) {
  const inOrder = [...arrays].sort((one, other) => (one.name < other.name ? -1 : 1));
  return sha256(inOrder.flatMap(({ name, type, shape, bytes }) => {
    const written = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
    return [bytesOf(`${name} ${type === "F64" ? "<f8" : "<f4"} ${written}\n`), bytes];
  }));
}

/** A seed as a number where that holds all its digits. @param {number | string | null} seed @returns {number | string | null} */
export function shortest(seed) {
  return typeof seed === "string" && Number.isSafeInteger(Number(seed)) ? Number(seed) : seed;
}

/** The stream's state as the file holds it. @param {any} state */
function exact(state) {
  const { state: value, inc } = state.state;
  return { ...state, state: { state: BigInt(value), inc: BigInt(inc) } };
}

/** A network as the bytes of a model file. @param {any} network @returns {Uint8Array} */
export function saved(network) {
  const { layout, dtype } = network, type = dtype === "float64" ? "F64" : "F32", state = network.state();
  /** @type {{ name: string, type: string, shape: number[], bytes: Uint8Array }[]} */
  const arrays = [];
  const add = (/** @type {string} */ name, /** @type {number[]} */ shape, /** @type {Floats} */ values) =>
    arrays.push({ name, type, shape, bytes: bytesOfArray(values) });
  for (const part of [...network.parameters, ...network.statistics]) add(`layers.${part.layer}.${part.name}`, part.shape, part.values);
  state.optimizer.forEach((values, k) => add(`optimizer.${k}`, [values.length], values));
  const config = {
    layers: network.layers, dtype, input_shape: layout.input_shape, seed: typeof network.seed === "string" ? BigInt(network.seed) : network.seed,
    streams: { order: exact(state.streams.order), masks: exact(state.streams.masks) }, loss: network.loss_part,
    metadata: network.metadata,
    training: {
      optimizer: network.optimizer_part, step: state.step, epoch: state.epoch, rate_factor: state.rate_factor,
      batch_size: network.batch_size, engine: "numpy", callbacks: {}, data: "",
    },
    tensors_checksum: checksumOf(arrays),
  };
  const text = toJson(config);
  /** @type {any} */
  const header = { __metadata__: { format: FORMAT, format_version: VERSION_OF_FILES, config: text, checksum: sha256([bytesOf(text)]) } };
  let at = 0;
  for (const { name, shape, bytes } of arrays) {
    header[name] = { dtype: type, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const head = bytesOf(JSON.stringify(header)), padding = (8 - (head.length % 8)) % 8, size = head.length + padding;
  const file = new Uint8Array(8 + size + at).fill(32, 8, 8 + size);
  new DataView(file.buffer).setUint32(0, size, true);
  file.set(head, 8);
  at = 8 + size;
  for (const { bytes } of arrays) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** The header of a file, and where its numbers begin. @param {Uint8Array} bytes */
export function headerOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 8 ? Infinity : view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (8 + size > bytes.length) throw new GlassnetError("it is not a safetensors file, or it is damaged (its header is cut off)");
  const header = fromJson(textOf(bytes.subarray(8, 8 + size)));
  if (typeof header !== "object" || header === null) throw new GlassnetError("it is not a safetensors file (its header is no table)");
  return { header, start: 8 + size };
}

/** The configuration, if the file is glassnet's, of a known version, and unaltered. @param {any} metadata @returns {any} */
export function verified(metadata) {
  if (metadata?.format !== FORMAT) throw new GlassnetError("it is a safetensors file, but glassnet did not write it");
  const version = metadata.format_version, text = metadata.config;
  if (version !== VERSION_OF_FILES)
    throw new GlassnetError(`its format version is ${shown(version)} and this glassnet reads "${VERSION_OF_FILES}"; use the glassnet that wrote it`);
  if (typeof text !== "string" || metadata.checksum !== sha256([bytesOf(text)]))
    throw new GlassnetError("its configuration was altered after it was written (the checksum differs)");
  return fromJson(text);
}

/** The arrays of a file by name. @param {Uint8Array} bytes @param {any} header @param {number} start */
export function arraysOfFile(bytes, header, start) {
  return Object.entries(header).filter(([name]) => name !== "__metadata__").map(([name, entry]) => {
    const { dtype, shape, data_offsets: offsets } = /** @type {any} */ (entry) ?? {};
    const size = dtype === "F64" ? 8 : 4, isWhole = (/** @type {unknown} */ n) => Number.isSafeInteger(n) && Number(n) >= 0;
    if (!["F32", "F64"].includes(dtype)) throw new GlassnetError(`tensor ${shown(name)} is ${shown(dtype)}; glassnet writes float32 and float64 only`);
    const fits = Array.isArray(shape) && shape.every(isWhole) && Array.isArray(offsets) && offsets.every(isWhole)
      && offsets[1] - offsets[0] === product(shape) * size && start + offsets[1] <= bytes.length;
    if (!fits) throw new GlassnetError(`it is not a safetensors file, or it is damaged (tensor ${shown(name)})`);
    return { name, type: dtype, shape, bytes: bytes.subarray(start + offsets[0], start + offsets[1]) };
  });
}

/** Numbers of bytes. @param {{ type: string, bytes: Uint8Array }} array @returns {Floats} */
export function numbersOf({ type, bytes }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), isDouble = type === "F64", size = isDouble ? 8 : 4;
  const values = new (floatsOf(isDouble ? "float64" : "float32"))(bytes.length / size);
  return values.map((_, k) => (isDouble ? view.getFloat64(8 * k, true) : view.getFloat32(4 * k, true)));
}

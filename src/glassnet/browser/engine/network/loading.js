// The network of a model file: what glassnet.load reads.

import { GlassnetError, shown } from "../base/errors.js";
import { arraysOfFile, checksumOf, headerOf, numbersOf, shortest, verified } from "./files.js";
import { Network } from "./network.js";

/** The network of a model file; what is wrong with one is said. @param {Uint8Array | ArrayBuffer} given @returns {Network} */
export function load(given) {
  const bytes = given instanceof Uint8Array ? given : new Uint8Array(given);
  try {
    return read(bytes);
  } catch (error) {
    throw new GlassnetError(`cannot load this file: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {Uint8Array} bytes @returns {Network} */
function read(bytes) {
  const { header, start } = headerOf(bytes), config = verified(header.__metadata__);
  const arrays = arraysOfFile(bytes, header, start);
  if (checksumOf(arrays) !== config.tensors_checksum)
    throw new GlassnetError("its tensors were altered after they were written (the checksum differs)");
  const { training } = config;
  const network = new Network({
    layers: config.layers, input_shape: config.input_shape, dtype: config.dtype, seed: shortest(config.seed),
    metadata: config.metadata, ...(config.loss ? { loss: config.loss } : {}), ...(training ? { optimizer: training.optimizer } : {}),
  });
  const numbers = (/** @type {string} */ name, /** @type {number[]} */ shape) => {
    const found = arrays.find((array) => array.name === name);
    if (!found) throw new GlassnetError(`it has no tensor ${shown(name)}, which its configuration needs`);
    if (found.shape.join() !== shape.join() || (found.type === "F64") !== (network.dtype === "float64"))
      throw new GlassnetError(`tensor ${shown(name)} is ${found.type} (${found.shape.join(", ")}); its configuration needs ${network.dtype} (${shape.join(", ")})`);
    return numbersOf(found);
  };
  for (const part of [...network.parameters, ...network.statistics]) part.values.set(numbers(`layers.${part.layer}.${part.name}`, part.shape));
  if (training) {
    network.restore({
      optimizer: network.optimizer_states.map((state, k) => numbers(`optimizer.${k}`, [state.length])),
      step: training.step, epoch: training.epoch, rate_factor: training.rate_factor,
    });
    network.batch_size = training.batch_size ?? null;
  }
  network.restore({ streams: config.streams });
  return network;
}

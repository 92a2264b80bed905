// What the rules of diagnosis look at.

/** @param {any} network @returns {any} */
export function facts(network) {
  return network;
}

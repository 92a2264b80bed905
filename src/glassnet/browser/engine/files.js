// Model files.

/** @param {any} bytes @returns {any} */
export function load(bytes) {
  return bytes;
}

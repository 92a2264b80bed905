// Bytes and texts: UTF-8, SHA-256, and JSON whose long integers stay exact. An embedded V8 has none of them.

import { GlassnetError } from "./errors.js";

/** @param {string} text @returns {Uint8Array} */
export function bytesOf(text) {
  const escaped = encodeURIComponent(text), bytes = [];
  for (let k = 0; k < escaped.length; k++) {
    if (escaped[k] === "%") {
      bytes.push(parseInt(escaped.slice(k + 1, k + 3), 16));
      k += 2;
    } else bytes.push(escaped.charCodeAt(k));
  }
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array} bytes @returns {string} */
export function textOf(bytes) {
  let escaped = "";
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, "0")}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new GlassnetError("it is not a safetensors file, or it is damaged (its header is no text)");
  }
}

/** @param {string} text in base 64 @returns {Uint8Array<ArrayBuffer>} */
export function bytesOfBase64(text) {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bytes = new Uint8Array(Math.floor(text.replace(/=+$/, "").length * 3 / 4));
  for (let k = 0, at = 0; at < bytes.length; k += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((place) => Math.max(digits.indexOf(text[k + place]), 0));
    const word = (a << 18) | (b << 12) | (c << 6) | d;
    for (let place = 16; place >= 0 && at < bytes.length; place -= 8) bytes[at++] = (word >> place) & 255;
  }
  return bytes;
}

/** Of an integer of up to 64 bits, the fractional bits of a root of a prime, as SHA-256 takes them. */
function constants() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const bits = (/** @type {bigint} */ n, /** @type {bigint} */ power) => {
    const wanted = n << (32n * power);
    let low = 0n, high = 1n << 40n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** power <= wanted) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  };
  return {
    start: Uint32Array.from(primes.slice(0, 8), (prime) => bits(BigInt(prime), 2n)),
    rounds: Uint32Array.from(primes, (prime) => bits(BigInt(prime), 3n)),
  };
}

/** @type {{ start: Uint32Array, rounds: Uint32Array } | null} */
let roots = null;

/** SHA-256 of some pieces, one after the other, in hexadecimal digits. @param {Uint8Array[]} pieces @returns {string} */
export function sha256(pieces) {
  roots ??= constants();
  const { start, rounds } = roots, length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const padded = new Uint8Array((Math.floor((length + 8) / 64) + 1) * 64), words = new Uint32Array(64);
  let at = 0;
  for (const piece of pieces) {
    padded.set(piece, at);
    at += piece.length;
  }
  padded[at] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(padded.length - 4, (length * 8) >>> 0);
  const turned = (/** @type {number} */ x, /** @type {number} */ by) => (x >>> by) | (x << (32 - by));
  const total = start.slice();
  for (let from = 0; from < padded.length; from += 64) {
    for (let k = 0; k < 16; k++) words[k] = view.getUint32(from + 4 * k);
    for (let k = 16; k < 64; k++) {
      const x = words[k - 15], y = words[k - 2];
      words[k] = words[k - 16] + words[k - 7] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3))
        + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = total;
    for (let k = 0; k < 64; k++) {
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + rounds[k] + words[k]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((value, k) => (total[k] += value));
  }
  return Array.from(total, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** JSON in which a bigint is an integer. @param {any} value @returns {string} */
export function toJson(value) {
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${toJson(inner)}`).join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

/** The value of a JSON text; an integer of more than 15 digits is a text of them. @param {string} text @returns {any} */
export function fromJson(text) {
  const pieces = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  const safe = text.replace(pieces, (part) => (/^-?\d{16,}$/.test(part) ? `"${part}"` : part));
  try {
    return JSON.parse(safe);
  } catch (error) {
    throw new GlassnetError(`it cannot be understood (${/** @type {Error} */ (error).message})`);
  }
}

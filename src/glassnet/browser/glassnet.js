// glassnet.js: networks one can see through, in the browser. MIT licence, The glassnet authors.
// Written by python -m glassnet.browser; do not edit. Formulas are translated from glassnet/formulas, traversals are
// those of glassnet/browser/engine.
// The tables ZIGGURAT are NumPy's: see LICENCE_OF_NUMPY.

const VERSION = "0.1.0";

const LICENCE_OF_NUMPY = "Copyright (c) 2005-2025, NumPy Developers.\nAll rights reserved.\n\nRedistribution and use in source and binary forms, with or without\nmodification, are permitted provided that the following conditions are\nmet:\n\n    * Redistributions of source code must retain the above copyright\n       notice, this list of conditions and the following disclaimer.\n\n    * Redistributions in binary form must reproduce the above\n       copyright notice, this list of conditions and the following\n       disclaimer in the documentation and/or other materials provided\n       with the distribution.\n\n    * Neither the name of the NumPy Developers nor the names of any\n       contributors may be used to endorse or promote products derived\n       from this software without specific prior written permission.\n\nTHIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS\n\"AS IS\" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT\nLIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR\nA PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT\nOWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,\nSPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT\nLIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,\nDATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY\nTHEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT\n(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE\n";

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

// Errors that are raised on purpose.

class GlassnetError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "GlassnetError";
  }
}

/** Training left the finite numbers; the network keeps its last good parameters. */
class DivergenceError extends GlassnetError {
  /**
   * @param {string} message
   * @param {{ epoch: number, batch: number, loss: number, layer: number }} place
   */
  constructor(message, place) {
    super(message);
    this.name = "DivergenceError";
    this.epoch = place.epoch;
    this.batch = place.batch;
    this.loss = place.loss;
    this.layer = place.layer;
  }
}

/**
 * A value as an error shows it.
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  const text = typeof value === "bigint" ? `${value}` : JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {{ least?: number, most?: number, above?: number, below?: number, integer?: boolean }} [limits]
 * @returns {number}
 */
function checkedNumber(name, value, limits = {}) {
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity, integer = false } = limits;
  const fits = typeof value === "number" && Number.isFinite(value) && (!integer || Number.isInteger(value))
    && value >= least && value <= most && value > above && value < below;
  if (fits) return value;
  const limited = [[">=", least], [">", above], ["<=", most], ["<", below]].filter(([, limit]) => Number.isFinite(limit));
  const wanted = [integer ? "an integer" : "a finite number", limited.map((limit) => limit.join(" ")).join(" and ")];
  throw new GlassnetError(`${name} must be ${wanted.join(" ").trim()}; got ${shown(value)}`);
}

// Bytes and texts: UTF-8, SHA-256, and JSON whose long integers stay exact. An embedded V8 has none of them.


/** @param {string} text @returns {Uint8Array} */
function bytesOf(text) {
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
function textOf(bytes) {
  let escaped = "";
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, "0")}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new GlassnetError("it is not a safetensors file, or it is damaged (its header is no text)");
  }
}

/** @param {string} text in base 64 @returns {Uint8Array<ArrayBuffer>} */
function bytesOfBase64(text) {
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
function sha256(pieces) {
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
function toJson(value) {
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${toJson(inner)}`).join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

/** The value of a JSON text; an integer of more than 15 digits is a text of them. @param {string} text @returns {any} */
function fromJson(text) {
  const pieces = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  const safe = text.replace(pieces, (part) => (/^-?\d{16,}$/.test(part) ? `"${part}"` : part));
  try {
    return JSON.parse(safe);
  } catch (error) {
    throw new GlassnetError(`it cannot be understood (${/** @type {Error} */ (error).message})`);
  }
}

// NumPy's random streams, to the bit: SeedSequence, PCG64, and the methods of Generator that glassnet uses.


const TWO_32 = 4294967296;
// The multiplier of PCG64, lowest 32 bits first. O'Neill 2014.
const M0 = 0x9fccf645, M1 = 0x4385df64, M2 = 0x1fc65da4, M3 = 0x2360ed05;
const ZIGGURAT_R = 3.6541528853610088;

/** @typedef {{ k: Float64Array, w: Float64Array, f: Float64Array }} Tables
 * @type {Tables | null} */
let kept = null;

/** The tables of the ziggurat: sizes below which a number is taken at once, factors of sizes, densities at the edges.
 * @returns {Tables} */
function ziggurat() {
  if (kept) return kept;
  const view = new DataView(bytesOfBase64(ZIGGURAT).buffer);
  const numbers = (/** @type {number} */ from) => Float64Array.from({ length: 256 }, (_, i) => view.getFloat64(from + 8 * i, true));
  const k = Float64Array.from({ length: 256 }, (_, i) => Number(view.getBigUint64(8 * i, true)));
  kept = { k, w: numbers(2048), f: numbers(4096) };
  return kept;
}

/** The upper 32 bits of a product of two numbers of 32 bits.
 * @param {number} a @param {number} b @returns {number} */
function upper(a, b) {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aLow * bHigh + aHigh * bLow + ((aLow * bLow) >>> 16);
  return aHigh * bHigh + Math.floor(middle / 65536);
}

/** Numbers of 32 bits that follow from a seed and the place of a stream among those it was split into.
 * @param {number | bigint | string} seed @param {number[]} path @param {number} count @returns {Uint32Array} */
function seedWords(seed, path, count) {
  const entropy = [];
  let rest = BigInt(seed);
  do {
    entropy.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  if (path.length > 0) while (entropy.length < 4) entropy.push(0);
  entropy.push(...path);
  const pool = new Uint32Array(4);
  let constant = 0x43b0d7e5;
  const hashed = (/** @type {number} */ value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mixed = (/** @type {number} */ x, /** @type {number} */ y) => {
    const result = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y) | 0;
    return result ^ (result >>> 16);
  };
  for (let i = 0; i < 4; i++) pool[i] = hashed(i < entropy.length ? entropy[i] : 0);
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  for (let from = 4; from < entropy.length; from++)
    for (let to = 0; to < 4; to++) pool[to] = mixed(pool[to], hashed(entropy[from]));
  const words = new Uint32Array(count);
  constant = 0x8b51f9dd;
  for (let i = 0; i < count; i++) {
    let value = pool[i % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    words[i] = value ^ (value >>> 16);
  }
  return words;
}

/** NumPy's `default_rng(seed)`, or the stream that its SeedSequence spawns at `path`. */
class Random {
  /** @param {number | bigint | string} [seed] @param {number[]} [path] */
  constructor(seed = 0, path = []) {
    const isText = typeof seed === "string" && /^\d+$/.test(seed);
    const isWhole = isText || typeof seed === "bigint" || (typeof seed === "number" && Number.isSafeInteger(seed));
    if (!isWhole || Number(seed) < 0) throw new GlassnetError(`seed must be an integer >= 0; got ${shown(seed)}`);
    const w = seedWords(seed, path, 8);
    this.s0 = 0, this.s1 = 0, this.s2 = 0, this.s3 = 0;
    this.i0 = ((w[6] << 1) | 1) >>> 0;
    this.i1 = ((w[7] << 1) | (w[6] >>> 31)) >>> 0;
    this.i2 = ((w[4] << 1) | (w[7] >>> 31)) >>> 0;
    this.i3 = ((w[5] << 1) | (w[4] >>> 31)) >>> 0;
    this.waiting = false;
    this.kept = 0;
    this.low = 0;
    this.high = 0;
    this.next();
    this.add(w[2], w[3], w[0], w[1]);
    this.next();
  }

  /** @param {number} a0 @param {number} a1 @param {number} a2 @param {number} a3 */
  add(a0, a1, a2, a3) {
    const t0 = this.s0 + a0, t1 = this.s1 + a1 + (t0 >= TWO_32 ? 1 : 0);
    const t2 = this.s2 + a2 + (t1 >= TWO_32 ? 1 : 0), t3 = this.s3 + a3 + (t2 >= TWO_32 ? 1 : 0);
    this.s0 = t0 >>> 0, this.s1 = t1 >>> 0, this.s2 = t2 >>> 0, this.s3 = t3 >>> 0;
  }

  /** 64 new bits in `high` and `low`. */
  next() {
    const { s0, s1, s2, s3 } = this;
    const t1 = upper(s0, M0) + (Math.imul(s0, M1) >>> 0) + (Math.imul(s1, M0) >>> 0);
    const t2 = upper(s0, M1) + upper(s1, M0) + (Math.imul(s0, M2) >>> 0) + (Math.imul(s1, M1) >>> 0)
      + (Math.imul(s2, M0) >>> 0) + Math.floor(t1 / TWO_32);
    const t3 = upper(s0, M2) + upper(s1, M1) + upper(s2, M0) + (Math.imul(s0, M3) >>> 0)
      + (Math.imul(s1, M2) >>> 0) + (Math.imul(s2, M1) >>> 0) + (Math.imul(s3, M0) >>> 0) + Math.floor(t2 / TWO_32);
    this.s0 = Math.imul(s0, M0) >>> 0, this.s1 = t1 >>> 0, this.s2 = t2 >>> 0, this.s3 = t3 >>> 0;
    this.add(this.i0, this.i1, this.i2, this.i3);
    const high = this.s3 ^ this.s1, low = this.s2 ^ this.s0, turn = this.s3 >>> 26, by = turn & 31;
    const first = turn < 32 ? high : low, second = turn < 32 ? low : high;
    this.high = (by === 0 ? first : (first >>> by) | (second << (32 - by))) >>> 0;
    this.low = (by === 0 ? second : (second >>> by) | (first << (32 - by))) >>> 0;
  }

  /** 32 bits; the other half of the 64 waits for the next call. @returns {number} */
  next32() {
    if (this.waiting) {
      this.waiting = false;
      return this.kept;
    }
    this.next();
    this.waiting = true;
    this.kept = this.high;
    return this.low;
  }

  /** A number in [0, 1). @returns {number} */
  double() {
    this.next();
    return (this.high * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  /** A number in [0, 1) of 24 bits, as float32 is drawn. @returns {number} */
  float() {
    return (this.next32() >>> 8) / 16777216;
  }

  /** An integer from 0 to `most`, which is less than 2^32. Lemire 2019. @param {number} most @returns {number} */
  below(most) {
    if (most === 0) return 0;
    const count = most + 1;
    let drawn = this.next32(), rest = Math.imul(drawn, count) >>> 0;
    if (rest < count) {
      const least = (0xffffffff - most) % count;
      while (rest < least) {
        drawn = this.next32();
        rest = Math.imul(drawn, count) >>> 0;
      }
    }
    return upper(drawn, count);
  }

  /** An integer from 0 to `most`, as a shuffle draws it: bits enough, again while they are too many.
   * @param {number} most @returns {number} */
  interval(most) {
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const drawn = (this.next32() & mask) >>> 0;
      if (drawn <= most) return drawn;
    }
  }

  /** A normal number, by the ziggurat. Marsaglia, Tsang 2000. @returns {number} */
  gauss() {
    const { k, w, f } = ziggurat();
    for (;;) {
      this.next();
      const index = this.low & 0xff, isNegative = (this.low >>> 8) & 1;
      const size = (this.high & 0x1fffffff) * 8388608 + (this.low >>> 9);
      const x = (isNegative ? -1 : 1) * (size * w[index]);
      if (size < k[index]) return x;
      if (index > 0) {
        const chosen = (f[index - 1] - f[index]) * this.double() + f[index];
        if (chosen < Math.exp(-0.5 * x * x)) return x;
        continue;
      }
      for (;;) {
        const far = -(1 / ZIGGURAT_R) * Math.log1p(-this.double()), y = -Math.log1p(-this.double());
        if (y + y > far * far) return Math.floor(size / 256) % 2 ? -(ZIGGURAT_R + far) : ZIGGURAT_R + far;
      }
    }
  }

  /** @param {() => number} draw @param {number} [n] @returns {any} */
  many(draw, n) {
    return n === undefined ? draw() : Float64Array.from({ length: n }, draw);
  }

  /** @param {number} [n] */
  random(n) {
    return this.many(() => this.double(), n);
  }

  /** @param {number} low @param {number} high @param {number} [n] */
  uniform(low, high, n) {
    return this.many(() => low + (high - low) * this.double(), n);
  }

  /** @param {number} [n] */
  standard_normal(n) {
    return this.many(() => this.gauss(), n);
  }

  /** @param {number} mean @param {number} sd @param {number} [n] */
  normal(mean, sd, n) {
    return this.many(() => mean + sd * this.gauss(), n);
  }

  /** Integers from `low` to `high - 1`. @param {number} low @param {number} high @param {number} [n] */
  integers(low, high, n) {
    const count = high - low;
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && count >= 1 && count < TWO_32))
      throw new GlassnetError(`integers are drawn from low to high - 1, at most 2^32 - 1 of them; got ${shown([low, high])}`);
    return this.many(() => low + this.below(high - low - 1), n);
  }

  /** Brings an array into a random order. @template {{ length: number, [i: number]: any }} T @param {T} array @returns {T} */
  shuffle(array) {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.interval(i), kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }

  /** The numbers 0 to n - 1 in a random order. @param {number} n @returns {Int32Array} */
  permutation(n) {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** Where the stream is, as NumPy's `bit_generator.state`; the integers of 128 bits as text. */
  state() {
    const whole = (/** @type {number[]} */ ...words) => words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
    return {
      bit_generator: "PCG64",
      state: {
        state: whole(this.s3, this.s2, this.s1, this.s0).toString(),
        inc: whole(this.i3, this.i2, this.i1, this.i0).toString(),
      },
      has_uint32: this.waiting ? 1 : 0,
      uinteger: this.kept,
    };
  }

  /** The stream that is where `state` says. @param {any} state @returns {Random} */
  static at(state) {
    const random = new Random(0);
    random.restore(state);
    return random;
  }

  /** @param {any} state */
  restore(state) {
    if (state?.bit_generator !== "PCG64") throw new GlassnetError(`a random stream must be a PCG64; got ${shown(state)}`);
    const word = (/** @type {unknown} */ value, /** @type {number} */ place) =>
      Number((BigInt(/** @type {any} */ (value)) >> BigInt(32 * place)) & 0xffffffffn);
    const { state: value, inc } = state.state;
    this.s0 = word(value, 0), this.s1 = word(value, 1), this.s2 = word(value, 2), this.s3 = word(value, 3);
    this.i0 = word(inc, 0), this.i1 = word(inc, 1), this.i2 = word(inc, 2), this.i3 = word(inc, 3);
    this.waiting = Boolean(state.has_uint32);
    this.kept = Number(state.uinteger) >>> 0;
  }
}

// Data on their way in: rows, flat arrays or tables become typed arrays of a network's dtype.


/** @param {string} dtype @returns {Float64ArrayConstructor | Float32ArrayConstructor} */
function floatsOf(dtype) {
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
function table(name, given, width, dtype) {
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
function targets(y, loss, n, n_outputs, dtype) {
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
function sampleWeights(given, loss, n, dtype) {
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

// Matrix products over parts of flat arrays, four columns at a time, so that each entry of the left factor is read once for four.

/** Z (n, m) = X (n, k) W (k, m).
 * @param {Floats} x @param {number} xAt @param {number} n @param {number} k
 * @param {Floats} w @param {number} wAt @param {number} m @param {Floats} z @param {number} zAt */
function multiply(x, xAt, n, k, w, wAt, m, z, zAt) {
  const whole = m - (m & 3);
  for (let i = 0; i < n; i++) {
    const start = xAt + i * k, stop = start + k, to = zAt + i * m;
    for (let j = 0; j < whole; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let l = start, v = wAt + j; l < stop; l++, v += m) {
        const factor = x[l];
        s0 += factor * w[v];
        s1 += factor * w[v + 1];
        s2 += factor * w[v + 2];
        s3 += factor * w[v + 3];
      }
      z[to + j] = s0;
      z[to + j + 1] = s1;
      z[to + j + 2] = s2;
      z[to + j + 3] = s3;
    }
    for (let j = whole; j < m; j++) {
      let sum = 0;
      for (let l = start, v = wAt + j; l < stop; l++, v += m) sum += x[l] * w[v];
      z[to + j] = sum;
    }
  }
}

/** dW (k, m) = X^T (k, n) dZ (n, m).
 * @param {Floats} x @param {number} xAt @param {number} n @param {number} k
 * @param {Floats} e @param {number} eAt @param {number} m @param {Floats} g @param {number} gAt */
function multiplyWeightsGradient(x, xAt, n, k, e, eAt, m, g, gAt) {
  const whole = m - (m & 3), end = xAt + n * k;
  for (let l = 0; l < k; l++) {
    const to = gAt + l * m;
    for (let j = 0; j < whole; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let i = xAt + l, v = eAt + j; i < end; i += k, v += m) {
        const factor = x[i];
        s0 += factor * e[v];
        s1 += factor * e[v + 1];
        s2 += factor * e[v + 2];
        s3 += factor * e[v + 3];
      }
      g[to + j] = s0;
      g[to + j + 1] = s1;
      g[to + j + 2] = s2;
      g[to + j + 3] = s3;
    }
    for (let j = whole; j < m; j++) {
      let sum = 0;
      for (let i = xAt + l, v = eAt + j; i < end; i += k, v += m) sum += x[i] * e[v];
      g[to + j] = sum;
    }
  }
}

/** dX (n, k) = dZ (n, m) W^T (m, k).
 * @param {Floats} e @param {number} eAt @param {number} n @param {number} m
 * @param {Floats} w @param {number} wAt @param {number} k @param {Floats} d @param {number} dAt */
function multiplyInputGradient(e, eAt, n, m, w, wAt, k, d, dAt) {
  const whole = k - (k & 3);
  for (let i = 0; i < n; i++) {
    const start = eAt + i * m, to = dAt + i * k;
    for (let l = 0; l < whole; l += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      const v = wAt + l * m;
      for (let j = 0; j < m; j++) {
        const factor = e[start + j];
        s0 += factor * w[v + j];
        s1 += factor * w[v + m + j];
        s2 += factor * w[v + 2 * m + j];
        s3 += factor * w[v + 3 * m + j];
      }
      d[to + l] = s0;
      d[to + l + 1] = s1;
      d[to + l + 2] = s2;
      d[to + l + 3] = s3;
    }
    for (let l = whole; l < k; l++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += e[start + j] * w[wAt + l * m + j];
      d[to + l] = sum;
    }
  }
}

/** db (m,) = the sums of the columns of dZ (n, m).
 * @param {Floats} e @param {number} eAt @param {number} n @param {number} m @param {Floats} g @param {number} gAt */
function columnSums(e, eAt, n, m, g, gAt) {
  for (let j = 0; j < m; j++) {
    let sum = 0;
    for (let i = 0, v = eAt + j; i < n; i++, v += m) sum += e[v];
    g[gAt + j] = sum;
  }
}

// Formulas that need a whole row or a whole batch: softmax, its cross-entropy, distances. As glassnet/formulas/rows.py.


/** A = softmax(Z) in each row; Z may be A.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
function softmax(z, zAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, to = aAt + i * m;
    let most = z[from], sum = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) {
      const e = Math.exp(z[from + j] - most);
      a[to + j] = e;
      sum += e;
    }
    for (let j = 0; j < m; j++) a[to + j] /= sum;
  }
}

/** Z += b; A = softmax(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt
 * @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
function activateSoftmax(z, zAt, bias, biasAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) z[zAt + i * m + j] += bias[biasAt + j];
  softmax(z, zAt, n, m, a, aAt);
}

/** dz_j = a_j (da_j - sum_k a_k da_k) in each row, in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt */
function gateSoftmax(z, zAt, n, m, a, aAt, error, eAt) {
  for (let i = 0; i < n; i++) {
    const at = aAt + i * m, to = eAt + i * m;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += a[at + j] * error[to + j];
    for (let j = 0; j < m; j++) error[to + j] = a[at + j] * (error[to + j] - sum);
  }
}

/** A = log softmax(Z) in each row; Z may be A.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
function logSoftmax(z, zAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, to = aAt + i * m;
    let most = z[from], sum = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) sum += Math.exp(z[from + j] - most);
    const logarithm = Math.log(sum);
    for (let j = 0; j < m; j++) a[to + j] = z[from + j] - most - logarithm;
  }
}

/** Z += b; A = log softmax(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt
 * @param {number} n @param {number} m @param {Floats} a @param {number} aAt */
function activateLogSoftmax(z, zAt, bias, biasAt, n, m, a, aAt) {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) z[zAt + i * m + j] += bias[biasAt + j];
  logSoftmax(z, zAt, n, m, a, aAt);
}

/** dz_j = da_j - exp(a_j) sum_k da_k in each row, in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt */
function gateLogSoftmax(z, zAt, n, m, a, aAt, error, eAt) {
  for (let i = 0; i < n; i++) {
    const at = aAt + i * m, to = eAt + i * m;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += error[to + j];
    for (let j = 0; j < m; j++) error[to + j] -= Math.exp(a[at + j]) * sum;
  }
}

/** Cross-entropy of softmax(Z) from the logits, and its gradient softmax(Z) sum(Y) - Y.
 * @param {Floats} y @param {number} yAt @param {Floats} z @param {number} zAt @param {number} n @param {number} m
 * @param {Floats} weights @param {number} weightsAt @param {Floats} error @param {number} eAt @param {number} share
 * @returns {number} */
function compareSoftmax(y, yAt, z, zAt, n, m, weights, weightsAt, error, eAt, share) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const from = zAt + i * m, target = yAt + i * m, to = eAt + i * m, weight = weights[weightsAt + i];
    let most = z[from], sum = 0, mass = 0, product = 0;
    for (let j = 1; j < m; j++) most = Math.max(most, z[from + j]);
    for (let j = 0; j < m; j++) {
      const gap = z[from + j] - most, e = Math.exp(gap);
      error[to + j] = e;
      sum += e;
      mass += y[target + j];
      product += y[target + j] * gap;
    }
    total += (mass * Math.log(sum) - product) * weight;
    const scale = mass / sum, shared = weight * share;
    for (let j = 0; j < m; j++) error[to + j] = (error[to + j] * scale - y[target + j]) * shared;
  }
  return total * share;
}

/** The length of a row. @param {Floats} rows @param {number} from @param {number} m @returns {number} */
function lengthOf(rows, from, m) {
  let squares = 0;
  for (let j = from; j < from + m; j++) squares += rows[j] * rows[j];
  return Math.sqrt(squares);
}

/** The mean over samples of a loss of sums over their rows, by its three formulas: what is summed of each entry, the
 * loss of the sums, and its slopes. A sample has `members` rows; targets are as wide as they are, or single numbers.
 * @param {(...numbers: number[]) => number[]} terms @param {(...numbers: number[]) => number} value
 * @param {(...numbers: number[]) => number[]} slopes @param {number} members @param {boolean} isOfValues @returns {Compare} */
function ofRows(terms, value, slopes, members, isOfValues) {
  const k = Math.max(members, 1);
  return (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, p) => {
    const width = isOfValues ? m : 1, /** @type {number[]} */ entries = [];
    let total = 0;
    for (let i = 0; i < n; i += k) {
      const from = qAt + i * m, target = yAt + i * width, to = eAt + i * m, weight = weights[weightsAt + i], /** @type {number[]} */ sums = [];
      const take = (/** @type {number} */ j) => {
        entries[0] = y[target + j % width];
        for (let place = 0; place < k; place++) entries[place + 1] = q[from + place * m + j];
      };
      for (let j = 0; j < m; j++) {
        take(j);
        terms(...entries, ...p).forEach((term, place) => (sums[place] = (sums[place] ?? 0) + term));
      }
      total += value(...(members ? [y[target]] : []), ...sums, ...p) * weight * k;
      for (let j = 0; j < m; j++) {
        take(j);
        slopes(...entries, ...sums, ...p).forEach((slope, place) => (error[to + place * m + j] = slope * weight * share * k));
      }
    }
    return total * share;
  };
}

/** Distances of all pairs of rows (n, n). @param {Floats} p @param {number} at @param {number} n @param {number} d */
function distances(p, at, n, d) {
  const found = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        const gap = p[at + i * d + k] - p[at + j * d + k];
        sum += gap * gap;
      }
      found[i * n + j] = Math.sqrt(sum);
    }
  return found;
}

/** The gradient with respect to P of a value with slope `slopes` (n, n) in each distance; 0 where that is 0.
 * @param {Floats} p @param {number} at @param {number} n @param {number} d @param {Float64Array} distance
 * @param {Float64Array} slopes @param {Floats} error @param {number} eAt */
function distancesBackward(p, at, n, d, distance, slopes, error, eAt) {
  error.fill(0, eAt, eAt + n * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const length = distance[i * n + j] > 0 ? distance[i * n + j] : 1;
      const pull = slopes[i * n + j] / length + slopes[j * n + i] / length;
      if (pull !== 0)
        for (let k = 0; k < d; k++) error[eAt + i * d + k] += pull * (p[at + i * d + k] - p[at + j * d + k]);
    }
}

/** Mean over the pairs of the batch. @param {Floats} y @param {number} n @param {Float64Array} distance
 * @param {number} margin @param {Float64Array} slopes @returns {number} */
function contrastive(y, n, distance, margin, slopes) {
  const share = 1 / Math.max(n * (n - 1) / 2, 1);
  let total = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const same = y[i] === y[j] ? 1 : 0, k = i * n + j;
      total += share * f_contrastive_pair(same, distance[k], margin);
      slopes[k] = share * f_contrastive_pair_slope(same, distance[k], margin);
    }
  return total;
}

/** Mean over anchors with their farthest positive and nearest negative. @param {Floats} y @param {number} n
 * @param {Float64Array} distance @param {number} margin @param {Float64Array} slopes @returns {number} */
function tripletHard(y, n, distance, margin, slopes) {
  /** @type {[number, number, number][]} */
  const found = [];
  for (let i = 0; i < n; i++) {
    let far = -1, near = -1;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const k = i * n + j;
      if (y[i] === y[j] && (far < 0 || distance[k] > distance[i * n + far])) far = j;
      if (y[i] !== y[j] && (near < 0 || distance[k] < distance[i * n + near])) near = j;
    }
    if (far >= 0 && near >= 0) found.push([i, far, near]);
  }
  const share = 1 / Math.max(found.length, 1);
  let total = 0;
  for (const [i, far, near] of found) {
    const excess = distance[i * n + far] - distance[i * n + near] + margin;
    total += f_hinge(excess);
    if (excess > 0) {
      slopes[i * n + far] += share;
      slopes[i * n + near] -= share;
    }
  }
  return total * share;
}

/** Mean over all triplets of the batch. @param {Floats} y @param {number} n @param {Float64Array} distance
 * @param {number} margin @param {Float64Array} slopes @returns {number} */
function tripletAll(y, n, distance, margin, slopes) {
  let count = 0, total = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (j === i || y[j] !== y[i]) continue;
      for (let k = 0; k < n; k++) {
        if (y[k] === y[i]) continue;
        count++;
        const excess = distance[i * n + j] - distance[i * n + k] + margin;
        total += f_hinge(excess);
        if (excess > 0) {
          slopes[i * n + j]++;
          slopes[i * n + k]--;
        }
      }
    }
  const share = 1 / Math.max(count, 1);
  for (let k = 0; k < slopes.length; k++) slopes[k] *= share;
  return total * share;
}

/** @param {(y: Floats, n: number, distance: Float64Array, margin: number, slopes: Float64Array) => number} value */
function ofDistances(value) {
  /** @type {Compare} */
  return (y, yAt, q, qAt, n, d, weights, weightsAt, error, eAt, share, p) => {
    const distance = distances(q, qAt, n, d), slopes = new Float64Array(n * n);
    const found = value(y.subarray(yAt, yAt + n), n, distance, p[0], slopes);
    distancesBackward(q, qAt, n, d, distance, slopes, error, eAt);
    return found;
  };
}

const compareContrastive = ofDistances(contrastive);
const compareTripletHard = ofDistances(tripletHard);
const compareTripletAll = ofDistances(tripletAll);

// Losses that are sums of formulas over all entries, of one or of several outputs for each target.


/** The weighted sum of the losses of all entries times `share`, and its gradient with respect to the predictions. One
 * loop for all of them: a network has few outputs beside its other numbers.
 * @param {(y: number, p: number, a: number, b: number, c: number) => number} value
 * @param {(y: number, p: number, a: number, b: number, c: number) => number} slope @returns {Compare} */
function elementwise(value, slope) {
  return (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, [a, b, c]) => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      const weight = weights[weightsAt + i], shared = weight * share;
      for (let j = 0; j < m; j++) {
        const k = i * m + j, target = y[yAt + k], prediction = q[qAt + k];
        total += value(target, prediction, a, b, c) * weight;
        error[eAt + k] = slope(target, prediction, a, b, c) * shared;
      }
    }
    return total * share;
  };
}

/** A loss whose fields are always these numbers. @param {Compare} compare @param {number[]} fields @returns {Compare} */
const withFields = (compare, fields) => (y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share) =>
  compare(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, fields);

/** Of k targets the first k outputs are means, the next k logarithms of variances; targets stand beside both.
 * @type {Compare} */
function compareGaussian(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, [least]) {
  const k = m / 2;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights[weightsAt + i], shared = weight * share;
    for (let j = i * m; j < i * m + k; j++) {
      const target = y[yAt + j], mean = q[qAt + j], logarithm = q[qAt + j + k];
      total += f_gaussian(target, mean, logarithm, least) * weight;
      error[eAt + j] = f_gaussian_slope(target, mean, logarithm, least) * shared;
      error[eAt + j + k] = f_gaussian_slope_of_variance(target, mean, logarithm, least) * shared;
    }
  }
  return total * share;
}

/** An output for each level of every target: first the lowest level of all. @type {Compare} */
function compareQuantiles(y, yAt, q, qAt, n, m, weights, weightsAt, error, eAt, share, levels) {
  const each = m / levels.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights[weightsAt + i], shared = weight * share;
    for (let j = 0; j < m; j++) {
      const k = i * m + j, level = levels[Math.floor(j / each)];
      total += f_quantile(y[yAt + k], q[qAt + k], level) * weight;
      error[eAt + k] = f_quantile_slope(y[yAt + k], q[qAt + k], level) * shared;
    }
  }
  return total * share;
}

/** @param {number} z */
function positive(z) {
  return z > 0 ? 1 : 0;
}

/** @param {number} x */
function squared(x) {
  return x * x;
}

/** @param {number | boolean} x */
function whole(x) {
  return Math.trunc(Number(x));
}

const f_SMALL_P = [3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315];
const f_SMALL_Q = [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1.0];
const f_MIDDLE_P = [1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001, 66.11919063714163, 8.883149794388377, 0.5641884969886701, 2.1531153547440383e-08];
const f_MIDDLE_Q = [1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903, 537.1811018620099, 117.6939508913125, 15.744926110709835, 1.0];

/** @param {number} z @returns {any} */
function f_linear(z) {
  return z;
}

/** @param {number} z @param {number} a @returns {any} */
function f_linear_slope(z, a) {
  return z * 0 + 1;
}

/** @param {number} z @returns {any} */
function f_relu(z) {
  return Math.max(z, 0);
}

/** @param {number} z @param {number} a @returns {any} */
function f_relu_slope(z, a) {
  return positive(z);
}

/** @param {number} z @param {number} slope @returns {any} */
function f_leaky_relu(z, slope) {
  return Math.max(z, 0) + slope * Math.min(z, 0);
}

/** @param {number} z @param {number} a @param {number} slope @returns {any} */
function f_leaky_relu_slope(z, a, slope) {
  return slope + (1 - slope) * positive(z);
}

/** @param {number} z @param {number} alpha @returns {any} */
function f_elu(z, alpha) {
  return Math.max(z, 0) + alpha * Math.expm1(Math.min(z, 0));
}

/** @param {number} z @param {number} a @param {number} alpha @returns {any} */
function f_elu_slope(z, a, alpha) {
  return z > 0 ? z * 0 + 1 : a + alpha;
}

/** @param {number} z @returns {any} */
function f_selu(z) {
  return 1.0507009873554805 * Math.max(z, 0) + 1.7580993408473766 * Math.expm1(Math.min(z, 0));
}

/** @param {number} z @param {number} a @returns {any} */
function f_selu_slope(z, a) {
  return z > 0 ? z * 0 + 1.0507009873554805 : a + 1.7580993408473766;
}

/** @param {number[]} coefficients @param {number} x @returns {any} */
function f_polynomial(coefficients, x) {
  let total = x * 0 + coefficients[coefficients.length - 1];
  for (let k = coefficients.length - 2; k >= 0; k--) {
    const coefficient = coefficients[k];
    total = total * x + coefficient;
  }
  return total;
}

/** @param {number} z @returns {any} */
function f_erf(z) {
  let size = Math.min(Math.abs(z), 6.0);
  let square = squared(Math.min(size, 0.5));
  let small = z * (f_polynomial(f_SMALL_P, square) / f_polynomial(f_SMALL_Q, square));
  let complement = Math.exp(-size * size) * (f_polynomial(f_MIDDLE_P, size) / f_polynomial(f_MIDDLE_Q, size));
  return size <= 0.46875 ? small : Math.sign(z) * (1.0 - complement);
}

/** @param {number} z @returns {any} */
function f_gelu(z) {
  return z * (0.5 * (1 + f_erf(z * 0.7071067811865476)));
}

/** @param {number} z @param {number} a @returns {any} */
function f_gelu_slope(z, a) {
  let size = Math.min(Math.abs(z), 40);
  return 0.5 * (1 + f_erf(z * 0.7071067811865476)) + z * 0.3989422804014327 * Math.exp(-0.5 * size * size);
}

/** @param {number} z @returns {any} */
function f_sigmoid(z) {
  let e = Math.exp(-Math.abs(z));
  return Math.max(e, positive(z)) / (1 + e);
}

/** @param {number} z @returns {any} */
function f_silu(z) {
  return z * f_sigmoid(z);
}

/** @param {number} z @param {number} a @returns {any} */
function f_silu_slope(z, a) {
  let s = f_sigmoid(z);
  return s + a * (1 - s);
}

/** @param {number} z @returns {any} */
function f_softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** @param {number} z @param {number} a @returns {any} */
function f_softplus_slope(z, a) {
  return f_sigmoid(z);
}

/** @param {number} z @returns {any} */
function f_mish(z) {
  return z * Math.tanh(f_softplus(z));
}

/** @param {number} z @param {number} a @returns {any} */
function f_mish_slope(z, a) {
  let e = Math.exp(-Math.abs(z));
  let q = (1 + e) * (1 + e);
  let m = z > 0 ? e * e : z * 0 + 1;
  return Math.tanh(f_softplus(z)) + z * f_sigmoid(z) * (4 * q * m / ((q + m) * (q + m)));
}

/** @param {number} z @returns {any} */
function f_gelu_tanh(z) {
  let near = Math.max(Math.min(z, 20), -20);
  return z * f_sigmoid(2 * 0.7978845608028654 * (near + 0.044715 * near * near * near));
}

/** @param {number} z @param {number} a @returns {any} */
function f_gelu_tanh_slope(z, a) {
  let near = Math.max(Math.min(z, 20), -20);
  let s = f_sigmoid(2 * 0.7978845608028654 * (near + 0.044715 * near * near * near));
  return s + 2 * 0.7978845608028654 * near * s * (1 - s) * (1 + 0.134145 * near * near);
}

/** @param {number} z @returns {any} */
function f_hard_sigmoid(z) {
  return Math.max(Math.min(z / 6 + 0.5, 1), 0);
}

/** @param {number} z @returns {any} */
function f_hard_swish(z) {
  return z * f_hard_sigmoid(z);
}

/** @param {number} z @param {number} a @returns {any} */
function f_hard_swish_slope(z, a) {
  return Math.abs(z) < 3 ? z / 3 + 0.5 : positive(z);
}

/** @param {number} z @returns {any} */
function f_exponential(z) {
  return Math.exp(z);
}

/** @param {number} z @param {number} a @returns {any} */
function f_exponential_slope(z, a) {
  return a;
}

/** @param {number} z @param {number} a @returns {any} */
function f_sigmoid_slope(z, a) {
  return a * (1 - a);
}

/** @param {number} z @returns {any} */
function f_hyperbolic_tangent(z) {
  return Math.tanh(z);
}

/** @param {number} z @param {number} a @returns {any} */
function f_hyperbolic_tangent_slope(z, a) {
  return 1 - a * a;
}

/** @param {number} z @param {number} a @returns {any} */
function f_hard_sigmoid_slope(z, a) {
  return Math.abs(z) < 3 ? z * 0 + 1 / 6 : z * 0;
}

/** @param {number} z @returns {any} */
function f_step(z) {
  return z === z ? positive(z) : z;
}

/** @param {number} z @param {number} a @returns {any} */
function f_step_slope(z, a) {
  return z * NaN;
}

/** @param {number} y @param {number} p @returns {any} */
function f_squared_error(y, p) {
  return (p - y) * (p - y);
}

/** @param {number} y @param {number} p @returns {any} */
function f_squared_error_slope(y, p) {
  return 2 * (p - y);
}

/** @param {number} y @param {number} p @returns {any} */
function f_absolute_error(y, p) {
  return Math.abs(p - y);
}

/** @param {number} y @param {number} p @returns {any} */
function f_absolute_error_slope(y, p) {
  return Math.sign(p - y);
}

/** @param {number} y @param {number} p @param {number} delta @returns {any} */
function f_huber(y, p, delta) {
  let e = Math.abs(p - y);
  return e <= delta ? 0.5 * e * e : delta * (e - 0.5 * delta);
}

/** @param {number} y @param {number} p @param {number} delta @returns {any} */
function f_huber_slope(y, p, delta) {
  return Math.max(Math.min(p - y, delta), -delta);
}

/** @param {number} y @param {number} p @returns {any} */
function f_log_cosh(y, p) {
  let e = Math.abs(p - y);
  return e + Math.log1p(Math.exp(-2 * e)) - 0.6931471805599453;
}

/** @param {number} y @param {number} p @returns {any} */
function f_log_cosh_slope(y, p) {
  return Math.tanh(p - y);
}

/** @param {number} y @param {number} p @param {number} level @returns {any} */
function f_quantile(y, p, level) {
  return 0.5 * Math.abs(y - p) + (level - 0.5) * (y - p);
}

/** @param {number} y @param {number} p @param {number} level @returns {any} */
function f_quantile_slope(y, p, level) {
  return 0.5 * Math.sign(p - y) + (0.5 - level);
}

/** @param {number} y @param {number} p @returns {any} */
function f_poisson(y, p) {
  return p - y * Math.log(Math.max(p, 1.1754943508222875e-38));
}

/** @param {number} y @param {number} p @returns {any} */
function f_poisson_slope(y, p) {
  return 1 - y / Math.max(p, 1.1754943508222875e-38);
}

/** @param {number} y @param {number} z @returns {any} */
function f_poisson_log_rates(y, z) {
  return Math.exp(z) - y * z;
}

/** @param {number} y @param {number} z @returns {any} */
function f_poisson_log_rates_slope(y, z) {
  return Math.exp(z) - y;
}

/** @param {number} y @param {number} p @returns {any} */
function f_cosine_terms(y, p) {
  return [y * p, p * p, y * y];
}

/** @param {number} product @param {number} square_p @param {number} square_y @returns {any} */
function f_cosine(product, square_p, square_y) {
  let length_y = Math.sqrt(Math.max(square_y, 1e-16));
  return 1 - product / length_y / Math.sqrt(Math.max(square_p, 1e-16));
}

/** @param {number} y @param {number} p @param {number} product @param {number} square_p @param {number} square_y @returns {any} */
function f_cosine_slopes(y, p, product, square_p, square_y) {
  let length_y = Math.sqrt(Math.max(square_y, 1e-16));
  let length_p = Math.sqrt(Math.max(square_p, 1e-16));
  let turn = positive(square_p - 1e-16) * (product / length_y / length_p) / length_p;
  return [(turn * p - y / length_y) / length_p];
}

/** @param {number} y @param {number} z @param {number} pos_weight @returns {any} */
function f_weighted_sigmoid_cross_entropy(y, z, pos_weight) {
  let rest = Math.log1p(Math.exp(-Math.abs(z)));
  return (1 - y) * (Math.max(z, 0) + rest) + pos_weight * y * (Math.max(-z, 0) + rest);
}

/** @param {number} y @param {number} z @param {number} pos_weight @returns {any} */
function f_weighted_sigmoid_cross_entropy_slope(y, z, pos_weight) {
  return (1 + (pos_weight - 1) * y) * f_sigmoid(z) - pos_weight * y;
}

/** @param {number} y @param {number} z @returns {any} */
function f_sigmoid_cross_entropy(y, z) {
  return Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));
}

/** @param {number} y @param {number} z @param {number} gamma @param {number} alpha_one @param {number} alpha_zero @returns {any} */
function f_focal(y, z, gamma, alpha_one, alpha_zero) {
  let q = f_sigmoid(z) * (1 - y) + f_sigmoid(-z) * y;
  let weight = alpha_one * y + alpha_zero * (1 - y);
  return weight * Math.exp(gamma * Math.log(Math.max(q, 1.1754943508222875e-38))) * f_sigmoid_cross_entropy(y, z);
}

/** @param {number} y @param {number} z @param {number} gamma @param {number} alpha_one @param {number} alpha_zero @returns {any} */
function f_focal_slope(y, z, gamma, alpha_one, alpha_zero) {
  let p = f_sigmoid(z);
  let rest = f_sigmoid(-z);
  let q = Math.max(p * (1 - y) + rest * y, 1.1754943508222875e-38);
  let weight = alpha_one * y + alpha_zero * (1 - y);
  let steepness = gamma * (1 - 2 * y) * p * (rest / q) * f_sigmoid_cross_entropy(y, z);
  return weight * Math.exp(gamma * Math.log(q)) * (p - y + steepness);
}

/** @param {number} y @param {number} p @param {number} pos_weight @returns {any} */
function f_binary_cross_entropy(y, p, pos_weight) {
  return -pos_weight * y * Math.log(Math.max(p, 1.1754943508222875e-38)) - (1 - y) * Math.log(Math.max(1 - p, 1.1754943508222875e-38));
}

/** @param {number} y @param {number} p @param {number} pos_weight @returns {any} */
function f_binary_cross_entropy_slope(y, p, pos_weight) {
  return (1 - y) / Math.max(1 - p, 1.1754943508222875e-38) - pos_weight * y / Math.max(p, 1.1754943508222875e-38);
}

/** @param {number} y @param {number} p @returns {any} */
function f_categorical_cross_entropy(y, p) {
  return -y * Math.log(Math.max(p, 1.1754943508222875e-38));
}

/** @param {number} y @param {number} p @returns {any} */
function f_categorical_cross_entropy_slope(y, p) {
  return -y / Math.max(p, 1.1754943508222875e-38);
}

/** @param {number} y @param {number} p @returns {any} */
function f_kullback_leibler(y, p) {
  return y * (Math.log(Math.max(y, 1.1754943508222875e-38)) - Math.log(Math.max(p, 1.1754943508222875e-38)));
}

/** @param {number} y @param {number} p @returns {any} */
function f_kullback_leibler_slope(y, p) {
  return -y / Math.max(p, 1.1754943508222875e-38);
}

/** @param {number} same @param {number} first @param {number} second @param {number} margin @returns {any} */
function f_contrastive_pairs_terms(same, first, second, margin) {
  return [(first - second) * (first - second)];
}

/** @param {number} same @param {number} d @param {number} margin @returns {any} */
function f_contrastive_pair(same, d, margin) {
  let gap = Math.max(margin - d, 0);
  return 0.5 * (same * d * d + (1 - same) * gap * gap);
}

/** @param {number} same @param {number} square @param {number} margin @returns {any} */
function f_contrastive_pairs(same, square, margin) {
  return f_contrastive_pair(same, Math.sqrt(Math.max(square, 1.1754943508222875e-38)), margin);
}

/** @param {number} same @param {number} d @param {number} margin @returns {any} */
function f_contrastive_pair_slope(same, d, margin) {
  return same * d - (1 - same) * Math.max(margin - d, 0);
}

/** @param {number} same @param {number} first @param {number} second @param {number} square @param {number} margin @returns {any} */
function f_contrastive_pairs_slopes(same, first, second, square, margin) {
  let d = Math.sqrt(Math.max(square, 1.1754943508222875e-38));
  let slope = f_contrastive_pair_slope(same, d, margin);
  let pull = slope * ((first - second) / d);
  return [pull, -pull];
}

/** @param {number} alike @param {number} first @param {number} second @param {number} margin @returns {any} */
function f_cosine_embedding_terms(alike, first, second, margin) {
  return [first * second, first * first, second * second];
}

/** @param {number} alike @param {number} product @param {number} square_first @param {number} square_second @param {number} margin @returns {any} */
function f_cosine_embedding(alike, product, square_first, square_second, margin) {
  let cos = product / Math.sqrt((square_first + 1e-12) * (square_second + 1e-12));
  return alike > 0 ? 1 - cos : -Math.min(margin - cos, 0);
}

/** @param {number} alike @param {number} first @param {number} second @param {number} product @param {number} square_first @param {number} square_second @param {number} margin @returns {any} */
function f_cosine_embedding_slopes(alike, first, second, product, square_first, square_second, margin) {
  let square_a = square_first + 1e-12;
  let square_b = square_second + 1e-12;
  let lengths = Math.sqrt(square_a * square_b);
  let cos = product / lengths;
  let slope = alike > 0 ? -positive(square_a) : 1 - positive(margin - cos);
  return [slope * (second / lengths - cos * first / square_a), slope * (first / lengths - cos * second / square_b)];
}

/** @param {number} none @param {number} anchor @param {number} plus @param {number} minus @param {number} margin @param {number} swap @returns {any} */
function f_triplet_margin_terms(none, anchor, plus, minus, margin, swap) {
  let near = anchor - plus + 1e-06;
  let far = anchor - minus + 1e-06;
  let across = plus - minus + 1e-06;
  return [near * near, far * far, across * across];
}

/** @param {number} none @param {number} near @param {number} far @param {number} across @param {number} margin @param {number} swap @returns {any} */
function f_triplet_margin(none, near, far, across, margin, swap) {
  let d_far = Math.sqrt(Math.max(far, 1.1754943508222875e-38));
  let d_across = Math.sqrt(Math.max(across, 1.1754943508222875e-38));
  let saved = 0.5 * swap * (d_far - d_across + Math.abs(d_far - d_across));
  return -Math.min(d_far - saved - Math.sqrt(Math.max(near, 1.1754943508222875e-38)) - margin, 0);
}

/** @param {number} none @param {number} anchor @param {number} plus @param {number} minus @param {number} near @param {number} far @param {number} across @param {number} margin @param {number} swap @returns {any} */
function f_triplet_margin_slopes(none, anchor, plus, minus, near, far, across, margin, swap) {
  let d_near = Math.sqrt(Math.max(near, 1.1754943508222875e-38));
  let d_far = Math.sqrt(Math.max(far, 1.1754943508222875e-38));
  let d_across = Math.sqrt(Math.max(across, 1.1754943508222875e-38));
  let share = 0.5 * swap * (1 + Math.sign(d_far - d_across));
  let saved = 0.5 * swap * (d_far - d_across + Math.abs(d_far - d_across));
  let counts = 1 - positive(d_far - saved - d_near - margin);
  let to_plus = counts * (anchor - plus + 1e-06) / d_near;
  let to_minus = counts * (1 - share) * (anchor - minus + 1e-06) / d_far;
  let between = counts * share * (plus - minus + 1e-06) / d_across;
  return [to_plus - to_minus, -to_plus - between, to_minus + between];
}

/** @param {number} y @param {number} p @returns {any} */
function f_margin_hinge(y, p) {
  return Math.max(1 - y * p, 0);
}

/** @param {number} y @param {number} p @returns {any} */
function f_margin_hinge_slope(y, p) {
  return -y * positive(1 - y * p);
}

/** @param {number} y @param {number} p @returns {any} */
function f_squared_hinge(y, p) {
  let short = Math.max(1 - y * p, 0);
  return short * short;
}

/** @param {number} y @param {number} p @returns {any} */
function f_squared_hinge_slope(y, p) {
  return -2 * y * Math.max(1 - y * p, 0);
}

/** @param {any} part @returns {any} */
function SGD_rule(part) {
  if (part.momentum === 0) return "sgd";
  return part.nesterov ? "nesterov" : "momentum";
}

/** @param {any} part @returns {any} */
function SGD_n_states(part) {
  return whole(part.momentum > 0);
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function SGD_coefficients(part, rates, steps) {
  return [rates, part.weight_decay, part.momentum].slice(0, 2 + SGD_n_states(part));
}

/** @param {any} part @returns {any} */
function AdaGrad_rule(part) {
  return "adagrad";
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function AdaGrad_coefficients(part, rates, steps) {
  return [rates, part.weight_decay, part.epsilon];
}

/** @param {any} part @returns {any} */
function RMSProp_rule(part) {
  if (part.centered) return part.momentum ? "rmsprop_centered_momentum" : "rmsprop_centered";
  return part.momentum ? "rmsprop_momentum" : "rmsprop";
}

/** @param {any} part @returns {any} */
function RMSProp_n_states(part) {
  return 1 + part.centered + (part.momentum > 0);
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function RMSProp_coefficients(part, rates, steps) {
  let common = [rates, part.weight_decay, part.epsilon, part.alpha, 1 - part.alpha];
  return part.momentum ? [...common, part.momentum] : common;
}

/** @param {any} part @returns {any} */
function AdaDelta_rule(part) {
  return "adadelta";
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function AdaDelta_coefficients(part, rates, steps) {
  return [rates, part.weight_decay, part.epsilon, part.rho, 1 - part.rho];
}

/** @param {any} part @returns {any} */
function Adam_rule(part) {
  return part.amsgrad ? "amsgrad" : "adam";
}

/** @param {any} part @returns {any} */
function Adam_n_states(part) {
  return 2 + part.amsgrad;
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function Adam_coefficients(part, rates, steps) {
  return [rates / (1 - part.beta1 ** steps), part.weight_decay, part.epsilon, part.beta1, 1 - part.beta1, part.beta2, 1 - part.beta2, 1 / Math.sqrt(1 - part.beta2 ** steps), 1.0];
}

/** @param {any} part @returns {any} */
function NAdam_rule(part) {
  return "nadam";
}

/** @param {any} part @returns {any} */
function Adamax_rule(part) {
  return "adamax";
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function Adamax_coefficients(part, rates, steps) {
  return [rates / (1 - part.beta1 ** steps), part.weight_decay, part.epsilon, part.beta1, 1 - part.beta1, part.beta2];
}

/** @param {any} part @returns {any} */
function Lion_rule(part) {
  return "lion";
}

/** @param {any} part @param {number} rates @param {number} steps @returns {any} */
function Lion_coefficients(part, rates, steps) {
  let shrink = 1 - rates * part.weight_decay;
  return [rates, part.beta1, 1 - part.beta1, part.beta2, 1 - part.beta2, shrink];
}

/** @param {any} part @param {number} steps @returns {any} */
function NAdam_momentum(part, steps) {
  return Number(part.beta1 * (1 - 0.5 * 0.96 ** (steps * part.momentum_decay)));
}

/** @param {any} part @param {number} epochs @returns {any} */
function Constant_rates(part, epochs) {
  return (part.learning_rate);
}

/** @param {number} periods @returns {any} */
function f_beyond_rounding(periods) {
  return periods * (1.0 + 8.881784197001252e-16);
}

/** @param {any} part @param {number} epochs @returns {any} */
function StepDecay_rates(part, epochs) {
  return part.learning_rate * part.factor ** Math.floor(f_beyond_rounding(epochs / part.every));
}

/** @param {any} part @param {number} epochs @returns {any} */
function ExponentialDecay_rates(part, epochs) {
  return part.learning_rate * part.factor ** epochs;
}

/** @param {any} part @param {number} epochs @returns {any} */
function InverseTimeDecay_rates(part, epochs) {
  return part.learning_rate / (1.0 + part.decay * epochs);
}

/** @param {any} part @param {number} epochs @returns {any} */
function PolynomialDecay_rates(part, epochs) {
  return part.learning_rate * (1.0 - Math.min(epochs / part.epochs, 1.0)) ** part.power;
}

/** @param {any} part @param {number} epochs @returns {any} */
function LinearDecay_rates(part, epochs) {
  return part.learning_rate * (1.0 - (1.0 - part.end_factor) * Math.min(epochs / part.epochs, 1.0));
}

/** @param {number} share @returns {any} */
function f_half_wave(share) {
  return (1.0 + Math.cos(3.141592653589793 * share)) / 2.0;
}

/** @param {any} part @param {number} epochs @returns {any} */
function CosineDecay_rates(part, epochs) {
  let share = f_half_wave(Math.min(epochs / part.epochs, 1.0));
  return part.final + (part.learning_rate - part.final) * share;
}

/** @param {any} part @param {number} epochs @returns {any} */
function LogCosineCycles_rates(part, epochs) {
  let share = Math.min(epochs / part.epochs, 1.0);
  let waves = Math.log2(1.0 + (2.0 ** part.cycles - 1.0) * share);
  return part.learning_rate * (0.5 - 0.5 * Math.cos(2.0 * 3.141592653589793 * waves));
}

/** @param {any} part @param {number} epochs @returns {any} */
function LinearWarmup_rates(part, epochs) {
  let share = Math.min(epochs / part.epochs, 1.0);
  return part.learning_rate * (part.start_factor + (1.0 - part.start_factor) * share);
}

/** @param {any} part @param {number} epochs @returns {any} */
function OneCycle_rates(part, epochs) {
  let first = part.learning_rate / part.start_divisor;
  let final = first / part.final_divisor;
  let top = part.warmup * part.epochs;
  let down = Math.min((epochs - top) / (part.epochs - top), 1.0);
  return epochs <= top ? part.learning_rate + (first - part.learning_rate) * f_half_wave(epochs / top) : final + (part.learning_rate - final) * f_half_wave(down);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function Zeros_draw(part, random, shape, fan_in, fan_out) {
  return 0;
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function Constant_draw(part, random, shape, fan_in, fan_out) {
  return (part.value);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function Normal_draw(part, random, shape, fan_in, fan_out) {
  return part.scale * random.standard_normal();
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function Uniform_draw(part, random, shape, fan_in, fan_out) {
  return random.uniform(part.low, part.high);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function GlorotUniform_draw(part, random, shape, fan_in, fan_out) {
  let limit = Math.sqrt(6.0 / (fan_in + fan_out));
  return random.uniform(-limit, limit);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function GlorotNormal_draw(part, random, shape, fan_in, fan_out) {
  return Math.sqrt(2.0 / (fan_in + fan_out)) * random.standard_normal();
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function HeUniform_draw(part, random, shape, fan_in, fan_out) {
  let limit = Math.sqrt(6.0 / fan_in);
  return random.uniform(-limit, limit);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function HeNormal_draw(part, random, shape, fan_in, fan_out) {
  return Math.sqrt(2.0 / fan_in) * random.standard_normal();
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function LecunUniform_draw(part, random, shape, fan_in, fan_out) {
  let limit = Math.sqrt(3.0 / fan_in);
  return random.uniform(-limit, limit);
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function LecunNormal_draw(part, random, shape, fan_in, fan_out) {
  return Math.sqrt(1.0 / fan_in) * random.standard_normal();
}

/** @param {any} part @param {any} random @param {number[]} shape @param {number} fan_in @param {number} fan_out @returns {any} */
function TorchLinear_draw(part, random, shape, fan_in, fan_out) {
  let limit = 1.0 / Math.sqrt(fan_in);
  return random.uniform(-limit, limit);
}

/** @param {number} excess @returns {any} */
function f_hinge(excess) {
  return Math.max(excess, 0);
}

/** @param {number} y @param {number} m @param {number} s @param {number} least_variance @returns {any} */
function f_gaussian(y, m, s, least_variance) {
  let v = Math.exp(s) + least_variance;
  return 0.5 * (Math.log(v) + (y - m) * (y - m) / v);
}

/** @param {number} y @param {number} m @param {number} s @param {number} least_variance @returns {any} */
function f_gaussian_slope(y, m, s, least_variance) {
  return (m - y) / (Math.exp(s) + least_variance);
}

/** @param {number} y @param {number} m @param {number} s @param {number} least_variance @returns {any} */
function f_gaussian_slope_of_variance(y, m, s, least_variance) {
  let v = Math.exp(s) + least_variance;
  return 0.5 * (1 - (y - m) * (y - m) / v) * (Math.exp(s) / v);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_linear(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_linear(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_linear(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_linear(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_linear(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_linear_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_relu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_relu(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_relu(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_relu(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_relu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_relu_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_leaky_relu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  const p0 = p[0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_leaky_relu(sum, p0);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_leaky_relu(z, zAt, n, m, a, aAt, p) {
  const p0 = p[0];
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_leaky_relu(z[zAt + k], p0);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_leaky_relu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const p0 = p[0];
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_leaky_relu_slope(z[zAt + k], a[aAt + k], p0);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_elu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  const p0 = p[0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_elu(sum, p0);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_elu(z, zAt, n, m, a, aAt, p) {
  const p0 = p[0];
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_elu(z[zAt + k], p0);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_elu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const p0 = p[0];
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_elu_slope(z[zAt + k], a[aAt + k], p0);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_selu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_selu(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_selu(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_selu(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_selu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_selu_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_gelu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_gelu(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_gelu(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_gelu(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_gelu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_gelu_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_silu(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_silu(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_silu(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_silu(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_silu(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_silu_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_softplus(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_softplus(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_softplus(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_softplus(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_softplus(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_softplus_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_mish(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_mish(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_mish(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_mish(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_mish(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_mish_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_gelu_tanh(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_gelu_tanh(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_gelu_tanh(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_gelu_tanh(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_gelu_tanh(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_gelu_tanh_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_hard_swish(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_hard_swish(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_hard_swish(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_hard_swish(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_hard_swish(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_hard_swish_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_exponential(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_exponential(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_exponential(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_exponential(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_exponential(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_exponential_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_sigmoid(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_sigmoid(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_sigmoid(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_sigmoid(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_sigmoid(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_sigmoid_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_tanh(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_hyperbolic_tangent(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_tanh(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_hyperbolic_tangent(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_tanh(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_hyperbolic_tangent_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_hard_sigmoid(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_hard_sigmoid(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_hard_sigmoid(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_hard_sigmoid(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_hard_sigmoid(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_hard_sigmoid_slope(z[zAt + k], a[aAt + k]);
}

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_step(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = f_step(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_step(z, zAt, n, m, a, aAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = f_step(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_step(z, zAt, n, m, a, aAt, error, eAt, p) {
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= f_step_slope(z[zAt + k], a[aAt + k]);
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_unchanged(parameters, gradients, states, c, factors) {
  
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    const after = w;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_sgd(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    const after = w - rate * (g + decay * w);
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_momentum(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], mu = c[2];
  const v_ = states[0];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let v = v_[k];
    v = mu * v + (g + decay * w);
    const after = w - rate * v;
    v_[k] = v;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_nesterov(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], mu = c[2];
  const v_ = states[0];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let v = v_[k];
    g = g + decay * w;
    v = mu * v + g;
    const after = w - rate * (g + mu * v);
    v_[k] = v;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_adagrad(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2];
  const s_ = states[0];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    g = g + decay * w;
    s = s + g * g;
    const after = w - rate * g / (Math.sqrt(s) + epsilon);
    s_[k] = s;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_rmsprop(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], alpha = c[3], one_minus_alpha = c[4];
  const s_ = states[0];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    g = g + decay * w;
    s = alpha * s + one_minus_alpha * g * g;
    const after = w - rate * g / (Math.sqrt(s) + epsilon);
    s_[k] = s;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_rmsprop_momentum(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], alpha = c[3], one_minus_alpha = c[4], mu = c[5];
  const s_ = states[0];
  const b_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    let b = b_[k];
    g = g + decay * w;
    s = alpha * s + one_minus_alpha * g * g;
    b = mu * b + g / (Math.sqrt(s) + epsilon);
    const after = w - rate * b;
    s_[k] = s;
    b_[k] = b;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_rmsprop_centered(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], alpha = c[3], one_minus_alpha = c[4];
  const s_ = states[0];
  const m_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    let m = m_[k];
    g = g + decay * w;
    s = alpha * s + one_minus_alpha * g * g;
    m = alpha * m + one_minus_alpha * g;
    const after = w - rate * g / (Math.sqrt(Math.max(s - m * m, 0.0)) + epsilon);
    s_[k] = s;
    m_[k] = m;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_rmsprop_centered_momentum(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], alpha = c[3], one_minus_alpha = c[4], mu = c[5];
  const s_ = states[0];
  const m_ = states[1];
  const b_ = states[2];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    let m = m_[k];
    let b = b_[k];
    g = g + decay * w;
    s = alpha * s + one_minus_alpha * g * g;
    m = alpha * m + one_minus_alpha * g;
    b = mu * b + g / (Math.sqrt(Math.max(s - m * m, 0.0)) + epsilon);
    const after = w - rate * b;
    s_[k] = s;
    m_[k] = m;
    b_[k] = b;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_adadelta(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], rho = c[3], one_minus_rho = c[4];
  const s_ = states[0];
  const d_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let s = s_[k];
    let d = d_[k];
    g = g + decay * w;
    s = rho * s + one_minus_rho * g * g;
    let step = Math.sqrt(d + epsilon) / Math.sqrt(s + epsilon) * g;
    d = rho * d + one_minus_rho * step * step;
    const after = w - rate * step;
    s_[k] = s;
    d_[k] = d;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_adam(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], beta1 = c[3], one_minus_beta1 = c[4], beta2 = c[5], one_minus_beta2 = c[6], correction = c[7], shrink = c[8];
  const m_ = states[0];
  const v_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let m = m_[k];
    let v = v_[k];
    g = g + decay * w;
    m = beta1 * m + one_minus_beta1 * g;
    v = beta2 * v + one_minus_beta2 * g * g;
    const after = shrink * w - rate * m / (Math.sqrt(v) * correction + epsilon);
    m_[k] = m;
    v_[k] = v;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_amsgrad(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], beta1 = c[3], one_minus_beta1 = c[4], beta2 = c[5], one_minus_beta2 = c[6], correction = c[7], shrink = c[8];
  const m_ = states[0];
  const v_ = states[1];
  const u_ = states[2];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let m = m_[k];
    let v = v_[k];
    let u = u_[k];
    g = g + decay * w;
    m = beta1 * m + one_minus_beta1 * g;
    v = beta2 * v + one_minus_beta2 * g * g;
    u = Math.max(u, v);
    const after = shrink * w - rate * m / (Math.sqrt(u) * correction + epsilon);
    m_[k] = m;
    v_[k] = v;
    u_[k] = u;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_nadam(parameters, gradients, states, c, factors) {
  const rate_g = c[0], rate_m = c[1], decay = c[2], epsilon = c[3], beta1 = c[4], one_minus_beta1 = c[5], beta2 = c[6], one_minus_beta2 = c[7], correction = c[8];
  const m_ = states[0];
  const v_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let m = m_[k];
    let v = v_[k];
    g = g + decay * w;
    m = beta1 * m + one_minus_beta1 * g;
    v = beta2 * v + one_minus_beta2 * g * g;
    const after = w - (rate_g * g + rate_m * m) / (Math.sqrt(v) * correction + epsilon);
    m_[k] = m;
    v_[k] = v;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_adamax(parameters, gradients, states, c, factors) {
  const rate = c[0], decay = c[1], epsilon = c[2], beta1 = c[3], one_minus_beta1 = c[4], beta2 = c[5];
  const m_ = states[0];
  const u_ = states[1];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let m = m_[k];
    let u = u_[k];
    g = g + decay * w;
    m = beta1 * m + one_minus_beta1 * g;
    u = Math.max(beta2 * u, Math.abs(g) + epsilon);
    const after = w - rate * m / u;
    m_[k] = m;
    u_[k] = u;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_lion(parameters, gradients, states, c, factors) {
  const rate = c[0], beta1 = c[1], one_minus_beta1 = c[2], beta2 = c[3], one_minus_beta2 = c[4], shrink = c[5];
  const m_ = states[0];
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    let w = before, g = gradients[k];
    let m = m_[k];
    let step = Math.sign(beta1 * m + one_minus_beta1 * g);
    const after = shrink * w - rate * step;
    m_[k] = beta2 * m + one_minus_beta2 * g;
    parameters[k] = factors === null || factors[k] === 1 ? after : before + factors[k] * (after - before);
  }
}

/** @type {Record<string, any>} */
const ACTIVATIONS = {
  "linear": { activate: activate_linear, apply: apply_linear, gate: gate_linear, value: f_linear, slope: f_linear_slope, isLinear: true },
  "relu": { activate: activate_relu, apply: apply_relu, gate: gate_relu, value: f_relu, slope: f_relu_slope, isLinear: false },
  "leaky_relu": { activate: activate_leaky_relu, apply: apply_leaky_relu, gate: gate_leaky_relu, value: f_leaky_relu, slope: f_leaky_relu_slope, isLinear: false },
  "elu": { activate: activate_elu, apply: apply_elu, gate: gate_elu, value: f_elu, slope: f_elu_slope, isLinear: false },
  "selu": { activate: activate_selu, apply: apply_selu, gate: gate_selu, value: f_selu, slope: f_selu_slope, isLinear: false },
  "gelu": { activate: activate_gelu, apply: apply_gelu, gate: gate_gelu, value: f_gelu, slope: f_gelu_slope, isLinear: false },
  "silu": { activate: activate_silu, apply: apply_silu, gate: gate_silu, value: f_silu, slope: f_silu_slope, isLinear: false },
  "softplus": { activate: activate_softplus, apply: apply_softplus, gate: gate_softplus, value: f_softplus, slope: f_softplus_slope, isLinear: false },
  "mish": { activate: activate_mish, apply: apply_mish, gate: gate_mish, value: f_mish, slope: f_mish_slope, isLinear: false },
  "gelu_tanh": { activate: activate_gelu_tanh, apply: apply_gelu_tanh, gate: gate_gelu_tanh, value: f_gelu_tanh, slope: f_gelu_tanh_slope, isLinear: false },
  "hard_swish": { activate: activate_hard_swish, apply: apply_hard_swish, gate: gate_hard_swish, value: f_hard_swish, slope: f_hard_swish_slope, isLinear: false },
  "exponential": { activate: activate_exponential, apply: apply_exponential, gate: gate_exponential, value: f_exponential, slope: f_exponential_slope, isLinear: false },
  "sigmoid": { activate: activate_sigmoid, apply: apply_sigmoid, gate: gate_sigmoid, value: f_sigmoid, slope: f_sigmoid_slope, isLinear: false },
  "tanh": { activate: activate_tanh, apply: apply_tanh, gate: gate_tanh, value: f_hyperbolic_tangent, slope: f_hyperbolic_tangent_slope, isLinear: false },
  "hard_sigmoid": { activate: activate_hard_sigmoid, apply: apply_hard_sigmoid, gate: gate_hard_sigmoid, value: f_hard_sigmoid, slope: f_hard_sigmoid_slope, isLinear: false },
  "step": { activate: activate_step, apply: apply_step, gate: gate_step, value: f_step, slope: f_step_slope, isLinear: false },
  "softmax": { activate: activateSoftmax, apply: softmax, gate: gateSoftmax, isLinear: false },
  "log_softmax": { activate: activateLogSoftmax, apply: logSoftmax, gate: gateLogSoftmax, isLinear: false },
};

/** @type {Record<string, any>} */
const LOSSES = {
  "mean_squared_error": { compare: elementwise(f_squared_error, f_squared_error_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "mean_absolute_error": { compare: elementwise(f_absolute_error, f_absolute_error_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "huber": { compare: elementwise(f_huber, f_huber_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "log_cosh": { compare: elementwise(f_log_cosh, f_log_cosh_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "quantile": { compare: elementwise(f_quantile, f_quantile_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "poisson": { compare: elementwise(f_poisson, f_poisson_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "poisson_log_rates": { compare: elementwise(f_poisson_log_rates, f_poisson_log_rates_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_exponential(values, 0, n, m, values, 0, []) },
  "cosine": { compare: ofRows(f_cosine_terms, f_cosine, f_cosine_slopes, 0, true), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "sigmoid_cross_entropy": { compare: elementwise(f_weighted_sigmoid_cross_entropy, f_weighted_sigmoid_cross_entropy_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_sigmoid(values, 0, n, m, values, 0, []) },
  "softmax_cross_entropy": { compare: compareSoftmax, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => softmax(values, 0, n, m, values, 0) },
  "sparse_softmax_cross_entropy": { compare: compareSoftmax, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => softmax(values, 0, n, m, values, 0) },
  "focal": { compare: elementwise(f_focal, f_focal_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_sigmoid(values, 0, n, m, values, 0, []) },
  "binary_cross_entropy": { compare: elementwise(f_binary_cross_entropy, f_binary_cross_entropy_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "categorical_cross_entropy": { compare: elementwise(f_categorical_cross_entropy, f_categorical_cross_entropy_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "sparse_categorical_cross_entropy": { compare: elementwise(f_categorical_cross_entropy, f_categorical_cross_entropy_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "kullback_leibler": { compare: elementwise(f_kullback_leibler, f_kullback_leibler_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "contrastive": { compare: compareContrastive, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "triplet_hard": { compare: compareTripletHard, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "triplet_all": { compare: compareTripletAll, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "contrastive_pairs": { compare: ofRows(f_contrastive_pairs_terms, f_contrastive_pairs, f_contrastive_pairs_slopes, 2, false), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "cosine_embedding": { compare: ofRows(f_cosine_embedding_terms, f_cosine_embedding, f_cosine_embedding_slopes, 2, false), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "triplet_margin": { compare: ofRows(f_triplet_margin_terms, f_triplet_margin, f_triplet_margin_slopes, 3, false), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "hinge": { compare: elementwise(f_margin_hinge, f_margin_hinge_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "squared_hinge": { compare: elementwise(f_squared_hinge, f_squared_hinge_slope), activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "gaussian_nll": { compare: compareGaussian, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
  "quantiles": { compare: compareQuantiles, activate: (/** @type {Floats} */ values, /** @type {number} */ n, /** @type {number} */ m) => apply_linear(values, 0, n, m, values, 0, []) },
};

/** @type {Record<string, any>} */
const UPDATES = {
  "unchanged": update_unchanged,
  "sgd": update_sgd,
  "momentum": update_momentum,
  "nesterov": update_nesterov,
  "adagrad": update_adagrad,
  "rmsprop": update_rmsprop,
  "rmsprop_momentum": update_rmsprop_momentum,
  "rmsprop_centered": update_rmsprop_centered,
  "rmsprop_centered_momentum": update_rmsprop_centered_momentum,
  "adadelta": update_adadelta,
  "adam": update_adam,
  "amsgrad": update_amsgrad,
  "nadam": update_nadam,
  "adamax": update_adamax,
  "lion": update_lion,
};

/** @type {Record<string, any>} */
const FORMULAS_OF_OPTIMIZERS = {
  "sgd": { rule: SGD_rule, n_states: SGD_n_states, coefficients: SGD_coefficients },
  "adagrad": { rule: AdaGrad_rule, n_states: () => 1, coefficients: AdaGrad_coefficients },
  "rmsprop": { rule: RMSProp_rule, n_states: RMSProp_n_states, coefficients: RMSProp_coefficients },
  "adadelta": { rule: AdaDelta_rule, n_states: () => 2, coefficients: AdaDelta_coefficients },
  "adam": { rule: Adam_rule, n_states: Adam_n_states, coefficients: Adam_coefficients },
  "adamw": { rule: Adam_rule, n_states: Adam_n_states },
  "nadam": { rule: NAdam_rule, n_states: () => 2 },
  "adamax": { rule: Adamax_rule, n_states: () => 2, coefficients: Adamax_coefficients },
  "lion": { rule: Lion_rule, n_states: () => 1, coefficients: Lion_coefficients },
};

/** @type {Record<string, any>} */
const FORMULAS_OF_SCHEDULES = {
  "constant": Constant_rates,
  "step_decay": StepDecay_rates,
  "exponential_decay": ExponentialDecay_rates,
  "inverse_time_decay": InverseTimeDecay_rates,
  "polynomial_decay": PolynomialDecay_rates,
  "linear_decay": LinearDecay_rates,
  "cosine_decay": CosineDecay_rates,
  "log_cosine_cycles": LogCosineCycles_rates,
  "linear_warmup": LinearWarmup_rates,
  "one_cycle": OneCycle_rates,
};

/** @type {Record<string, any>} */
const INITIALIZERS = {
  "zeros": Zeros_draw,
  "constant": Constant_draw,
  "normal": Normal_draw,
  "uniform": Uniform_draw,
  "glorot_uniform": GlorotUniform_draw,
  "glorot_normal": GlorotNormal_draw,
  "he_uniform": HeUniform_draw,
  "he_normal": HeNormal_draw,
  "lecun_uniform": LecunUniform_draw,
  "lecun_normal": LecunNormal_draw,
  "torch_linear": TorchLinear_draw,
};

/** @type {any} */
const PARTS = {"layer": {"activation": {"required": ["activation"]}, "embedding": {"fields": {"initializer": {"kind": "initializer", "name": "normal", "scale": 1.0}, "learning_rate_factor": 1.0}, "required": ["categories", "dimension"], "computed": ["parameters", "forward", "backward"]}, "periodic": {"fields": {"waves": 16, "dimension": 3, "deviation": 0.1, "learning_rate_factor": 1.0}, "required": ["columns"], "computed": ["parameters", "forward", "backward"]}, "dense": {"fields": {"activation": "linear", "initializer": "glorot_uniform", "bias_initializer": "zeros", "l1": 0.0, "l2": 0.0, "use_bias": true, "bias_l1": 0.0, "bias_l2": 0.0, "learning_rate_factor": 1.0, "bias_learning_rate_factor": 1.0}, "required": ["units"]}, "dropout": {"fields": {"rate": 0.5}}, "flatten": {}, "batch_norm": {"fields": {"momentum": 0.1, "epsilon": 1e-05, "learning_rate_factor": 1.0, "bias_learning_rate_factor": 1.0}, "computed": ["parameters", "statistics", "forward", "infer", "backward"]}, "layer_norm": {"fields": {"epsilon": 1e-05, "learning_rate_factor": 1.0, "bias_learning_rate_factor": 1.0}, "computed": ["parameters", "forward", "backward"]}, "rms_norm": {"fields": {"learning_rate_factor": 1.0, "epsilon": null}, "computed": ["parameters", "forward", "backward"]}, "parametric_selu": {"fields": {"learning_rate_factor": 1.0}, "facts": {"value": "x + w * (1.0507009873554805 * x - x) if x > 0 else x + w * (1.7580993408473766 * (exp(x) - 1) - x)", "slope": "1 + w * (1.0507009873554805 - 1) if x > 0 else 1 + w * (1.7580993408473766 * exp(x) - 1)", "slope_of_weight": "1.0507009873554805 * x - x if x > 0 else 1.7580993408473766 * (exp(x) - 1) - x"}, "computed": ["parameters", "forward", "backward"]}, "parametric_mish": {"fields": {"learning_rate_factor": 1.0}, "facts": {"value": "x + w * (x * tanh(softplus(x)) - x)", "slope": "1 + w * (tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2) - 1)", "slope_of_weight": "x * tanh(softplus(x)) - x"}, "computed": ["parameters", "forward", "backward"]}, "prelu": {"fields": {"learning_rate_factor": 1.0, "initial_slope": 0.25, "shared": false}, "facts": {"value": "x if x > 0 else w * x", "slope": "1 if x > 0 else w", "slope_of_weight": "0 if x > 0 else x"}, "computed": ["parameters", "forward", "backward"]}, "residual": {"required": ["layers"]}, "scale": {"fields": {"learning_rate_factor": 1.0}, "facts": {"value": "w * x", "slope": "w", "slope_of_weight": "x"}, "computed": ["parameters", "forward", "backward"]}}, "activation": {"linear": {"aliases": ["identity", "none"], "facts": {"value": "z", "slope": "1", "outputs": "values", "forward_only": false}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "relu": {"facts": {"value": "max(z, 0)", "slope": "1 if z > 0 else 0", "kinks": [0.0], "outputs": "values", "forward_only": false, "source": "Nair, Hinton 2010, ICML"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": true, "is_bounded": false, "steepest": null, "rectifies": true}, "leaky_relu": {"fields": {"slope_below": 0.01}, "facts": {"value": "z if z > 0 else slope_below * z", "slope": "1 if z > 0 else slope_below", "letters": {"slope_below": ["s", "s"]}, "kinks": [0.0], "outputs": "values", "forward_only": false, "source": "Maas, Hannun, Ng 2013, ICML"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": true, "is_bounded": false, "steepest": null, "rectifies": false}, "elu": {"fields": {"alpha": 1.0}, "facts": {"value": "z if z > 0 else alpha * (exp(z) - 1)", "slope": "1 if z > 0 else a + alpha", "letters": {"alpha": ["α", "\\alpha"]}, "kinks": [0.0], "outputs": "values", "forward_only": false, "source": "Clevert, Unterthiner, Hochreiter 2016, ICLR"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "selu": {"facts": {"value": "1.0507009873554805 * z if z > 0 else 1.7580993408473766 * (exp(z) - 1)", "slope": "1.0507009873554805 if z > 0 else 1.7580993408473766 * exp(z)", "kinks": [0.0], "outputs": "values", "forward_only": false, "source": "Klambauer et al. 2017, NIPS"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "gelu": {"facts": {"value": "z * normal_share(z)", "slope": "normal_share(z) + z * normal_density(z)", "outputs": "values", "forward_only": false, "source": "Hendrycks, Gimpel 2016, arXiv:1606.08415"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "silu": {"aliases": ["swish"], "facts": {"value": "z * sigmoid(z)", "slope": "sigmoid(z) + a * (1 - sigmoid(z))", "outputs": "values", "forward_only": false, "source": "Elfwing, Uchibe, Doya 2018, Neural Networks 107"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "softplus": {"facts": {"value": "max(z, 0) + log(1 + exp(-abs(z)))", "slope": "sigmoid(z)", "outputs": "values", "forward_only": false, "source": "Dugas et al. 2000, NIPS"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "mish": {"facts": {"value": "z * tanh(softplus(z))", "slope": "tanh(softplus(z)) + z * sigmoid(z) * (1 - tanh(softplus(z))**2)", "outputs": "values", "forward_only": false, "source": "Misra 2020, BMVC"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "gelu_tanh": {"facts": {"value": "z * (1 + tanh(0.7978845608028654 * (z + 0.044715 * z**3))) / 2", "slope": "(1 + tanh(0.7978845608028654 * (z + 0.044715 * z**3))) / 2 + z * (1 - tanh(0.7978845608028654 * (z + 0.044715 * z**3))**2) * 0.7978845608028654 * (1 + 0.134145 * z**2) / 2", "outputs": "values", "forward_only": false, "source": "Hendrycks, Gimpel 2016, arXiv:1606.08415"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "hard_swish": {"facts": {"value": "z * max(min(z / 6 + 0.5, 1), 0)", "slope": "z / 3 + 0.5 if abs(z) < 3 else 1 if z > 0 else 0", "kinks": [-3.0, 3.0], "outputs": "values", "forward_only": false, "source": "Howard et al. 2019, ICCV"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "exponential": {"facts": {"value": "exp(z)", "slope": "a", "outputs": "values", "forward_only": false, "note": "infinite above z = 88.7 in float32, 709.7 in float64"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "sigmoid": {"aliases": ["logistic"], "facts": {"value": "1 / (1 + exp(-z))", "slope": "a * (1 - a)", "outputs": "probabilities", "forward_only": false, "source": "Verhulst 1838"}, "outputs": "probabilities", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": true, "steepest": 0.25, "rectifies": false}, "tanh": {"facts": {"value": "tanh(z)", "slope": "1 - a**2", "outputs": "values", "forward_only": false, "source": "LeCun et al. 1998, Efficient BackProp"}, "outputs": "values", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": true, "steepest": 1.0, "rectifies": false}, "hard_sigmoid": {"facts": {"value": "max(min(z / 6 + 0.5, 1), 0)", "slope": "1 / 6 if abs(z) < 3 else 0", "kinks": [-3.0, 3.0], "outputs": "probabilities", "forward_only": false, "source": "Courbariaux, Bengio, David 2015, NIPS; Howard et al. 2019, ICCV"}, "outputs": "probabilities", "forward_only": false, "is_of_rows": false, "is_gate": false, "is_bounded": true, "steepest": 0.16666666666666666, "rectifies": false}, "step": {"facts": {"value": "1 if z > 0 else 0", "kinks": [0.0], "outputs": "values", "forward_only": true, "source": "McCulloch, Pitts 1943"}, "outputs": "values", "forward_only": true, "is_of_rows": false, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "softmax": {"facts": {"value": "exp(z) / sum(exp(z))", "backward": "a * (d - sum(d * a))", "outputs": "classes", "forward_only": false, "source": "Bridle 1990, NIPS"}, "outputs": "classes", "forward_only": false, "is_of_rows": true, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}, "log_softmax": {"facts": {"value": "z - log(sum(exp(z)))", "backward": "d - exp(a) * sum(d)", "outputs": "values", "forward_only": false, "source": "Bridle 1990, NIPS"}, "outputs": "values", "forward_only": false, "is_of_rows": true, "is_gate": false, "is_bounded": false, "steepest": null, "rectifies": false}}, "loss": {"mean_squared_error": {"aliases": ["mse"], "facts": {"value": "(p - y)**2", "slope": "2 * (p - y)", "data": "values", "last_activation": "linear", "aims_at_middle": true, "source": "Legendre 1805, Nouvelles méthodes"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "mean_absolute_error": {"aliases": ["mae"], "facts": {"value": "abs(p - y)", "slope": "sign(p - y)", "data": "values", "last_activation": "linear", "aims_at_middle": true, "source": "Boscovich 1757"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "huber": {"fields": {"delta": 1.0}, "facts": {"value": "min(abs(p - y), delta) * (abs(p - y) - min(abs(p - y), delta) / 2)", "slope": "max(min(p - y, delta), -delta)", "letters": {"delta": ["δ", "\\delta"]}, "data": "values", "last_activation": "linear", "aims_at_middle": true, "source": "Huber 1964, Ann. Math. Statist. 35"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "log_cosh": {"facts": {"value": "abs(p - y) + log(1 + exp(-2 * abs(p - y))) - 0.6931471805599453", "slope": "tanh(p - y)", "data": "values", "last_activation": "linear", "aims_at_middle": true, "source": "Green 1990, IEEE Trans. Med. Imaging 9"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "quantile": {"aliases": ["pinball"], "fields": {"level": 0.5}, "facts": {"value": "0.5 * abs(y - p) + (level - 0.5) * (y - p)", "slope": "0.5 * sign(p - y) + (0.5 - level)", "letters": {"level": ["q", "q"]}, "data": "values", "last_activation": "linear", "aims_at_middle": false, "source": "Koenker, Bassett 1978, Econometrica 46"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "poisson": {"facts": {"value": "p - y * log(p)", "slope": "1 - y / p", "data": "rates", "last_activation": "softplus", "aims_at_middle": true, "source": "Nelder, Wedderburn 1972, J. R. Stat. Soc. A 135"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [0.0, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "poisson_log_rates": {"facts": {"value": "exp(z) - y * z", "slope": "p - y", "data": "log_rates", "last_activation": "linear", "aims_at_middle": true, "source": "Nelder, Wedderburn 1972, J. R. Stat. Soc. A 135"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [0.0, null], "rows_sum_to_one": false, "mean_over": "entries", "activation": "exponential"}, "cosine": {"facts": {"in_words": "(1/m) Σ over the m samples of 1 − cos, cos = Y·A_/(|Y| |A_|)", "slope_in_words": "(cos·A_/|A_| − Y/|Y|)/(m |A_|) of each sample", "data": "values", "last_activation": "linear", "aims_at_middle": false, "source": "Salton, Wong, Yang 1975, CACM 18"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "sigmoid_cross_entropy": {"fields": {"label_smoothing": 0.0, "pos_weight": 1.0}, "facts": {"value": "max(z, 0) - z * y + log(1 + exp(-abs(z))) if pos_weight == 1 else (1 - y) * softplus(z) + pos_weight * y * softplus(-z)", "slope": "p - y if pos_weight == 1 else (1 - y) * p - pos_weight * y * (1 - p)", "letters": {"label_smoothing": ["ε", "\\varepsilon"], "pos_weight": ["w", "w"]}, "data": "binary_logits", "last_activation": "linear", "aims_at_middle": true, "source": "Good 1952, J. R. Stat. Soc. B 14; King, Zeng 2001, Political Analysis 9"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": false, "mean_over": "entries", "activation": "sigmoid"}, "softmax_cross_entropy": {"fields": {"label_smoothing": 0.0}, "facts": {"value": "-(y * log(p))", "slope": "p * mass - y", "letters": {"label_smoothing": ["ε", "\\varepsilon"]}, "data": "logits", "last_activation": "linear", "aims_at_middle": true, "source": "Bridle 1990, NIPS"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 2, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": true, "mean_over": "rows", "activation": "softmax"}, "sparse_softmax_cross_entropy": {"fields": {"label_smoothing": 0.0}, "facts": {"value": "-(y * log(p))", "slope": "p * mass - y", "letters": {"label_smoothing": ["ε", "\\varepsilon"]}, "data": "class_logits", "last_activation": "linear", "aims_at_middle": true, "source": "Bridle 1990, NIPS"}, "targets": "classes", "takes_targets": true, "members": [], "least_outputs": 2, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": true, "mean_over": "rows", "activation": "softmax"}, "focal": {"fields": {"gamma": 2.0, "alpha": 0.25}, "facts": {"value": "(alpha * y + (1 - alpha) * (1 - y)) * exp(gamma * log(sigmoid(z) * (1 - y) + sigmoid(-z) * y)) * (max(z, 0) - z * y + log(1 + exp(-abs(z)))) if alpha >= 0 else exp(gamma * log(sigmoid(z) * (1 - y) + sigmoid(-z) * y)) * (max(z, 0) - z * y + log(1 + exp(-abs(z))))", "slope": "(alpha * y + (1 - alpha) * (1 - y)) * exp(gamma * log(p + y - 2 * p * y)) * (p - y - gamma * (1 - 2 * y) * p * (1 - p) / (p + y - 2 * p * y) * (y * log(p) + (1 - y) * log(1 - p))) if alpha >= 0 else exp(gamma * log(p + y - 2 * p * y)) * (p - y - gamma * (1 - 2 * y) * p * (1 - p) / (p + y - 2 * p * y) * (y * log(p) + (1 - y) * log(1 - p)))", "letters": {"gamma": ["γ", "\\gamma"], "alpha": ["α", "\\alpha"]}, "data": "binary_logits", "last_activation": "linear", "aims_at_middle": true, "source": "Lin et al. 2017, ICCV"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": false, "mean_over": "entries", "activation": "sigmoid"}, "binary_cross_entropy": {"aliases": ["bce"], "fields": {"label_smoothing": 0.0, "pos_weight": 1.0}, "facts": {"value": "-(y * log(p)) - (1 - y) * log(1 - p) if pos_weight == 1 else -(pos_weight * y * log(p)) - (1 - y) * log(1 - p)", "slope": "(1 - y) / (1 - p) - y / p if pos_weight == 1 else (1 - y) / (1 - p) - pos_weight * y / p", "letters": {"label_smoothing": ["ε", "\\varepsilon"], "pos_weight": ["w", "w"]}, "data": "binary", "last_activation": "sigmoid", "aims_at_middle": true, "source": "Good 1952, J. R. Stat. Soc. B 14; King, Zeng 2001, Political Analysis 9"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "categorical_cross_entropy": {"aliases": ["cce"], "fields": {"label_smoothing": 0.0}, "facts": {"value": "-(y * log(p))", "slope": "-(y / p)", "letters": {"label_smoothing": ["ε", "\\varepsilon"]}, "data": "one_hot", "last_activation": "softmax", "aims_at_middle": true, "source": "Bridle 1990, NIPS"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 2, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": true, "mean_over": "rows", "activation": "linear"}, "sparse_categorical_cross_entropy": {"aliases": ["scce"], "fields": {"label_smoothing": 0.0}, "facts": {"value": "-(y * log(p))", "slope": "-(y / p)", "letters": {"label_smoothing": ["ε", "\\varepsilon"]}, "data": "classes", "last_activation": "softmax", "aims_at_middle": true, "source": "Bridle 1990, NIPS"}, "targets": "classes", "takes_targets": true, "members": [], "least_outputs": 2, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": true, "mean_over": "rows", "activation": "linear"}, "kullback_leibler": {"aliases": ["kl", "kl_divergence"], "facts": {"value": "y * log(y / p)", "slope": "-(y / p)", "data": "distributions", "last_activation": "softmax", "aims_at_middle": true, "source": "Kullback, Leibler 1951, Ann. Math. Statist. 22"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 2, "only_targets": [], "domain": [0.0, 1.0], "rows_sum_to_one": true, "mean_over": "rows", "activation": "linear"}, "contrastive": {"fields": {"margin": 1.0}, "facts": {"in_words": "mean over the pairs i, j of d²/2 (one class) or max(0, margin − d)²/2 (two classes), d = |A_i − A_j|", "slope_in_words": "Σ_j (∂L/∂d_ij + ∂L/∂d_ji)·(A_i − A_j)/d_ij, over the other samples j", "letters": {"margin": ["margin", "m"]}, "data": "labels", "last_activation": "linear", "aims_at_middle": true, "source": "Hadsell, Chopra, LeCun 2006, CVPR"}, "targets": "labels", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "triplet_hard": {"aliases": ["triplet"], "fields": {"margin": 1.0}, "facts": {"in_words": "mean over anchors of max(0, margin + d(anchor, farthest positive) − d(anchor, nearest negative))", "slope_in_words": "Σ_j (∂L/∂d_ij + ∂L/∂d_ji)·(A_i − A_j)/d_ij, over the other samples j", "letters": {"margin": ["margin", "m"]}, "data": "labels", "last_activation": "linear", "aims_at_middle": true, "source": "Hermans, Beyer, Leibe 2017, arXiv:1703.07737"}, "targets": "labels", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "triplet_all": {"fields": {"margin": 1.0}, "facts": {"in_words": "mean over all triplets of max(0, margin + d(anchor, positive) − d(anchor, negative))", "slope_in_words": "Σ_j (∂L/∂d_ij + ∂L/∂d_ji)·(A_i − A_j)/d_ij, over the other samples j", "letters": {"margin": ["margin", "m"]}, "data": "labels", "last_activation": "linear", "aims_at_middle": true, "source": "Hermans, Beyer, Leibe 2017, arXiv:1703.07737"}, "targets": "labels", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "contrastive_pairs": {"fields": {"margin": 1.0}, "facts": {"in_words": "mean over the pairs of d²/2 (y = 1) or max(0, margin − d)²/2 (y = 0), d = |first − second|", "slope_in_words": "(first − second)/n where y = 1, −max(0, margin − d)·(first − second)/(d n) where y = 0, in the second the opposite", "letters": {"margin": ["margin", "m"]}, "data": "pairs", "last_activation": "linear", "aims_at_middle": true, "source": "Hadsell, Chopra, LeCun 2006, CVPR"}, "targets": "labels", "takes_targets": true, "members": ["first", "second"], "least_outputs": 1, "only_targets": [0.0, 1.0], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "cosine_embedding": {"fields": {"margin": 0.0}, "facts": {"in_words": "mean over the pairs of 1 − cos (y = 1) or max(0, cos − margin) (y = −1), cos = first·second/(|first| |second|)", "slope_in_words": "∓(second/|second| − cos·first/|first|)/(n |first|), − where y = 1, + where y = −1 and cos > margin; in the second likewise", "letters": {"margin": ["margin", "m"]}, "data": "signed_pairs", "last_activation": "linear", "aims_at_middle": true, "source": "Bromley, Guyon, LeCun, Säckinger, Shah 1993, NIPS"}, "targets": "labels", "takes_targets": true, "members": ["first", "second"], "least_outputs": 1, "only_targets": [-1.0, 1.0], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "triplet_margin": {"fields": {"margin": 1.0, "swap": false}, "facts": {"in_words": "mean over the triplets of max(0, margin + d(anchor, positive) − d(anchor, negative)), d(a, b) = |a − b + 10⁻⁶|; swap: the smaller one of d(anchor, negative) and d(positive, negative)", "slope_in_words": "where it is not 0, ((anchor − positive)/d(anchor, positive) − (anchor − negative)/d(anchor, negative))/n in the anchor, the opposite of each part in positive and negative", "letters": {"margin": ["margin", "m"], "swap": ["swap", "\\mathrm{swap}"]}, "data": "triplets", "last_activation": "linear", "aims_at_middle": true, "source": "Schroff, Kalenichenko, Philbin 2015, CVPR; Balntas, Riba, Ponsa, Mikolajczyk 2016, BMVC"}, "targets": "labels", "takes_targets": false, "members": ["anchor", "positive", "negative"], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "hinge": {"facts": {"value": "max(1 - y * p, 0)", "slope": "-y if y * p < 1 else 0", "data": "signs", "last_activation": "linear", "aims_at_middle": false, "source": "Cortes, Vapnik 1995, Machine Learning 20"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [-1.0, 1.0], "domain": [-1.0, 1.0], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "squared_hinge": {"facts": {"value": "max(1 - y * p, 0)**2", "slope": "-2 * y * max(1 - y * p, 0)", "data": "signs", "last_activation": "linear", "aims_at_middle": false, "source": "Cortes, Vapnik 1995, Machine Learning 20"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [-1.0, 1.0], "domain": [-1.0, 1.0], "rows_sum_to_one": false, "mean_over": "entries", "activation": "linear"}, "gaussian_nll": {"fields": {"least_variance": 1e-06}, "facts": {"in_words": "(1/n) Σ ½·(log(V) + (Y − M)²/V) of the n targets, V = exp(S) + v; A_ holds all M, then all S", "slope_in_words": "(M − Y)/V/n for the means, ½·(1 − (Y − M)²/V)·exp(S)/V/n for the logarithms of variances", "letters": {"least_variance": ["v", "v_0"]}, "data": "means_and_variances", "last_activation": "linear", "aims_at_middle": false, "source": "Nix, Weigend 1994, ICNN"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}, "quantiles": {"fields": {"levels": [0.1, 0.5, 0.9]}, "facts": {"in_words": "(1/n) Σ q·E where E = Y − A_ > 0, else (q − 1)·E, q being the level of each of the n outputs", "slope_in_words": "−q/n where Y > A_, (1 − q)/n where Y < A_", "letters": {"levels": ["q", "q"]}, "data": "levels", "last_activation": "linear", "aims_at_middle": false, "source": "Koenker, Bassett 1978, Econometrica 46"}, "targets": "values", "takes_targets": true, "members": [], "least_outputs": 1, "only_targets": [], "domain": [null, null], "rows_sum_to_one": false, "mean_over": "rows", "activation": "linear"}}, "optimizer": {"sgd": {"fields": {"learning_rate": 0.001, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "momentum": 0.0, "nesterov": false}, "facts": {"updates": {"sgd": {"lines": ["w ← w − η·[g] = {w} − [rate]·{(g)} = {w1}"]}, "momentum": {"states": "v", "lines": ["v ← μ·v + [g] = [momentum]·{(v)} + {(g)} = {v1}", "w ← w − η·v = {w} − [rate]·{(v1)} = {w1}"]}, "nesterov": {"states": "v", "lines": ["v ← μ·v + [g] = [momentum]·{(v)} + {(g)} = {v1}", "w ← w − η·([g] + μ·v) = {w} − [rate]·({(g)} + [momentum]·{(v1)}) = {w1}"]}}, "decays_apart": false, "source": "Robbins, Monro 1951; Polyak 1964; Sutskever et al. 2013, ICML"}}, "adagrad": {"fields": {"learning_rate": 0.01, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "epsilon": 1e-10}, "facts": {"updates": {"adagrad": {"states": "s", "lines": ["s ← s + [g]² = {s} + {(g)}² = {s1}", "w ← w − η·[g]/(√s + ε) = {w} − [rate]·{(g)}/(√{s1} + [epsilon]) = {w1}"]}}, "decays_apart": false, "source": "Duchi, Hazan, Singer 2011, JMLR 12"}}, "rmsprop": {"fields": {"learning_rate": 0.01, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "alpha": 0.99, "epsilon": 1e-08, "momentum": 0.0, "centered": false}, "facts": {"updates": {"rmsprop": {"states": "s", "lines": ["s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}", "w ← w − η·[g]/(√s + ε) = {w} − [rate]·{(g)}/(√{s1} + [epsilon]) = {w1}"]}, "rmsprop_momentum": {"states": "sb", "lines": ["s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}", "b ← μ·b + [g]/(√s + ε) = [momentum]·{(b)} + {(g)}/(√{s1} + [epsilon]) = {b1}", "w ← w − η·b = {w} − [rate]·{(b1)} = {w1}"]}, "rmsprop_centered": {"states": "sm", "lines": ["s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}", "m ← α·m + (1 − α)·[g] = [alpha]·{(m)} + [1 - alpha]·{(g)} = {m1}", "w ← w − η·[g]/(√(s − m²) + ε) = {w} − [rate]·{(g)}/(√(max({s1} − {(m1)}², 0)) + [epsilon]) = {w1}"]}, "rmsprop_centered_momentum": {"states": "smb", "lines": ["s ← α·s + (1 − α)·[g]² = [alpha]·{(s)} + [1 - alpha]·{(g)}² = {s1}", "m ← α·m + (1 − α)·[g] = [alpha]·{(m)} + [1 - alpha]·{(g)} = {m1}", "b ← μ·b + [g]/(√(s − m²) + ε) = [momentum]·{(b)} + {(g)}/(√(max({s1} − {(m1)}², 0)) + [epsilon]) = {b1}", "w ← w − η·b = {w} − [rate]·{(b1)} = {w1}"]}}, "decays_apart": false, "source": "Tieleman, Hinton 2012, lecture 6.5; centred: Graves 2013"}}, "adadelta": {"fields": {"learning_rate": 1.0, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "rho": 0.9, "epsilon": 1e-06}, "facts": {"updates": {"adadelta": {"states": "sd", "lines": ["s ← ρ·s + (1 − ρ)·[g]² = [rho]·{(s)} + [1 - rho]·{(g)}² = {s1}", "Δ = √(d + ε)/√(s + ε)·[g], d ← ρ·d + (1 − ρ)·Δ² = [rho]·{(d)} + [1 - rho]·(√({d} + [epsilon])/√({s1} + [epsilon])·{(g)})² = {d1}", "w ← w − η·Δ = {w} − [rate]·√({d} + [epsilon])/√({s1} + [epsilon])·{(g)} = {w1}"]}}, "decays_apart": false, "source": "Zeiler 2012, arXiv 1212.5701"}}, "adam": {"fields": {"learning_rate": 0.001, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08, "amsgrad": false}, "facts": {"updates": {"adam": {"states": "mv", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}", "m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = [step]", "w ← w − η·m̂/(√v̂ + ε) = {w} − [rate]·({(m1)}/[1 - beta1**step])/(√({v1}/[1 - beta2**step]) + [epsilon]) = {w1}"]}, "amsgrad": {"states": "mvu", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}", "u ← max(u, v) = max({u}, {v1}) = {u1}", "m̂ = m/(1 − β₁ᵗ), û = u/(1 − β₂ᵗ), t = [step]", "w ← w − η·m̂/(√û + ε) = {w} − [rate]·({(m1)}/[1 - beta1**step])/(√({u1}/[1 - beta2**step]) + [epsilon]) = {w1}"]}}, "decays_apart": false, "source": "Kingma, Ba 2015, ICLR; amsgrad: Reddi, Kale, Kumar 2018, ICLR"}}, "adamw": {"fields": {"learning_rate": 0.001, "weight_decay": 0.01, "clip_norm": null, "clip_value": null, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08, "amsgrad": false}, "facts": {"updates": {"adam": {"states": "mv", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}", "m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = [step]", "w ← (1 − η·λ)·w − η·m̂/(√v̂ + ε) = (1 − [rate]·[weight_decay])·{(w)} − [rate]·({(m1)}/[1 - beta1**step])/(√({v1}/[1 - beta2**step]) + [epsilon]) = {w1}"]}, "amsgrad": {"states": "mvu", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}", "u ← max(u, v) = max({u}, {v1}) = {u1}", "m̂ = m/(1 − β₁ᵗ), û = u/(1 − β₂ᵗ), t = [step]", "w ← (1 − η·λ)·w − η·m̂/(√û + ε) = (1 − [rate]·[weight_decay])·{(w)} − [rate]·({(m1)}/[1 - beta1**step])/(√({u1}/[1 - beta2**step]) + [epsilon]) = {w1}"]}}, "decays_apart": true, "source": "Loshchilov, Hutter 2019, ICLR"}}, "nadam": {"fields": {"learning_rate": 0.002, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08, "momentum_decay": 0.004}, "facts": {"updates": {"nadam": {"states": "mv", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "v ← β₂·v + (1 − β₂)·[g]² = [beta2]·{(v)} + [1 - beta2]·{(g)}² = {v1}", "v̂ = v/(1 − β₂ᵗ), t = [step]; μₜ = [mu], their product Π = [product]", "η_g = η·(1 − μₜ)/(1 − Π) = [rate_of_gradient], η_m = η·μₜ₊₁/(1 − Π·μₜ₊₁) = [rate_of_mean]", "w ← w − (η_g·[g] + η_m·m)/(√v̂ + ε) = {w} − ([rate_of_gradient]·{(g)} + [rate_of_mean]·{(m1)})/(√({v1}/[1 - beta2**step]) + [epsilon]) = {w1}"]}}, "decays_apart": false, "source": "Dozat 2016, ICLR workshop"}}, "adamax": {"fields": {"learning_rate": 0.002, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08}, "facts": {"updates": {"adamax": {"states": "mu", "lines": ["m ← β₁·m + (1 − β₁)·[g] = [beta1]·{(m)} + [1 - beta1]·{(g)} = {m1}", "u ← max(β₂·u, |[g]| + ε) = max([beta2]·{u}, |{g}| + [epsilon]) = {u1}", "w ← w − η·m̂/u, m̂ = m/(1 − β₁ᵗ), t = [step]: {w} − [rate]·({(m1)}/[1 - beta1**step])/{u1} = {w1}"]}}, "decays_apart": false, "source": "Kingma, Ba 2015, ICLR, section 7.1"}}, "lion": {"fields": {"learning_rate": 0.0001, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "beta1": 0.9, "beta2": 0.99}, "facts": {"updates": {"lion": {"states": "m", "lines": ["w ← (1 − η·λ)·w − η·sign(β₁·m + (1 − β₁)·[g]) = (1 − [rate]·[weight_decay])·{(w)} − [rate]·sign([beta1]·{(m)} + [1 - beta1]·{(g)}) = {w1}", "m ← β₂·m + (1 − β₂)·[g] = [beta2]·{(m)} + [1 - beta2]·{(g)} = {m1}"]}}, "decays_apart": true, "source": "Chen et al. 2023, NeurIPS"}}, "lbfgs": {"fields": {"learning_rate": null, "weight_decay": 0.0, "clip_norm": null, "clip_value": null, "memory": 10, "gradient_tolerance": 1e-05, "decrease_tolerance": 2.2e-09, "max_line_search": 20}, "facts": {"updates": {"lbfgs": {}}, "decays_apart": false, "source": "Liu, Nocedal 1989, Math. Programming 45; Zhu et al. 1997, ACM TOMS 23"}, "refused": "its line search is SciPy's, which the browser does not have; choose another optimizer, or train in Python"}}, "schedule": {"constant": {"required": ["learning_rate"]}, "chain": {"required": ["schedules", "boundaries"]}, "step_decay": {"aliases": ["step"], "fields": {"factor": 0.1}, "required": ["learning_rate", "every"]}, "exponential_decay": {"aliases": ["exponential"], "required": ["learning_rate", "factor"]}, "inverse_time_decay": {"aliases": ["inverse_time"], "required": ["learning_rate", "decay"]}, "polynomial_decay": {"aliases": ["polynomial"], "fields": {"power": 1.0}, "required": ["learning_rate", "epochs"]}, "linear_decay": {"aliases": ["linear"], "fields": {"end_factor": 0.0}, "required": ["learning_rate", "epochs"]}, "cosine_decay": {"aliases": ["cosine"], "fields": {"final": 0.0}, "required": ["learning_rate", "epochs"]}, "cosine_restarts": {"aliases": ["restarts"], "fields": {"growth": 1, "final": 0.0}, "required": ["learning_rate", "epochs"]}, "log_cosine_cycles": {"aliases": ["log_cosine"], "fields": {"cycles": 4}, "required": ["learning_rate", "epochs"]}, "linear_warmup": {"aliases": ["warmup"], "fields": {"start_factor": 0.3333333333333333}, "required": ["learning_rate", "epochs"]}, "one_cycle": {"fields": {"warmup": 0.3, "start_divisor": 25.0, "final_divisor": 10000.0}, "required": ["learning_rate", "epochs"]}}, "initializer": {"zeros": {}, "constant": {"aliases": ["ones"], "fields": {"value": 1.0}}, "normal": {"aliases": ["legacy"], "fields": {"scale": 0.01}}, "uniform": {"fields": {"low": -0.05, "high": 0.05}}, "glorot_uniform": {"aliases": ["xavier_uniform"]}, "glorot_normal": {"aliases": ["xavier_normal"]}, "he_uniform": {"aliases": ["kaiming_uniform"]}, "he_normal": {"aliases": ["kaiming_normal"]}, "lecun_uniform": {}, "lecun_normal": {}, "torch_linear": {"aliases": ["torch", "pytorch"]}}};

/** @type {any} */
const ON_LOGITS = {"binary_cross_entropy": {"sigmoid": "sigmoid_cross_entropy"}, "categorical_cross_entropy": {"softmax": "softmax_cross_entropy"}, "sparse_categorical_cross_entropy": {"softmax": "sparse_softmax_cross_entropy"}};

/** @type {any} */
const OPTIMIZER_LETTERS = {"sgd": [], "momentum": ["v"], "nesterov": ["v"], "adagrad": ["s"], "rmsprop": ["s"], "rmsprop_momentum": ["s", "b"], "rmsprop_centered": ["s", "m"], "rmsprop_centered_momentum": ["s", "m", "b"], "adadelta": ["s", "d"], "adam": ["m", "v"], "amsgrad": ["m", "v", "u"], "nadam": ["m", "v"], "adamax": ["m", "u"], "lion": ["m"], "lbfgs": []};

const ZIGGURAT = "au8lgD3zDgAAAAAAAAAAAKjG+5i+CAwAQoG9+lSjDQDq7sF+9lEOAH730+lVsg4Aucp+gUvvDgCqRPoKRxkPABjL/2HtNw8AXCVhlUZPDwCWoxvkpWEPAKSWU3V6cA8AmkQo7LJ8DwDTV2MM8YYPAN4lg1emjw8A2tBNxySXDwAJ9dsHqZ0PAHT6gfVgow8A+Etb3m+oDwDcVNNg8awPAA+5GGf7sA8AxnRTjZ+0DwB3/mYj7LcPAA7loensug8A7QsEnau9DwBXbP9gMMAPAEiiNxCCwg8A0VvieqbEDwAx7nqXosYPAKSWKKl6yA8Ahd5LXjLKDwAaIwLpzMsPAMQ5+BJNzQ8AmeyPTbXODwAwyR2/B9APAObE1k1G0Q8AUPTiqHLSDwAeyfBPjtMPAHi0kJma1A8AUw+SuJjVDwDsmY7AidYPADLoyKlu1w8A6Ah7VEjYDwCMLK2LF9kPANKtpwfd2Q8AjF4QcJnaDwAgLsBdTdsPAND8W1z52w8AfZq5653cDwCdchiBO90PAJAvNIjS3Q8AZJ82ZGPeDwBOUY1w7t4PAC60pgF03w8AQO2ZZfTfDwDyJLzkb+APAFiiJcLm4A8ATLgoPFnhDwCZP7yMx+EPAKoc2+kx4g8AkRvahZjiDwCGQbWP++IPAEqNVTNb4w8AKgDQmbfjDwB/rZ7pEOQPADR31EZn5A8AXAlM07rkDwAkldKuC+UPAHi8TvdZ5Q8AEhLkyKXlDwCJhhM+7+UPAHgQ2W825g8AeNXGdXvmDwCqER5mvuYPAPL05VX/5g8AAqcAWT7nDwA5nj6Ce+cPAKJwcOO25w8AQ0J3jfDnDwCM8FOQKOgPADoXNfte6A8AZAiE3JPoDwC8zvBBx+gPAPZOfTj56A8AHZuHzCnpDwDqiNMJWekPAKKak/uG6Q8AZkhxrLPpDwDVtpQm3+kPAHzmq3MJ6g8ApGbxnDLqDwAslTKrWuoPABp01aaB6g8A8Bzel6fqDwAg2fOFzOoPADzmZXjw6g8AE+wvdhPrDwBKKv6FNesPALRiMa5W6w8A+oTi9HbrDwAUIOZflusPAHydz/S06w8A0En0uNLrDwA+Lm6x7+sPAOi9HuML7A8AFVqxUifsDwDTr50EQuwPAJbxKf1b7A8A9O5sQHXsDwC0DFDSjewPABIfkbal7A8A/ifE8LzsDwAV+1SE0+wPALPIiHTp7A8At5F/xP7sDwAohTV3E+0PAANJhI8n7Q8ATC8kEDvtDwBuWK37Te0PAN3DmFRg7Q8A6E9BHXLtDwCCqeRXg+0PAMgspAaU7Q8ABLeFK6TtDwC0anTIs+0PAFJmQd/C7Q8AUm6kcdHtDwDTijyB3+0PAICZkA/t7Q8AFNQPHvrtDwDESxKuBu4PAAZa2cAS7g8A4AaQVx7uDwAkZUtzKe4PALzkChU07g8APJu4PT7uDwD0ginuR+4PAIawHSdR7g8AQX9A6VnuDwAutCg1Yu4PAPGXWAtq7g8Aegc+bHHuDwCCezJYeO4PALoGe89+7g8AskpI0oTuDwBDY7Zgiu4PAFHIzHqP7g8A2iV+IJTuDwDqKahRmO4PAFxIEw6c7g8A9HNyVZ/uDwCuzGInou4PAKxCa4Ok7g8AcS38aKbuDwD61m7Xp+4PAAr6BM6o7g8AOzPoS6nuDwAQZClQqe4PAF4HwNmo7g8AVHaJ56fuDwAkHUh4pu4PAIOeooqk7g8A2uQiHaLuDwAkIDUun+4PAC6vJryb7g8A5PIkxZfuDwA6CjxHk+4PABZ1VUCO7g8Aepw2rojuDwD9PX+Ogu4PAIi4p9577g8A/zf/m3TuDwBevanDbO4PAH4AnlJk7g8AiCijRVvuDwC2V06ZUe4PAM8GAEpH7g8AUCzhUzzuDwDYKuCyMO4PAAWCrWIk7g8AWjy4XhfuDwBHFCqiCe4PAMxJ4yf77Q8AbCF26uvtDwB+BCLk2+0PANM5zg7L7Q8A9CwEZLntDwDJOOncpu0PAI3pN3KT7Q8ANqg4HH/tDwArwLnSae0PAACuBo1T7Q8AIqTeQTztDwDYL2rnI+0PAETmL3MK7Q8ANP4H2u/sDwC4tw4Q1OwPALRulQi37A8AwTAStpjsDwB4qQ0KeewPAP4xD/VX7A8AYsmGZjXsDwA1s7RMEewPANBvjpTr6w8AkragKcTrDwDcDO71musPAEKFyeFv6w8Anh+t00LrDwBLLQuwE+sPAOkCGlni6g8AVyKZrq7qDwAm446NeOoPAOVz/c8/6g8A9tmNTATqDwA7Vi/WxekPAKRHqTuE6Q8AKEcdRz/pDwDWxXa99ugPAOboxF2q6A8A6rF64FnoDwBAqZD2BOgPAMAzgkir5w8ApWofdUznDwACoioQ6OYPANirtqB95g8AfjA4nwzmDwBC9zhzlOUPAIByl3AU5Q8AWPQ21IvkDwA3Hv2/+eMPAJyx7jVd4w8A/uQvErXiDwBXVZkDAOIPABSDeII84Q8AsGfuxGjgDwCqcSuwgt8PAKr+fsWH3g8A/TvGCXXdDwATvynlRtwPAIICLvj42g8Adbqy4YXZDwAEz0jv5tcPAAtlva0T1g8AEvDiSQHUDwCsx7SnodEPAJ4fdgTizg8AshFe2KjLDwAiLc1u0scPAO0iHi8rww8AOrjAgWW9DwA0VADEBrYPAHQoKlhArA8AmEUBHpeeDwD8HaRI+okPACww8PfFZg8AShwzS1oaDwB52RV4O0nPPMb2/eMLjYs8tFssPK9QkjxhO0Q4uXyVPAynL+j8AZg8vNBMLgwjmjz3YTgvTQCcPHRydFovrJ08w9VMLUgynzytu44nMk2gPENdAjsF9aA8dzZBl6aSoTz1GnqPoieiPIDYYzgutaI89ZFXwD88ozwvsaLBnr2jPFWb/43vOaQ8p/49NruxpDx00xpidSWlPJbOB6eAlaU86n7ZzzECpjw9fKNh0mumPHAFAJKi0qY8pvhG09o2pzx3KrMQrZinPEP1Rq1F+Kc8dwpDU8xVqDyadnueZLGoPJjPTqkuC6k86h4sgkdjqTxGxTiOybmpPCynpNzMDqo8Wc13bWdiqjwwFhBurbSqPJxsE22xBas8KXpCh4RVqzw6n1KONqSrPDKCvyrW8as8805Z+XA+rDxhOzKlE4qsPIsmcv7J1Kw8SLeADp8erTwQH+QpnWetPMO4IwDOr608U3bxqTr3rTz+7dK16z2uPABvejPpg648zoL5vTrJrjwmYvCE5w2vPIj22FT2Ua88rteHnm2VrzysLvp9U9ivPOw0QuBWDbA8mo859UAusDz8pRae6k6wPBCgcltWb7A8C/RxkIaPsDwTYbyEfa+wPH/MS2Y9z7A8awgWS8jusDzuFZUyIA6xPL4PMQdHLbE8QZGOnz5MsTweIMS/CGuxPDTaeBqnibE8iG3uURuosTzLKvj4ZsaxPC7U4JOL5LE8n6BAmYoCsjzpxsRyZSCyPB/D6X0dPrI8+2upDLRbsjx/0x1mKnmyPBvXGceBlrI82i64YruzsjxTuOFi2NCyPI6py+jZ7bI810huDcEKszwwufThjiezPKFeJnBERLM81VLKuuJgszxqWAW+an2zPGSysm/dmbM8Az24vzu2szzgHVaYhtKzPINact6+7rM8dJ7gceUKtDxddKYt+ya0PKQwPOgAQ7Q8XcfKc/detDw2w2ae33q0PC+PSDK6lrQ8XUEC9oeytDzcEbOsSc60PAWmOBYA6rQ8YlVe76sFtTxaiwryTSG1PE9matXmPLU8yLIbTndYtTx4X1UOAHS1PBSFDsaBj7U8WRskI/2qtTw9c33Rcsa1PNOML3vj4bU8OF6fyE/9tTzDH6NguBi2PKKwougdNLY8Cya3BIFPtjxylslX4mq2PDcxsYNChrY8sbJQKaKhtjy7Q7PoAb22PFLTKGFi2LY8VPhhMcTztjzraIv3Jw+3PMYUaVGOKrc83O5w3PdFtzwfc+U1ZWG3PEn07/rWfLc8k726yE2YtzwJFIs8yrO3PPsi2/NMz7c8595zjNbqtzwf6oakZwa4PHaGyNoAIrg8FZ+JzqI9uDy99dEfTlm4PMV+em8Ddbg8LfdHX8OQuDxDwAWSjqy4PJwMoatlyLg8J2pEUUnkuDyPtXMpOgC5PEeDKNw4HLk8/ArvEkY4uTyKogN5YlS5PO7VcLuOcLk8MSouicuMuTy/mT+TGam5PCzZ1Yx5xbk8EXRvK+zhuTxK0vomcv65PJI2+TkMG7o8W8iiIbs3ujyIuwuef1S6PKSpSnJacbo8PTGgZEyOujwI8Z8+Vqu6PM71Ws14yLo8NrOL4bTlujwaocNPCwO7PFuYmvB8ILs8AAzgoAo+uzwDPc5BtVu7PCeJP7l9ebs8PPfl8WSXuzxuJYXba7W7PKLALmuT07s8g66Bm9zxuzygFuxsSBC8PC168OXXLrw8HA1uE4xNvDwFh+wIZmy8PBem6+Bmi7w8q6I2vY+qvDyQ1jvH4cm8PDfgaDBe6bw8bo+LMgYJvTwg7zcQ2yi9PEfGMxXeSL08I/HnlhBpvTyl+9f0c4m9PHBuIJkJqr08Dkn8+NLKvTw3LlKV0eu9PBzSSfsGDb489kbqxHQuvjyI0cGZHFC+PCX+ly8Acr48Cr8qSyGUvjwIb/fAgba+PDqnEHYj2b48qewBYQj8vjwhU8KKMh+/PG1Ntw+kQr88aAHJIF9mvzyCl4kEZoq/PL8icRi7rr88hecv0mDTvzwL9hjBWfi/PHWg00fUDsA8R8mPAqghwDyrAqmDqTTAPMf1Pk7aR8A8frOt9jtbwDxoJqcj0G7APBcuY4+YgsA8VKLoCJeWwDzEwHF1zarAPEjU7tE9v8A8MD2qNOrTwDyTZRHP1OjAPLafpu///cA8QXAgBG4TwTw1XbubISnBPG0JxGkdP8E8Oy5gSGRVwTzz7p07+WvBPGES0nTfgsE8rOtOVhqawTyOL393rbHBPJSmcamcycE8Oa7k++vhwTwB2eLCn/rBPIHMBJ28E8I87tNvekctwjwknKykRUfCPOBYdse8YcI8Llmo+rJ8wjx4DnfNLpjCPFIKKlM3tMI8l9uWMdTQwjz1eKmxDe7CPO6uVtLsC8M8o6RoXnsqwzyjEq4FxEnDPECoM3rSacM8CkFWkrOKwzz6iK5wdazDPKYEF7Mnz8M8dfRgqtvywzza5bmcpBfEPJReVBWYPcQ8FTqnRM5kxDy8Q5x1Yo3EPCdaa51zt8Q8AonNDSXjxDxBrOlTnxDFPEJ+OlIRQMU8G+RKqbFxxTzZjXGLwKXFPP7QOiSK3MU8TB6Gz2kWxjzqagB7zlPGPMPln75AlcY8MuIJjWvbxjw0el/wKCfHPHMGCVaVecc8jM7W9C3Uxzw08ikFAznIPBR8qr8Pq8g8lkRvlOAuyTyrV0AB7svJPFp3lHjcj8o8sf14OB+YyzwzrQmCtDvNPAAAAAAAAPA/h/B5yWpE7z8VqWxbVLfuP3fwJ+ARP+4/ld4Ep2/T7T/yvFcGknDtP9wZoXhJFO0/6y2nqDO97D9/eKnOXmrsP+q67tkcG+w/gtzhTuvO6z9S9Y86ZYXrPxDdNII6Pus/ouhsPyr56j8EJXrx/rXqP+HJUNWLdOo/D6/1/ao06j/YH2XuO/bpP4EGJI0iuek/wXphV0Z96T9HehvCkULpP09xMb3xCOk/qArmT1XQ6D8C37pIrZjoP6y8N/zrYeg/bs9WDwUs6D/L4iBL7fbnP1honHeawuc/1bCgPAOP5z9W2HAHH1znPxJtP/TlKec/7nrqulD45j+JWmOeWMfmPyo7UV73luY/I+OSKidn5j8YDFWY4jfmP2UmgJgkCeY/av9Kb+ja5T+JXMisKa3lP4+NTCbkf+U/Rp6N8BNT5T/VbGVatSblP2e2IOjE+uQ/wE5JTz/P5D94UtxyIaTkPxJQ319oeeQ/eTZJShFP5D/jXzWKGSXkP4JbWJl+++M/ozGvED7S4z8OzWKmVanjP9UA2ivDgOM/6VD1i4RY4z81OnDJlzDjP+84ZP36COM/7jvqVazh4j9KldcUqrriPxXNk47yk+I/7QQFKYRt4j+E25BaXUfiP/L3L6l8IeI/IJaSqeD74T9pmVT+h9bhPxHRP1dxseE/UDybcJuM4T/aOYYSBWjhP5ypXhCtQ+E/OB8xSJIf4T8TWTKis/vgP6BCQRAQ2OA/rtlwjaa04D+BXZkddpHgPzY88Mx9buA/Lj+mr7xL4D8qgovhMSngP8TKuIXcBuA/ob17jHfJ3z/KAKmnnYXfP/N6L8spQt8/lY9+cRr/3j9UH70gbrzeP8XDTmojet4/hZtf6jg43j8JOnZHrfbdP7FWCzJ/td0/M94mZK103T+AEAKhNjTdP21brrQZ9Nw/SKjAc1W03D/H1wC76HTcP7gsHW/SNdw/F2phfBH32z+RbXHWpLjbPxsTB3iLets/yjGzYsQ82z9ShaGeTv/aP55aXzopwto/gNikSlOF2j9NwCDqy0jaPz6ERjmSDNo/35MeXqXQ2T/GwBiEBJXZP5Of4NuuWdk/F8szm6Me2T8V8bn84ePYP4iR3j9pqdg/tlqsqDhv2D/ZDap/TzXYPxHZuBGt+9c/sBT0r1DC1z/rUpKvOYnXP+2xx2lnUNc/TGGpO9kX1z+qTBKGjt/WPyHeiK2Gp9Y/4sslGsFv1j8V5Xs3PTjWP8jSgHT6ANY/RMJ2Q/jJ1T++7tYZNpPVPwABPXCzXNU/7TtTwm8m1T+Sbb+OavDUP6KcEFejutQ/1GqtnxmF1D/+JMPvzE/UPxl6NdG8GtQ/29KO0Ojl0z+uQ/F8ULHTP3kTCGjzfNM/ntH5JdFI0z8v9lpN6RTTP2YHIXc74dI/3T+WPset0j8esU1BjHrSP4neFx+KR9I/nsz3ecAU0j8WgRj2LuLRP1DwwjnVr9E/6FRU7bJ90T9n7jS7x0vRPyMkz08TGtE/xAmHWZXo0D/aQrKITbfQPzZDkI87htA/2elCIl9V0D9+dMf2tyTQP8WT34mL6M8/NTK4jBCIzz/SmOls/ifPP0ScyaRUyM4/3TwoshJpzj+EcUUWOArOPwqQx1XEq80/T1Gy+LZNzT/Mb16KD/DMP1PfcZnNksw/R53Yt/A1zD+hGL56eNnLP6oxh3pkfcs/OtHMUrQhyz8HGFeiZ8bKP34mGQt+a8o/PX4tMvcQyj9a/tK/0rbJPyd8al8QXck/afp0v68DyT9bgZKRsKrIPziagYoSUsg/dXEfYtX5xz8jo2jT+KHHP6a1epx8Ssc/FkeWfmDzxj9c8iE+pJzGP5zxraJHRsY/+YP4dkrwxT9sHfOIrJrFPzVoyKltRcU/wR/jrY3wxD8tzvVsDJzEP9V1A8LpR8Q/rjFpiyX0wz/u1+iqv6DDP4irtAW4TcM/ZSp8hA77wj8aB3oTw6jCP7deg6LVVsI/NDwYJUYFwj9CfXWSFLTBP2MtqOVAY8E/uW6iHcsSwT+6CVI9s8LAP4W/uEv5csA/Kn0GVJ0jwD8sImvLPqm/PxwOUin/C78/S6Wa8ntvvj+P6HZhtdO9P+WRvbmrOL0/CnQ7SV+evD8VEAto0AS8PzPi8nj/a7s/M/bK6ezTuj+GYuozmTy6PxlbndwEprk/q6CkdTAQuT9SKL+dHHu4P9bvPgHK5rc/dhGqWjlTtz9MSmlza8C2PxhNhSRhLrY/pGZ0VxudtT+uK/oGmwy1PxMiG0DhfLQ/hpomI+/tsz9wPtnkxV+zPxExm89m0rI/kQ3dRNNFsj99iZe+DLqxP50X8tAUL7E/JZYVLO2ksD+X5DCelxuwPzVubCssJq8/gVGyR9UWrj9i8a3+LgmtPywqKA8+/as/cF84kAfzqj9jVSn5kOqpP6u1aCrg46g/Hievd/vepz9k0Jiz6dumP9St8jyy2qU/XScRDl3bpD/L7pjO8t2jP5f0Peh84qI/vGofnwXpoT8RgJYumPGgP8SlGNeB+J8/dYyC2xoSnj8aCc2DGTCcP/jrIk6fUpo/CsEAttF5mD+Cvwv02qWWP2Sw+/Lq1pQ/E16rjTgNkz8SMGA0A0mRP0ndck8qFY8/rI9PJ42kiz94pI0NBEGIP+DPGkKW64Q/ki+VKZKlgT83aOz4YOF8P124DNmonnY//bGwAx+KcD9nsMFDn19lPw/3ubYFplQ/";

// What the translated formulas leave open of optimizers and schedules, in one place.


/** The learning rate at an epoch, which may be fractional. @param {any} schedule a number or a part @param {number} epoch
 * @returns {number} */
function rateAt(schedule, epoch) {
  if (typeof schedule === "number") return schedule;
  if (schedule.name === "chain") {
    let turn = 0;
    while (turn < schedule.boundaries.length && epoch >= schedule.boundaries[turn]) turn++;
    return rateAt(schedule.schedules[turn], turn === 0 ? epoch : epoch - schedule.boundaries[turn - 1]);
  }
  if (schedule.name === "cosine_restarts") return restarted(schedule, epoch);
  return FORMULAS_OF_SCHEDULES[schedule.name](schedule, epoch);
}

/** @param {any} schedule @param {number} epoch @returns {number} */
function restarted(schedule, epoch) {
  let since = epoch / schedule.epochs, share = since - Math.floor(since);
  if (schedule.growth > 1) {
    let start = 0, length = 1;
    while (start + length <= since) {
      start += length;
      length *= schedule.growth;
    }
    share = (since - start) / length;
  }
  return schedule.final + (schedule.learning_rate - schedule.final) * f_half_wave(share);
}

/** Enter the share that each dropout row of a plan drops at an epoch. @param {Plan} plan @param {number} epoch */
function setDropRates(plan, epoch) {
  for (const row of plan.rows) if (row.kind === "dropout") row.rate = dropRate(rateAt(row.options.rate, epoch), epoch);
}

/** @param {number} rate @param {number} epoch @returns {number} */
function dropRate(rate, epoch) {
  if (rate < 1) return rate;
  throw new GlassnetError(`the schedule of a dropout must stay below 1, where all units are dropped; at epoch ${epoch} it is ${rate}`);
}

/** The name of an optimizer's rule, how many vectors it carries, its loop, and its coefficients at a step.
 * @param {any} part */
function ruleOf(part) {
  const formulas = FORMULAS_OF_OPTIMIZERS[part.name], name = formulas.rule(part);
  /** @type {(now: any, rate: number, step: number) => number[]} */
  let coefficients = formulas.coefficients;
  if (part.name === "adamw")
    coefficients = (now, rate, step) => {
      const c = Adam_coefficients(now, rate, step);
      c[1] = 0;
      c[c.length - 1] = 1 - rate * now.weight_decay;
      return c;
    };
  if (part.name === "nadam") coefficients = nadam();
  /** @type {(rate: number, step: number, epoch: number) => number[]} */
  const at = (rate, step, epoch) => coefficients(decaying(part, epoch), rate, step);
  return { name, n_states: Number(formulas.n_states(part)), update: UPDATES[name], coefficients: at };
}

/** The optimizer with the weight decay of an epoch. @param {any} part @param {number} epoch */
function decaying(part, epoch) {
  return typeof part.weight_decay === "number" ? part : { ...part, weight_decay: rateAt(part.weight_decay, epoch) };
}

/** @returns {(part: any, rate: number, step: number) => number[]} */
function nadam() {
  let done = 0, product = 1;
  return (part, rate, step) => {
    if (step < done) done = 0, product = 1;
    for (; done < step; done++) product *= NAdam_momentum(part, done + 1);
    const mu = NAdam_momentum(part, step), ahead = NAdam_momentum(part, step + 1), { beta1, beta2 } = part;
    return [
      rate * (1 - mu) / (1 - product), rate * ahead / (1 - product * ahead), part.weight_decay, part.epsilon, beta1,
      1 - beta1, beta2, 1 - beta2, 1 / Math.sqrt(1 - beta2 ** step),
    ];
  };
}

// Shapes of samples, and parameters of layers.


/** @param {number[]} shape @returns {number} */
function product(shape) {
  return shape.reduce((total, n) => total * n, 1);
}

/** @param {number[]} shape @returns {number} */
function oneAxis(shape) {
  if (shape.length !== 1)
    throw new GlassnetError(
      `reads samples with one axis of features; received samples of shape (${shape.join(", ")}). Put flatten before it`,
    );
  return shape[0];
}

/** @param {any} activation @param {number} units */
function refuseLonelySoftmax(activation, units) {
  if (PARTS.activation[activation.name].is_of_rows && units === 1)
    throw new GlassnetError(
      `is a ${activation.name} over one unit, which is always ${activation.name === "softmax" ? 1 : 0}; use sigmoid, or two units`,
    );
}

const CONSTANT_ONE = { kind: "initializer", name: "constant", value: 1 };
const ZEROS = { kind: "initializer", name: "zeros" };

/** @param {string} name @param {number} n @param {any} initializer @param {number} factor @returns {Parameter} */
function vector(name, n, initializer, factor) {
  return { name, shape: [n], initializer, fan_in: n, fan_out: n, factor };
}

// Weights and biases of normalised numbers.


/** @param {any} layer @param {number[]} shape */
const affine = (layer, shape) => {
  const n = oneAxis(shape);
  return [
    vector("weights", n, CONSTANT_ONE, layer.learning_rate_factor),
    vector("bias", n, ZEROS, layer.bias_learning_rate_factor),
  ];
};

/** dw = sum dA s; db = sum dA, of w s + b. @param {Own} own @param {Pass} pass @param {Floats} error @param {number} eAt */
function affineBackward(own, pass, error, eAt) {
  const { n, k } = pass, { gradients, memory } = own;
  for (let j = 0; j < k; j++) {
    let weights = 0, bias = 0;
    for (let i = 0; i < n; i++) {
      const e = error[eAt + i * k + j];
      weights += e * memory[own.keptAt[0] + i * k + j];
      bias += e;
    }
    gradients[own.at[0] + j] = weights;
    gradients[own.at[1] + j] = bias;
  }
}

// All kinds of layers by name: their shapes and parameters, and the arithmetic that the loop does not do itself. Those that
// the loop computes stand here; every other kind adds itself, in the file of layers/ that is named like it.


/** @type {Record<string, LayerKind>} */
const LAYERS = {
  dense: {
    outputShape(layer, shape) {
      oneAxis(shape);
      refuseLonelySoftmax(layer.activation, layer.units);
      return [layer.units];
    },
    parameters(layer, shape) {
      const n = oneAxis(shape), m = layer.units, fans = { fan_in: n, fan_out: m };
      const weights = { name: "weights", shape: [n, m], initializer: layer.initializer, ...fans };
      const bias = { name: "bias", shape: [m], initializer: layer.bias_initializer, ...fans };
      const all = [
        { ...weights, factor: layer.learning_rate_factor },
        { ...bias, factor: layer.bias_learning_rate_factor },
      ];
      return layer.use_bias ? all : all.slice(0, 1);
    },
  },
  activation: {
    outputShape(layer, shape) {
      if (PARTS.activation[layer.activation.name].is_of_rows) refuseLonelySoftmax(layer.activation, oneAxis(shape));
      return shape;
    },
  },
  dropout: { outputShape: (layer, shape) => shape },
  flatten: { outputShape: (layer, shape) => [product(shape)], kind: null },
};

/** Raise where a kind of layer, or something that Python's has, is not there. @param {string} name */
function refuseHalfMade(name) {
  const there = Object.keys(LAYERS).join(", ");
  if (!LAYERS[name]) throw new GlassnetError(`layer ${name} is not computed by the browser engine, which knows ${there}`);
  for (const part of ["outputShape", ...PARTS.layer[name].computed ?? []])
    if (!Object.hasOwn(LAYERS[name], part))
      throw new GlassnetError(`layer ${name} has no ${part} in the browser engine, and is half made there`);
}

// Each feature standardised over the batch.


LAYERS.batch_norm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: affine,
  statistics: (layer, shape) => [
    vector("running_mean", product(shape), ZEROS, 1),
    vector("running_variance", product(shape), CONSTANT_ONE, 1),
  ],
  kept: (layer, shape) => [product(shape), product(shape)],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, running, memory, at, statisticsAt, keptAt } = own, { momentum } = layer;
    for (let j = 0; j < k; j++) {
      let mean = 0, variance = 0;
      for (let i = 0; i < n; i++) mean += x[xAt + i * k + j];
      mean /= n;
      for (let i = 0; i < n; i++) variance += (x[xAt + i * k + j] - mean) ** 2;
      variance /= n;
      const inverse = 1 / Math.sqrt(variance + layer.epsilon);
      memory[keptAt[1] + j] = inverse;
      const m = statisticsAt[0] + j, v = statisticsAt[1] + j;
      running[m] = running[m] * (1 - momentum) + momentum * mean;
      running[v] = running[v] * (1 - momentum) + momentum * (n / Math.max(n - 1, 1) * variance);
      for (let i = 0; i < n; i++) {
        const standardised = (x[xAt + i * k + j] - mean) * inverse;
        memory[keptAt[0] + i * k + j] = standardised;
        a[aAt + i * k + j] = parameters[at[0] + j] * standardised + parameters[at[1] + j];
      }
    }
  },
  infer(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, running, at, statisticsAt } = own;
    for (let j = 0; j < k; j++) {
      const mean = running[statisticsAt[0] + j];
      const scale = parameters[at[0] + j] / Math.sqrt(running[statisticsAt[1] + j] + layer.epsilon);
      for (let i = 0; i < n; i++) a[aAt + i * k + j] = (x[xAt + i * k + j] - mean) * scale + parameters[at[1] + j];
    }
  },
  backward(layer, own, pass, error, eAt, d, dAt) {
    const { n, k } = pass, { parameters, memory, at, keptAt } = own;
    affineBackward(own, pass, error, eAt);
    for (let j = 0; j < k; j++) {
      const weight = parameters[at[0] + j], inverse = memory[keptAt[1] + j];
      let mean = 0, along = 0;
      for (let i = 0; i < n; i++) {
        const g = error[eAt + i * k + j] * weight;
        mean += g;
        along += g * memory[keptAt[0] + i * k + j];
      }
      mean /= n;
      along /= n;
      for (let i = 0; i < n; i++) {
        const place = i * k + j, g = error[eAt + place] * weight;
        d[dAt + place] = inverse * (g - mean - memory[keptAt[0] + place] * along);
      }
    }
  },
};

// Integers as learned vectors.


/** Columns that pass, in their order. @param {any} layer @param {number} n @returns {number[]} */
function passing(layer, n) {
  const embedded = new Set(layer.categories.map((/** @type {number[]} */ pair) => pair[0]));
  return Array.from({ length: n }, (_, column) => column).filter((column) => !embedded.has(column));
}

LAYERS.embedding = {
  inPlace: false,
  readsData: true,
  outputShape(layer, shape) {
    const n = oneAxis(shape), { categories } = layer;
    for (const [column] of categories)
      if (column >= n)
        throw new GlassnetError(`embeds column ${column}; received samples of ${n} columns, 0 to ${n - 1}`);
    return [n - categories.length + categories.length * layer.dimension];
  },
  parameters(layer) {
    const n = layer.categories.reduce((/** @type {number} */ sum, /** @type {number[]} */ pair) => sum + pair[1], 0);
    const { dimension, initializer, learning_rate_factor: factor } = layer;
    return [{ name: "weights", shape: [n, dimension], initializer, fan_in: n, fan_out: dimension, factor }];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt, m }) {
    const columns = passing(layer, k), d = layer.dimension;
    for (let i = 0; i < n; i++) {
      columns.forEach((column, place) => (a[aAt + i * m + place] = x[xAt + i * k + column]));
      let offset = 0, to = aAt + i * m + columns.length;
      for (const [column, count] of layer.categories) {
        const from = own.at[0] + (offset + x[xAt + i * k + column]) * d;
        for (let j = 0; j < d; j++) a[to + j] = own.parameters[from + j];
        offset += count;
        to += d;
      }
    }
  },
  backward(layer, own, { x, xAt, n, k, m }, error, eAt, d, dAt) {
    const columns = passing(layer, k), width = layer.dimension, { gradients, at } = own;
    const [weights] = /** @type {any} */ (LAYERS.embedding).parameters(layer);
    gradients.fill(0, at[0], at[0] + product(weights.shape));
    d.fill(0, dAt, dAt + n * k);
    for (let i = 0; i < n; i++) {
      columns.forEach((column, place) => (d[dAt + i * k + column] = error[eAt + i * m + place]));
      let offset = 0, from = eAt + i * m + columns.length;
      for (const [column, count] of layer.categories) {
        const to = at[0] + (offset + x[xAt + i * k + column]) * width;
        for (let j = 0; j < width; j++) gradients[to + j] += error[from + j];
        offset += count;
        from += width;
      }
    }
  },
  check(layer) {
    if (!Array.isArray(layer.categories) || layer.categories.length === 0)
      throw new GlassnetError(`categories of embedding must be [[column, count], ...]; got ${shown(layer.categories)}`);
    for (const pair of layer.categories) {
      checkedNumber("a column of embedding", pair?.[0], { least: 0, integer: true });
      checkedNumber("a number of categories of embedding", pair?.[1], { least: 1, integer: true });
    }
  },
};

// Each sample standardised over its features.


LAYERS.layer_norm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: affine,
  kept: (layer, shape) => [oneAxis(shape), 1],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, memory, at, keptAt } = own;
    for (let i = 0; i < n; i++) {
      const from = xAt + i * k;
      let mean = 0, variance = 0;
      for (let j = 0; j < k; j++) mean += x[from + j];
      mean /= k;
      for (let j = 0; j < k; j++) variance += (x[from + j] - mean) ** 2;
      const inverse = 1 / Math.sqrt(variance / k + layer.epsilon);
      memory[keptAt[1] + i] = inverse;
      for (let j = 0; j < k; j++) {
        const standardised = (x[from + j] - mean) * inverse;
        memory[keptAt[0] + i * k + j] = standardised;
        a[aAt + i * k + j] = parameters[at[0] + j] * standardised + parameters[at[1] + j];
      }
    }
  },
  backward(layer, own, pass, error, eAt, d, dAt) {
    const { n, k } = pass, { parameters, memory, at, keptAt } = own;
    affineBackward(own, pass, error, eAt);
    for (let i = 0; i < n; i++) {
      let mean = 0, along = 0;
      for (let j = 0; j < k; j++) {
        const g = error[eAt + i * k + j] * parameters[at[0] + j];
        mean += g;
        along += g * memory[keptAt[0] + i * k + j];
      }
      mean /= k;
      along /= k;
      const inverse = memory[keptAt[1] + i];
      for (let j = 0; j < k; j++) {
        const place = i * k + j, g = error[eAt + place] * parameters[at[0] + j];
        d[dAt + place] = inverse * (g - mean - memory[keptAt[0] + place] * along);
      }
    }
  },
};

// Mish, of which each unit learns how much to take.


/** A layer a = x + w (f(x) - x). @param {(z: number) => number} value @param {(z: number) => number} slope @returns {any} */
function parametric(value, slope) {
  return {
    outputShape: (/** @type {any} */ layer, /** @type {number[]} */ shape) => [oneAxis(shape)],
    parameters(/** @type {any} */ layer, /** @type {number[]} */ shape) {
      const begin = { kind: "initializer", name: "constant", value: 1 };
      return [vector("weights", oneAxis(shape), begin, layer.learning_rate_factor)];
    },
    forward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, a, aAt }) {
      for (let i = 0; i < n; i++)
        for (let j = 0; j < k; j++) {
          const z = x[xAt + i * k + j];
          a[aAt + i * k + j] = z + own.parameters[own.at[0] + j] * (value(z) - z);
        }
    },
    backward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k }, /** @type {any} */ error, /** @type {number} */ eAt, /** @type {any} */ d, /** @type {number} */ dAt) {
      const { parameters, gradients, at } = own, sums = new Float64Array(k);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < k; j++) {
          const place = i * k + j, z = x[xAt + place], e = error[eAt + place];
          sums[j] += e * (value(z) - z);
          d[dAt + place] = e * (1 + parameters[at[0] + j] * (slope(z) - 1));
        }
      gradients.set(sums, at[0]);
    },
  };
}

LAYERS.parametric_mish = parametric(f_mish, (z) => f_mish_slope(z, f_mish(z)));

// SELU, of which each unit learns how much to take.


LAYERS.parametric_selu = parametric(f_selu, (z) => f_selu_slope(z, f_selu(z)));

// Numbers as waves of learned lengths.


LAYERS.periodic = {
  inPlace: false,
  outputShape(layer, shape) {
    const n = oneAxis(shape), last = Math.max(...layer.columns);
    if (last >= n)
      throw new GlassnetError(`makes waves of column ${last}; received samples of ${n} columns, 0 to ${n - 1}`);
    return [n + layer.columns.length * layer.dimension];
  },
  parameters(layer) {
    const m = layer.columns.length, { waves, dimension, deviation, learning_rate_factor: factor } = layer;
    const begin = (/** @type {string} */ name, /** @type {object} */ fields) => ({ kind: "initializer", name, ...fields });
    const fans = { fan_in: waves, fan_out: dimension, factor }, linear = begin("torch_linear", {});
    return [
      { name: "weights", shape: [m * waves, dimension], initializer: linear, ...fans },
      { name: "offsets", shape: [m, dimension], initializer: linear, ...fans },
      { name: "frequencies", shape: [m, waves], initializer: begin("normal", { scale: deviation }), ...fans },
      { name: "phases", shape: [m, waves], initializer: begin("uniform", { low: -Math.PI, high: Math.PI }), ...fans },
    ];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt, m }) {
    const { columns, waves, dimension } = layer, { parameters, at: [weights, offsets, lengths, phases] } = own;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) a[aAt + i * m + j] = x[xAt + i * k + j];
      columns.forEach((/** @type {number} */ column, /** @type {number} */ c) => {
        const angle = 2 * Math.PI * x[xAt + i * k + column], to = aAt + i * m + k + c * dimension;
        const sums = Float64Array.from({ length: dimension }, (_, e) => parameters[offsets + c * dimension + e]);
        for (let w = c * waves; w < (c + 1) * waves; w++) {
          const wave = Math.cos(angle * parameters[lengths + w] + parameters[phases + w]);
          for (let e = 0; e < dimension; e++) sums[e] += wave * parameters[weights + w * dimension + e];
        }
        a.set(sums, to);
      });
    }
  },
  backward(layer, own, { x, xAt, n, k, m }, error, eAt, d, dAt) {
    const { columns, waves, dimension } = layer, { parameters, gradients, at: [weights, offsets, lengths, phases] } = own;
    const total = new Float64Array(phases + columns.length * waves - weights);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) d[dAt + i * k + j] = error[eAt + i * m + j];
      columns.forEach((/** @type {number} */ column, /** @type {number} */ c) => {
        const angle = 2 * Math.PI * x[xAt + i * k + column], from = eAt + i * m + k + c * dimension;
        let dInput = 0;
        for (let e = 0; e < dimension; e++) total[offsets - weights + c * dimension + e] += error[from + e];
        for (let w = c * waves; w < (c + 1) * waves; w++) {
          const whole = angle * parameters[lengths + w] + parameters[phases + w], wave = Math.cos(whole);
          let dWave = 0;
          for (let e = 0; e < dimension; e++) {
            dWave += error[from + e] * parameters[weights + w * dimension + e];
            total[w * dimension + e] += wave * error[from + e];
          }
          const dAngle = -Math.sin(whole) * dWave;
          total[lengths - weights + w] += angle * dAngle;
          total[phases - weights + w] += dAngle;
          dInput += parameters[lengths + w] * dAngle;
        }
        d[dAt + i * k + column] += 2 * Math.PI * dInput;
      });
    }
    gradients.set(total, weights);
  },
  check(layer) {
    if (!Array.isArray(layer.columns) || layer.columns.length === 0)
      throw new GlassnetError(`columns of periodic must be [column, ...]; got ${shown(layer.columns)}`);
    for (const column of layer.columns) checkedNumber("a column of periodic", column, { least: 0, integer: true });
    for (const name of ["waves", "dimension"])
      checkedNumber(`${name} of periodic`, layer[name], { least: 1, integer: true });
  },
};

// A rectifier whose slope below zero is learned.


LAYERS.prelu = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters(layer, shape) {
    const n = oneAxis(shape), begin = { kind: "initializer", name: "constant", value: layer.initial_slope };
    return [{ ...vector("weights", n, begin, layer.learning_rate_factor), shape: [layer.shared ? 1 : n] }];
  },
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const step = layer.shared ? 0 : 1;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) {
        const value = x[xAt + i * k + j];
        a[aAt + i * k + j] = Math.min(value, 0) * own.parameters[own.at[0] + step * j] + Math.max(value, 0);
      }
  },
  backward(layer, own, { x, xAt, n, k }, error, eAt, d, dAt) {
    const step = layer.shared ? 0 : 1, { parameters, gradients, at } = own;
    const sums = new Float64Array(layer.shared ? 1 : k);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) {
        const place = i * k + j, value = x[xAt + place], e = error[eAt + place];
        sums[step * j] += e * Math.min(value, 0);
        d[dAt + place] = e * (value > 0 ? 1 : parameters[at[0] + step * j]);
      }
    gradients.set(sums, at[0]);
  },
};

// The two ends of a residual layer; the plan itself goes around the layers inside.


LAYERS.residual = { outputShape: (layer, shape) => shape };

/** Hands its input on, to the layers inside and past them; what it keeps is the error of the sum behind them.
 * @type {LayerKind} */
const branch = {
  inPlace: false,
  outputShape: (layer, shape) => shape,
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let place = 0; place < n * k; place++) a[aAt + place] = x[xAt + place];
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    for (let place = 0; place < n * k; place++) d[dAt + place] = error[eAt + place] + own.memory[own.keptAt[0] + place];
  },
};

/** Adds the input of the layers inside to what they gave, which it keeps. @type {LayerKind} */
const sum = {
  inPlace: false,
  outputShape: (layer, shape) => shape,
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let place = 0; place < n * k; place++) a[aAt + place] = x[xAt + place] + own.memory[own.keptAt[0] + place];
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    for (let place = 0; place < n * k; place++) d[dAt + place] = error[eAt + place];
  },
};

// Each sample divided by the root of its mean square.


/** What is added to the mean square: the machine epsilon where none is given. @param {any} layer @param {Floats} x */
function epsilonOf(layer, x) {
  return layer.epsilon ?? (x instanceof Float32Array ? 2 ** -23 : 2 ** -52);
}

LAYERS.rms_norm = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: (layer, shape) => [vector("weights", oneAxis(shape), CONSTANT_ONE, layer.learning_rate_factor)],
  kept: (layer, shape) => [oneAxis(shape), 1],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    const { parameters, memory, at, keptAt } = own, epsilon = epsilonOf(layer, x);
    for (let i = 0; i < n; i++) {
      let square = 0;
      for (let j = 0; j < k; j++) square += x[xAt + i * k + j] ** 2;
      const inverse = 1 / Math.sqrt(square / k + epsilon);
      memory[keptAt[1] + i] = inverse;
      for (let j = 0; j < k; j++) {
        const divided = x[xAt + i * k + j] * inverse;
        memory[keptAt[0] + i * k + j] = divided;
        a[aAt + i * k + j] = divided * parameters[at[0] + j];
      }
    }
  },
  backward(layer, own, { n, k }, error, eAt, d, dAt) {
    const { parameters, gradients, memory, at, keptAt } = own;
    gradients.fill(0, at[0], at[0] + k);
    for (let i = 0; i < n; i++) {
      let along = 0;
      for (let j = 0; j < k; j++) {
        const e = error[eAt + i * k + j], divided = memory[keptAt[0] + i * k + j];
        gradients[at[0] + j] += e * divided;
        along += e * parameters[at[0] + j] * divided;
      }
      along /= k;
      for (let j = 0; j < k; j++) {
        const place = i * k + j, g = error[eAt + place] * parameters[at[0] + j];
        d[dAt + place] = memory[keptAt[1] + i] * (g - memory[keptAt[0] + place] * along);
      }
    }
  },
};

// A learned factor for each feature.


LAYERS.scale = {
  outputShape: (layer, shape) => [oneAxis(shape)],
  parameters: (layer, shape) => [vector("weights", oneAxis(shape), CONSTANT_ONE, layer.learning_rate_factor)],
  forward(layer, own, { x, xAt, n, k, a, aAt }) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++) a[aAt + i * k + j] = x[xAt + i * k + j] * own.parameters[own.at[0] + j];
  },
  backward(layer, own, { x, xAt, n, k }, error, eAt, d, dAt) {
    const { parameters, gradients, at } = own;
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const place = i * k + j, e = error[eAt + place];
        sum += e * x[xAt + place];
        d[dAt + place] = e * parameters[at[0] + j];
      }
      gradients[at[0] + j] = sum;
    }
  },
};

// Layers that a user wrote and described in steps: the steps forward, and the chain rule through them back.


/** Numbers of one sample, one that belongs to all entries or one for each; `back` hands their gradient on. */
class Value {
  /** @param {Float64Array} numbers @param {(gradient: Float64Array) => void} [back] */
  constructor(numbers, back = () => {}) {
    this.numbers = numbers;
    this.gradient = new Float64Array(numbers.length);
    this.back = back;
  }

  /** @param {number} j @returns {number} */
  at(j) {
    return this.numbers[this.numbers.length === 1 ? 0 : j];
  }

  /** @param {number} j @param {number} gradient */
  take(j, gradient) {
    this.gradient[this.gradient.length === 1 ? 0 : j] += gradient;
  }
}

const sigmoid = (/** @type {number} */ z) => 1 / (1 + Math.exp(-z)), density = (/** @type {number} */ z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

// Of one number: the function, and its slope from the number z and from what the function gives.
/** @type {Record<string, [(z: number) => number, (z: number, v: number) => number]>} */
const OF_ONE = {
  "-": [(z) => -z, () => -1], abs: [Math.abs, Math.sign], cos: [Math.cos, (z) => -Math.sin(z)], exp: [Math.exp, (z, v) => v],
  floor: [Math.floor, () => 0], log: [Math.log, (z) => 1 / z], log1p: [Math.log1p, (z) => 1 / (1 + z)], sign: [Math.sign, () => 0],
  sigmoid: [sigmoid, (z, v) => v * (1 - v)], sin: [Math.sin, Math.cos], sqrt: [Math.sqrt, (z, v) => 0.5 / v], tanh: [Math.tanh, (z, v) => 1 - v * v],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid], normal_density: [density, (z, v) => -z * v],
  normal_share: [(z) => (1 + f_erf(z / Math.SQRT2)) / 2, density],
};
const half = (/** @type {number} */ a, /** @type {number} */ b) => (a > b ? 1 : a === b ? 0.5 : 0);
// Of two: the function, and its slopes in both.
/** @type {Record<string, [(a: number, b: number) => number, (a: number, b: number, v: number) => number, (a: number, b: number, v: number) => number]>} */
const OF_TWO = {
  "+": [(a, b) => a + b, () => 1, () => 1], "-": [(a, b) => a - b, () => 1, () => -1], "*": [(a, b) => a * b, (a, b) => b, (a) => a],
  "/": [(a, b) => a / b, (a, b) => 1 / b, (a, b, v) => -v / b], "**": [Math.pow, (a, b) => b * a ** (b - 1), (a, b, v) => (a > 0 ? v * Math.log(a) : 0)],
  max: [Math.max, half, (a, b) => half(b, a)], min: [Math.min, (a, b) => half(b, a), half],
};
/** @type {Record<string, (a: number, b: number) => boolean>} */
const COMPARISONS = { ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, "==": (a, b) => a === b };

/** What was computed for one sample, in order. */
class Tape {
  constructor() {
    /** @type {Value[]} */
    this.values = [];
  }

  /** @param {ArrayLike<number>} numbers @param {(gradient: Float64Array) => void} [back] @returns {Value} */
  add(numbers, back) {
    const value = new Value(Float64Array.from(numbers), back);
    this.values.push(value);
    return value;
  }

  /** The same function of each entry. @param {Value[]} parts @param {(j: number) => number} of
   * @param {(j: number, gradient: number, v: number) => void} back @returns {Value} */
  each(parts, of, back) {
    const length = Math.max(...parts.map(({ numbers }) => numbers.length));
    const made = this.add(Array.from({ length }, (_, j) => of(j)), (gradient) => gradient.forEach((one, j) => back(j, one, made.numbers[j])));
    return made;
  }

  /** @param {any} tree @param {Record<string, Value>} letters @returns {Value} */
  formula(tree, letters) {
    if (typeof tree === "number") return this.add([tree]);
    if (typeof tree === "string") return letters[tree];
    const [name, ...rest] = tree;
    if (name === "if") {
      const [left, comparison, right, yes, no] = rest, [a, b, x, y] = [left, right, yes, no].map((part) => this.formula(part, letters));
      const taken = (/** @type {number} */ j) => (COMPARISONS[comparison](a.at(j), b.at(j)) ? x : y);
      return this.each([a, b, x, y], (j) => taken(j).at(j), (j, gradient) => taken(j).take(j, gradient));
    }
    const parts = rest.map((/** @type {any} */ part) => this.formula(part, letters)), [a, b] = parts;
    if (name === "sum") return this.add([a.numbers.reduce((/** @type {number} */ total, /** @type {number} */ one) => total + one, 0)], ([gradient]) => a.gradient.forEach((_, j) => a.take(j, gradient)));
    if (parts.length === 1) {
      const [of, slope] = OF_ONE[name];
      return this.each(parts, (j) => of(a.at(j)), (j, gradient, v) => a.take(j, gradient * slope(a.at(j), v)));
    }
    const [of, left, right] = OF_TWO[name];
    return this.each(parts, (j) => of(a.at(j), b.at(j)), (j, gradient, v) => {
      a.take(j, gradient * left(a.at(j), b.at(j), v));
      b.take(j, gradient * right(a.at(j), b.at(j), v));
    });
  }
}

/** What each step makes of the values before it; `array` gives where one of the layer's arrays lies, and its gradient goes.
 * @type {Record<string, (tape: Tape, array: (name: string) => any, of: (place: number) => Value, ...rest: any[]) => Value>} */
const STEPS = {
  row(tape, array, of, name) {
    const { start, size, parameters, gradients } = array(name);
    return tape.add(parameters.subarray(start, start + size), (gradient) => gradient.forEach((one, j) => (gradients[start + j] += one)));
  },
  formula(tape, array, of, tree, letters) {
    return tape.formula(tree, Object.fromEntries(Object.entries(letters).map(([letter, place]) => [letter, Array.isArray(place) ? tape.add(place) : of(place)])));
  },
  mean(tape, array, of, place) {
    const x = of(place), n = x.numbers.length;
    return tape.add([x.numbers.reduce((total, one) => total + one, 0) / n], ([gradient]) => x.gradient.forEach((_, j) => x.take(j, gradient / n)));
  },
  product(tape, array, of, place, name, parts) {
    const x = of(place), { start, size, parameters, gradients } = array(name), k = x.numbers.length, inside = k / parts, wide = size / k;
    const numbers = new Float64Array(parts * wide), weight = (/** @type {number} */ i, /** @type {number} */ j) => start + i * wide + j;
    const to = (/** @type {number} */ i, /** @type {number} */ j) => Math.floor(i / inside) * wide + j;
    for (let i = 0; i < k; i++) for (let j = 0; j < wide; j++) numbers[to(i, j)] += x.numbers[i] * parameters[weight(i, j)];
    return tape.add(numbers, (gradient) => {
      for (let i = 0; i < k; i++)
        for (let j = 0; j < wide; j++) {
          x.take(i, gradient[to(i, j)] * parameters[weight(i, j)]);
          gradients[weight(i, j)] += gradient[to(i, j)] * x.numbers[i];
        }
    });
  },
  columns(tape, array, of, place, places) {
    const x = of(place);
    return tape.add(places.map((/** @type {number} */ column) => x.numbers[column]), (gradient) => places.forEach((/** @type {number} */ column, /** @type {number} */ j) => x.take(column, gradient[j])));
  },
  lookup(tape, array, of, place, column, name, begin) {
    const { start, shape: [, wide], parameters, gradients } = array(name), from = start + (begin + of(place).numbers[column]) * wide;
    return tape.add(parameters.subarray(from, from + wide), (gradient) => gradient.forEach((one, j) => (gradients[from + j] += one)));
  },
  joined(tape, array, of, places) {
    const parts = places.map(of);
    return tape.add(parts.flatMap((/** @type {Value} */ part) => Array.from(part.numbers)), (gradient) => {
      let from = 0;
      for (const part of parts) {
        part.gradient.forEach((/** @type {number} */ _, /** @type {number} */ j) => part.take(j, gradient[from + j]));
        from += part.numbers.length;
      }
    });
  },
};

/** A kind of layer from its description, by how many numbers a sample has. @param {Record<string, any>} variants @returns {any} */
function described(variants) {
  const of = (/** @type {number} */ k) => {
    if (!variants[k]) throw new GlassnetError(`was described for samples of ${Object.keys(variants).join(" or ")} numbers; received ${k}`);
    return variants[k];
  };
  const run = (/** @type {any} */ own, /** @type {Floats} */ x, /** @type {number} */ from, /** @type {number} */ k) => {
    const { steps, result, parameters } = of(k), tape = new Tape(), input = tape.add(x.subarray(from, from + k)), values = [input];
    const array = (/** @type {string} */ name) => {
      const place = parameters.findIndex((/** @type {any} */ part) => part.name === name), { shape } = parameters[place];
      return { start: own.at[place], size: product(shape), shape, parameters: own.parameters, gradients: own.gradients };
    };
    for (const [name, ...rest] of steps) values.push(STEPS[name](tape, array, (place) => values[place], ...rest));
    return { tape, input, output: values[result] };
  };
  return {
    inPlace: Object.values(variants)[0].in_place,
    outputShape: (/** @type {any} */ layer, /** @type {number[]} */ shape) => of(product(shape)).shape,
    parameters: (/** @type {any} */ layer, /** @type {number[]} */ shape) => of(product(shape)).parameters,
    forward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, a, aAt, m }) {
      for (let i = 0; i < n; i++) {
        const { output } = run(own, x, xAt + i * k, k);
        for (let j = 0; j < m; j++) a[aAt + i * m + j] = output.at(j);
      }
    },
    backward(/** @type {any} */ layer, /** @type {any} */ own, /** @type {any} */ { x, xAt, n, k, m }, /** @type {any} */ error, /** @type {number} */ eAt, /** @type {any} */ d, /** @type {number} */ dAt) {
      of(k).parameters.forEach((/** @type {any} */ part, /** @type {number} */ place) => own.gradients.fill(0, own.at[place], own.at[place] + product(part.shape)));
      for (let i = 0; i < n; i++) {
        const { tape, input, output } = run(own, x, xAt + i * k, k);
        for (let j = 0; j < m; j++) output.take(j, error[eAt + i * m + j]);
        for (const value of tape.values.toReversed()) value.back(value.gradient);
        d.set(input.gradient, dAt + i * k);
      }
    },
  };
}

for (const [name, { variants }] of Object.entries(PARTS.layer)) if (variants) LAYERS[name] = described(variants);

// Parts by name: a description with every default filled in, or an error that says what is known.


// The module's text leaves out what is empty.
for (const of of Object.values(PARTS))
  for (const [name, part] of Object.entries(of)) of[name] = { name, aliases: [], fields: {}, required: [], facts: {}, ...part };

/** Everything that the engine knows. @type {Record<string, Record<string, any>>} */
const parts = PARTS;

// What a field holds that is a part, or a list of parts, itself.
/** @type {Record<string, string>} */
const INNER = {
  activation: "activation", initializer: "initializer", bias_initializer: "initializer", layers: "layer",
  schedules: "schedule",
};
// Numbers that may move over the epochs, as the learning rate may.
const SCHEDULED = new Set(["weight_decay", "rate"]);
/** @type {Record<string, any>} */
const LIMITS = {
  units: { least: 1, integer: true }, dimension: { least: 1, integer: true }, rate: { least: 0, below: 1 },
  l1: { least: 0 }, l2: { least: 0 }, bias_l1: { least: 0 }, bias_l2: { least: 0 }, learning_rate_factor: { least: 0 },
  bias_learning_rate_factor: { least: 0 }, learning_rate: { least: 0 }, epochs: { above: 0 }, every: { above: 0 },
  weight_decay: { least: 0 }, clip_norm: { above: 0 }, clip_value: { above: 0 }, beta1: { least: 0, below: 1 },
  beta2: { least: 0, below: 1 }, rho: { least: 0, below: 1 }, margin: { above: 0 }, pos_weight: { above: 0 },
  growth: { least: 1, most: 100, integer: true }, cycles: { least: 1, most: 100, integer: true },
  momentum_decay: { least: 0 }, scale: { least: 0 }, power: { above: 0 }, delta: { above: 0 },
  label_smoothing: { least: 0, most: 1 }, least_variance: { above: 0 },
};
// Fields of one name with other limits.
/** @type {Record<string, any>} */
const OWN_LIMITS = {
  "batch_norm.momentum": { above: 0, most: 1 }, "sgd.momentum": { least: 0, below: 1 },
  "rmsprop.momentum": { least: 0, below: 1 }, "rmsprop.alpha": { least: 0, below: 1 }, "elu.alpha": { above: 0 },
  "batch_norm.epsilon": { above: 0 }, "layer_norm.epsilon": { above: 0 }, "rms_norm.epsilon": { above: 0 },
  "cosine_embedding.margin": { least: -1, most: 1 },
};

/** The part of this kind called `name`; its aliases count. @param {string} kind @param {unknown} name @returns {any} */
function known(kind, name) {
  const of = PARTS[kind];
  if (typeof name === "string") {
    const found = Object.hasOwn(of, name) ? of[name] : Object.values(of).find((part) => part.aliases.includes(name));
    if (found?.refused) throw new GlassnetError(`${kind} ${shown(name)}: ${found.refused}`);
    if (found) return found;
  }
  throw new GlassnetError(`unknown ${kind} ${shown(name)}; the browser engine knows ${Object.keys(of).join(", ")}`);
}

/** A description with every field. @param {string} kind @param {unknown} given @returns {any} */
function complete(kind, given) {
  if (kind === "schedule" && typeof given === "number") given = { name: "constant", learning_rate: given };
  if (typeof given === "string") given = { name: given };
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new GlassnetError(`${kind} must be a name, or an object with a name; got ${shown(given)}`);
  const { kind: stated, name, ...fields } = /** @type {any} */ (given);
  if (stated !== undefined && stated !== kind) throw new GlassnetError(`a ${kind} is wanted; got ${shown(given)}`);
  const part = known(kind, name);
  if (kind === "layer") refuseHalfMade(part.name);
  const unknown = Object.keys(fields).filter((field) => !Object.hasOwn(part.fields, field) && !part.required.includes(field));
  const all = [...part.required, ...Object.keys(part.fields)];
  if (unknown.length > 0)
    throw new GlassnetError(`${kind} ${part.name} has no field ${unknown.join(", ")}; its fields are ${all.join(", ") || "none"}`);
  /** @type {any} */
  const made = { kind, name: part.name };
  for (const field of all) {
    const value = fields[field] === undefined ? part.fields[field] : fields[field];
    if (value === undefined) throw new GlassnetError(`${kind} ${part.name} needs ${field}`);
    made[field] = checkedField(part, field, value);
  }
  if (kind === "layer") LAYERS[part.name].check?.(made);
  refuseMisfits(made);
  return made;
}

/** @param {any} part @param {string} field @param {unknown} value @returns {unknown} */
function checkedField(part, field, value) {
  const label = `${field} of ${part.name}`;
  if (field === "learning_rate" && typeof value !== "number") return complete("schedule", value);
  if (SCHEDULED.has(field) && typeof value === "object" && value !== null) return complete("schedule", value);
  if (INNER[field] && Array.isArray(value)) return value.map((inner) => complete(INNER[field], inner));
  if (INNER[field]) return complete(INNER[field], value);
  const standard = part.fields[field];
  if (typeof standard === "boolean") {
    if (typeof value !== "boolean") throw new GlassnetError(`${label} must be true or false; got ${shown(value)}`);
    return value;
  }
  if (value === null && standard === null) return value;
  if (Array.isArray(value)) return value;
  if (part.name === "focal" && field === "alpha" && (value === null || value === -1)) return -1;
  return checkedNumber(label, value, OWN_LIMITS[`${part.name}.${field}`] ?? LIMITS[field]);
}

/** @param {any} part */
function refuseMisfits(part) {
  if (part.nesterov && part.momentum === 0) throw new GlassnetError("nesterov of sgd needs a momentum > 0; got 0");
  if (part.name === "quantiles") {
    part.levels.forEach((/** @type {unknown} */ level) => checkedNumber("each of the levels of quantiles", level, { above: 0, below: 1 }));
    const rises = part.levels.every((/** @type {number} */ level, /** @type {number} */ k) => k === 0 || level > part.levels[k - 1]);
    if (part.levels.length === 0 || !rises) throw new GlassnetError(`levels of quantiles must increase; got ${shown(part.levels)}`);
  }
  if (part.kind === "layer" && part.name === "residual" && part.layers.length === 0)
    throw new GlassnetError("layers of residual must be at least one layer");
  if (part.name === "chain" && part.boundaries.length !== part.schedules.length - 1)
    throw new GlassnetError("boundaries of chain must be one fewer than schedules");
}

/** Whether two descriptions are equal. @param {unknown} one @param {unknown} other @returns {boolean} */
function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What a part's formulas take beside their arguments, in order. @param {any} part @returns {number[]} */
function parametersOf(part) {
  if (part.name === "quantiles") return part.levels;
  if (part.name === "focal") return part.alpha >= 0 ? [part.gamma, part.alpha, 1 - part.alpha] : [part.gamma, 1, 1];
  const fields = Object.keys(PARTS[part.kind][part.name].fields).filter((field) => field !== "label_smoothing");
  return fields.map((field) => Number(part[field]));
}

// Layers and an input shape become a layout and rows, as in glassnet/plan; every error of shapes is raised here.


const NOWHERE = -1;
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
function layOut(layers, input_shape) {
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
function build(layers, layout, inputGradient = false) {
  const builder = new Builder(layout, inputGradient);
  let shape = layout.input_shape;
  layers.forEach((layer, index) => (shape = builder.add([index], layer, shape, "")));
  const { rows, n_columns, n_mask_columns } = builder, last = rows.at(-1);
  if (!last)
    throw new GlassnetError("a network needs a layer that computes something, such as dense; flatten only changes shapes");
  return { rows, layout, n_columns, n_mask_columns, n_outputs: last.n_outputs };
}

/** Let the loss take over the last activation, which becomes linear. @param {Plan} plan */
function linearise(plan) {
  const last = /** @type {Row} */ (plan.rows.at(-1));
  last.activation = LINEAR;
  last.formulas = ACTIVATIONS.linear;
  last.constants = [];
}

// Forward propagation, backpropagation and the update, over the rows of a plan: engines/loop.py for typed arrays.


/** The memory of batches of at most `size` samples, laid out by a plan, over the vectors of a network. */
class Room {
  /** @param {Plan} plan @param {Vectors} vectors @param {number} size */
  constructor(plan, vectors, size) {
    const Floats = /** @type {Float64ArrayConstructor} */ (vectors.parameters.constructor);
    this.plan = plan;
    this.vectors = vectors;
    this.size = size;
    /** @type {Floats} */
    this.memory = new Floats(plan.n_columns * size);
    this.masks = new Uint8Array(plan.n_mask_columns * size);
    this.own = plan.rows.map((row) => ({
      ...vectors, memory: this.memory, at: row.at, statisticsAt: row.statistics,
      keptAt: row.kept.map((column) => column * size),
    }));
    // Where backward writes what nobody asks for, behind a first layer whose input has another size than its output.
    this.idle = new Floats(plan.rows[0].source_error === NOWHERE ? plan.layout.n_features * size : 0);
  }
}

/** From the batch x (n, n_features) up: z and a of every row.
 * @param {Room} room @param {Floats} x @param {number} xAt @param {number} n @param {boolean} training */
function forward(room, x, xAt, n, training) {
  const { plan: { rows }, vectors: { parameters }, memory, size } = room;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i], k = row.n_inputs, m = row.n_outputs, a = row.a * size;
    const isBatch = row.source === NOWHERE, from = isBatch ? x : memory, at = isBatch ? xAt : row.source * size;
    if (row.kind === "dense") {
      const z = row.z * size;
      multiply(from, at, n, k, parameters, row.weights, m, memory, z);
      if (row.bias === NOWHERE) row.formulas.apply(memory, z, n, m, memory, a, row.constants);
      else row.formulas.activate(memory, z, parameters, row.bias, n, m, memory, a, row.constants);
    } else if (row.kind === "activation") {
      row.formulas.apply(from, at, n, m, memory, a, row.constants);
    } else if (row.kind === "dropout") {
      if (training) drop(from, at, room.masks, row.mask * n, row.rate, n * m, memory, a);
      else copy(from, at, n * m, memory, a);
    } else if (row.own) {
      const compute = training ? row.own.forward : row.own.infer ?? row.own.forward;
      compute?.(row.options, room.own[i], { x: from, xAt: at, n, k, a: memory, aAt: a, m });
    }
  }
}

/** From the error at the last output down: the gradients of all parameters. Returns the weight penalties.
 * @param {Room} room @param {Floats} x @param {number} xAt @param {number} n @returns {number} */
function backward(room, x, xAt, n) {
  let penalty = 0;
  for (let i = room.plan.rows.length - 1; i >= 0; i--) penalty += backThrough(room, i, x, xAt, n);
  return penalty;
}

/** The same of one row. @param {Room} room @param {number} i @param {Floats} x @param {number} xAt @param {number} n */
function backThrough(room, i, x, xAt, n) {
  const { plan: { rows }, vectors: { parameters, gradients }, memory, size } = room;
  const row = rows[i], k = row.n_inputs, m = row.n_outputs, a = row.a * size, error = row.error * size;
  const isBatch = row.source === NOWHERE, from = isBatch ? x : memory, at = isBatch ? xAt : row.source * size;
  let penalty = 0;
  if (row.kind === "dense") {
    if (!row.formulas.isLinear) row.formulas.gate(memory, row.z * size, n, m, memory, a, memory, error, row.constants);
    multiplyWeightsGradient(from, at, n, k, memory, error, m, gradients, row.weights);
    if (row.l1 > 0 || row.l2 > 0) penalty += penalise(parameters, row.weights, k * m, row.l1, row.l2, gradients);
    if (row.bias !== NOWHERE) {
      columnSums(memory, error, n, m, gradients, row.bias);
      if (row.bias_l1 > 0 || row.bias_l2 > 0)
        penalty += penalise(parameters, row.bias, m, row.bias_l1, row.bias_l2, gradients);
    }
    if (row.source_error !== NOWHERE)
      multiplyInputGradient(memory, error, n, m, parameters, row.weights, k, memory, row.source_error * size);
  } else if (row.kind === "activation") {
    if (!row.formulas.isLinear) row.formulas.gate(from, at, n, m, memory, a, memory, error, row.constants);
  } else if (row.kind === "dropout") {
    drop(memory, error, room.masks, row.mask * n, row.rate, n * m, memory, error);
  } else if (row.own) {
    const isIdle = row.source_error === NOWHERE, inPlace = row.own.inPlace ?? true;
    const d = isIdle && !inPlace ? room.idle : memory, dAt = isIdle ? (inPlace ? error : 0) : row.source_error * size;
    row.own.backward?.(row.options, room.own[i], { x: from, xAt: at, n, k, a: memory, aAt: a, m }, memory, error, d, dAt);
  }
  return penalty;
}

/** A = X m / (1 - rate); X may be A. @param {Floats} x @param {number} xAt @param {Uint8Array} masks @param {number} maskAt
 * @param {number} rate @param {number} count @param {Floats} a @param {number} aAt */
function drop(x, xAt, masks, maskAt, rate, count, a, aAt) {
  const factor = 1 / (1 - rate);
  for (let k = 0; k < count; k++) a[aAt + k] = x[xAt + k] * masks[maskAt + k] * factor;
}

/** @param {Floats} x @param {number} xAt @param {number} count @param {Floats} a @param {number} aAt */
function copy(x, xAt, count, a, aAt) {
  for (let k = 0; k < count; k++) a[aAt + k] = x[xAt + k];
}

/** l1 sum abs(W) + l2 / 2 sum W^2, and its gradient added to `gradients`.
 * @param {Floats} w @param {number} at @param {number} count @param {number} l1 @param {number} l2 @param {Floats} gradients */
function penalise(w, at, count, l1, l2, gradients) {
  let sizes = 0, squares = 0;
  for (let k = at; k < at + count; k++) {
    const value = w[k];
    gradients[k] += l1 * Math.sign(value) + l2 * value;
    sizes += Math.abs(value);
    squares += value * value;
  }
  return l1 * sizes + l2 / 2 * squares;
}

/** Scale the gradients to at most this Euclidean norm, then limit each entry; null means no limit.
 * @param {Floats} gradients @param {number | null} norm @param {number | null} value */
function clip(gradients, norm, value) {
  if (norm !== null) {
    let squares = 0;
    for (let k = 0; k < gradients.length; k++) squares += gradients[k] * gradients[k];
    const length = Math.sqrt(squares);
    if (length > norm) for (let k = 0; k < gradients.length; k++) gradients[k] *= norm / length;
  }
  if (value !== null)
    for (let k = 0; k < gradients.length; k++) gradients[k] = Math.min(Math.max(gradients[k], -value), value);
}

/** Dropout masks of the next batch of n samples: 1 with probability 1 - rate, else 0.
 * @param {Room} room @param {number} n @param {Random} stream */
function drawMasks(room, n, stream) {
  let at = 0;
  for (const row of room.plan.rows) {
    if (row.kind !== "dropout") continue;
    const rate = Math.fround(row.rate);
    for (const end = at + n * row.n_outputs; at < end; at++) room.masks[at] = stream.float() >= rate ? 1 : 0;
  }
}

// Losses as the loop takes them.


/** A loss as the loop takes it. @param {any} part @returns {any} */
function lossOf(part) {
  const known = PARTS.loss[part.name], formulas = LOSSES[part.name];
  // How many outputs it reads for each target, and of how many entries it is the mean, of n rows of m outputs.
  const each = part.name === "gaussian_nll" ? 2 : part.name === "quantiles" ? part.levels.length : 1;
  const isOfEntries = known.mean_over === "entries" || part.name === "quantiles";
  const counted = (/** @type {number} */ n, /** @type {number} */ m) =>
    part.name === "gaussian_nll" ? n * m / 2 : isOfEntries ? n * m : n;
  return {
    ...known, ...formulas, part, each, rows_per_sample: Math.max(known.members.length, 1), called: part.name, parameters: parametersOf(part), takes_classes: known.targets === "classes",
    domain: known.domain.map((/** @type {number | null} */ limit, /** @type {number} */ side) => limit ?? (side ? Infinity : -Infinity)),
    share: (/** @type {number} */ n, /** @type {number} */ m) => 1 / counted(n, m),
  };
}

/** Targets beside every output that is compared with them. @param {any} loss @param {Floats} y rows of k numbers
 * @param {number} k @param {Floats} rows of k times as many as it reads for each @returns {Floats} */
function repeated({ each }, y, k, rows) {
  const m = k * each;
  for (let at = 0; at < y.length / k * m; at++) rows[at] = y[Math.floor(at / m) * k + (at % m) % k];
  return rows;
}

/** (1 - s) y + s / K for the first `count` entries of rows of m, in place. @param {any} loss @param {Floats} y
 * @param {number} count @param {number} m */
function smooth(loss, y, count, m) {
  const { label_smoothing = 0 } = loss.part, share = label_smoothing / (loss.rows_sum_to_one ? m : 2);
  if (label_smoothing > 0) for (let k = 0; k < count; k++) y[k] = (1 - label_smoothing) * y[k] + share;
}

/** Classes as rows of zeros and a one. @param {Floats} classes @param {number} m @param {Floats} rows @returns {Floats} */
function oneHot(classes, m, rows) {
  rows.fill(0, 0, classes.length * m);
  for (let i = 0; i < classes.length; i++) rows[i * m + classes[i]] = 1;
  return rows;
}

// What the targets are, and what constant predictions cost: as glassnet/insight/diagnosis/targets.py.


const SMALLEST = 1.1754943508222875e-38, TINY = 1e-12;

/** @param {ArrayLike<number>} values @returns {boolean} */
function isBinary(values) {
  return Array.prototype.every.call(values, (value) => value === 0 || value === 1);
}

/** The columns of a table, each in ascending order. @param {Floats} values @param {number} n @param {number} m
 * @returns {Float64Array[]} */
function sortedColumns(values, n, m) {
  return Array.from({ length: m }, (_, j) => Float64Array.from({ length: n }, (_, i) => values[i * m + j]).sort());
}

/** @param {Float64Array} column @returns {number} */
function mean(column) {
  return column.reduce((sum, value) => sum + value, 0) / column.length;
}

/** Between two values of an ascending column, where the share lies between them. @param {Float64Array} column
 * @param {number} share @returns {number} */
function quantile(column, share) {
  const place = share * (column.length - 1), low = Math.floor(place);
  return column[low] + (place - low) * (column[Math.min(low + 1, column.length - 1)] - column[low]);
}

/** The constant prediction that suits columns of targets best. @param {any} loss @param {Float64Array[]} columns
 * @returns {Float64Array} */
function bestConstant({ part }, columns) {
  const { name, level, levels, pos_weight = 1, least_variance } = part, k = columns.length / (levels?.length ?? 2);
  const share = (/** @type {number} */ j) => name === "quantiles" ? levels[Math.floor(j / k)] : name === "quantile" ? level : 0.5;
  return Float64Array.from(columns, (column, j) => {
    if (["quantiles", "quantile", "mean_absolute_error"].includes(name))
      return column[Math.max(Math.ceil(share(j) * column.length) - 1, 0)];
    const middle = mean(column);
    if (name === "gaussian_nll" && j >= k)
      return Math.log(Math.max(mean(column.map((value) => (value - middle) ** 2)), least_variance));
    return pos_weight === 1 ? middle : pos_weight * middle / (1 - middle + pos_weight * middle);
  });
}

/** The targets of some samples beside what a network, in float64, predicts. */
class Targets {
  /** @param {any} loss as the user named it @param {Table} y @param {Table} output */
  constructor(loss, y, output) {
    this.loss = lossOf(loss);
    this.output = output;
    const [n, m] = output.shape, { takes_classes, targets } = this.loss;
    this.n = n;
    this.m = m;
    this.y = y;
    /** Values, or one-hot rows. @type {Floats} */
    this.matrix = takes_classes ? oneHot(y.values, m, new Float64Array(n * m))
      : repeated(this.loss, y.values, y.shape[1], new Float64Array(n * y.shape[1] * this.loss.each));
    this.compared = this.matrix.slice();
    if (targets !== "labels") smooth(this.loss, this.compared, n * m, m);
    const sums = new Float64Array(n);
    this.matrix.forEach((value, k) => (sums[Math.floor(k / m)] += value));
    const isWhole = isBinary(this.matrix), isOneHot = isWhole && (m === 1 || sums.every((sum) => sum === 1));
    const ofShares = this.loss.domain[0] === 0 && this.loss.domain[1] === 1;
    this.kind = targets === "labels" ? "labels" : takes_classes || isOneHot ? "classes" : isWhole ? "several"
      : ofShares ? "probabilities" : "values";
  }

  /** The class of each sample. @returns {Int32Array} */
  get classes() {
    const { values, shape: [n, width] } = this.y;
    return Int32Array.from({ length: n }, (_, i) => {
      const row = values.subarray(i * width, (i + 1) * width);
      return width === 1 ? row[0] : row.indexOf(Math.max(...row));
    });
  }

  /** The loss of these outputs. @param {Floats} output @returns {number} */
  value(output) {
    const { loss, n, m, compared } = this, ones = new Float64Array(n).fill(1), error = new Float64Array(n * m);
    return loss.compare(compared, 0, output, 0, n, m, ones, 0, error, 0, loss.share(n, m), loss.parameters);
  }

  /** The loss of predictions, of one for all samples or of one for each. @param {Floats} rows @returns {number} */
  costs(rows) {
    const { activation } = this.loss, logarithm = (/** @type {number} */ p) => Math.log(Math.max(p, SMALLEST));
    const before = (/** @type {number} */ p) => activation === "linear" ? p : logarithm(p) - (activation === "sigmoid" ? logarithm(1 - p) : 0);
    const found = this.value(Float64Array.from({ length: this.n * this.m }, (_, k) => before(rows[k % rows.length])));
    return Number.isFinite(found) ? found : Infinity;
  }

  /** The rows that outputs are compared with, each of length 1. @returns {Float64Array} */
  get directions() {
    return Float64Array.from(this.compared, (value, k) => value / Math.max(lengthOf(this.compared, k - (k % this.m), this.m), 1e-8));
  }

  /** The smallest loss that a prediction reaches which is the same for all samples. @returns {number} */
  get chance() {
    const { n, m, kind, loss } = this, columns = sortedColumns(this.matrix, n, m), rows = [];
    rows.push(bestConstant(loss, sortedColumns(loss.part.name === "cosine" ? this.directions : this.compared, n, m)));
    for (let k = 1; kind === "values" && k <= 19; k++) rows.push(Float64Array.from(columns, (column) => quantile(column, k / 20)));
    return Math.min(...rows.map((row) => this.costs(row)));
  }

  /** The loss of a network that knows nothing yet: all classes alike, or all values zero. @returns {number} */
  get guess() {
    const { m, kind, loss, n } = this;
    if (kind === "classes") return this.costs(new Float64Array(m).fill(1 / Math.max(m, 2)));
    if (loss.domain[0] === 0 && loss.domain[1] === 1) return this.costs(new Float64Array(m).fill(0.5));
    return this.value(new Float64Array(n * m));
  }

  /** The share of each class. @returns {Float64Array} */
  get shares() {
    const counts = new Float64Array(Math.max(this.m, 2));
    for (const of of this.classes) counts[of] += 1 / this.n;
    return counts;
  }

  /** What a rule that compares rows compares: one-hot classes, or values. @returns {{ values: Floats, width: number }} */
  get columns() {
    const { kind, n, m, matrix, classes } = this, width = Math.max(m, 2);
    return kind === "classes" ? { values: oneHot(Float64Array.from(classes), width, new Float64Array(n * width)), width } : { values: matrix, width: m };
  }

  /** Outputs as the loss understands them: probabilities of logits. @returns {Floats} */
  get centre() {
    const predicted = this.output.values.slice();
    this.loss.activate(predicted, this.n, this.m);
    return predicted;
  }

  /** The loss where every output is its target. @returns {number} */
  get floor() {
    if (this.kind === "classes" && !this.loss.part.label_smoothing) return 0;
    const found = this.costs(this.compared);
    return Number.isFinite(found) ? Math.min(found, this.chance) : 0;
  }

  /** The class that each row of outputs names. @returns {Int32Array} */
  get named() {
    const { output: { values }, n, m, loss } = this, threshold = loss.activation === "sigmoid" ? 0 : 0.5;
    return Int32Array.from({ length: n }, (_, i) => {
      const row = values.subarray(i * m, (i + 1) * m);
      return m > 1 ? row.indexOf(Math.max(...row)) : Number(row[0] > threshold);
    });
  }

  /** The share of samples whose class is named rightly. @returns {number} */
  get accuracy() {
    const { named, classes } = this;
    return named.reduce((right, label, i) => right + (label === classes[i] ? 1 : 0), 0) / this.n;
  }

  /** F1 of each class that is there. @returns {number[]} */
  get f1() {
    const { named, classes } = this, count = (/** @type {(i: number) => boolean} */ holds) => named.reduce((sum, _, i) => sum + (holds(i) ? 1 : 0), 0);
    return [...new Set(classes)].map((label) => 2 * count((i) => named[i] === label && classes[i] === label)
      / (count((i) => named[i] === label) + count((i) => classes[i] === label)));
  }

  /** How well outputs fit: 0 as well as the best constant, 1 perfectly. @param {number} value @returns {number} */
  score(value) {
    const { kind, n, m, matrix, loss, output, classes } = this;
    if (kind === "classes") {
      const counts = new Float64Array(Math.max(m, 2));
      for (const of of classes) counts[of]++;
      const majority = Math.max(...counts) / n;
      return (this.accuracy - majority) / Math.max(1 - majority, TINY);
    }
    if (kind === "values" && loss.facts.aims_at_middle !== true) {
      const { floor } = this;
      return 1 - (value - floor) / Math.max(this.chance - floor, TINY);
    }
    const predicted = output.values.slice(), means = sortedColumns(matrix, n, m).map(mean);
    loss.activate(predicted, n, m);
    let missed = 0, spread = 0;
    matrix.forEach((target, k) => {
      missed += (target - predicted[k]) ** 2;
      spread += (target - means[k % m]) ** 2;
    });
    return 1 - missed / Math.max(spread, TINY);
  }

  /** All of it; of labels, which say what belongs together, the kind alone. @param {number} value the loss of the outputs */
  facts(value) {
    if (this.kind === "labels") return { kind: this.kind, chance: null, guess: null, floor: null, progress: null, score: null };
    const { kind, chance, floor } = this;
    return { kind, chance, guess: this.guess, floor, progress: 1 - (value - floor) / Math.max(chance - floor, 1e-300), score: this.score(value) };
  }
}

// Model files as bytes: what net.save writes, and the parts of what is read; see glassnet/bridges/files.py.


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
function checksumOf(arrays) {
  const inOrder = [...arrays].sort((one, other) => (one.name < other.name ? -1 : 1));
  return sha256(inOrder.flatMap(({ name, type, shape, bytes }) => {
    const written = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
    return [bytesOf(`${name} ${type === "F64" ? "<f8" : "<f4"} ${written}\n`), bytes];
  }));
}

/** A seed as a number where that holds all its digits. @param {number | string | null} seed @returns {number | string | null} */
function shortest(seed) {
  return typeof seed === "string" && Number.isSafeInteger(Number(seed)) ? Number(seed) : seed;
}

/** The stream's state as the file holds it. @param {any} state */
function exact(state) {
  const { state: value, inc } = state.state;
  return { ...state, state: { state: BigInt(value), inc: BigInt(inc) } };
}

/** A network as the bytes of a model file. @param {any} network @returns {Uint8Array} */
function saved(network) {
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
function headerOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 8 ? Infinity : view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (8 + size > bytes.length) throw new GlassnetError("it is not a safetensors file, or it is damaged (its header is cut off)");
  const header = fromJson(textOf(bytes.subarray(8, 8 + size)));
  if (typeof header !== "object" || header === null) throw new GlassnetError("it is not a safetensors file (its header is no table)");
  return { header, start: 8 + size };
}

/** The configuration, if the file is glassnet's, of a known version, and unaltered. @param {any} metadata @returns {any} */
function verified(metadata) {
  if (metadata?.format !== FORMAT) throw new GlassnetError("it is a safetensors file, but glassnet did not write it");
  const version = metadata.format_version, text = metadata.config;
  if (version !== VERSION_OF_FILES)
    throw new GlassnetError(`its format version is ${shown(version)} and this glassnet reads "${VERSION_OF_FILES}"; use the glassnet that wrote it`);
  if (typeof text !== "string" || metadata.checksum !== sha256([bytesOf(text)]))
    throw new GlassnetError("its configuration was altered after it was written (the checksum differs)");
  return fromJson(text);
}

/** The arrays of a file by name. @param {Uint8Array} bytes @param {any} header @param {number} start */
function arraysOfFile(bytes, header, start) {
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
function numbersOf({ type, bytes }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), isDouble = type === "F64", size = isDouble ? 8 : 4;
  const values = new (floatsOf(isDouble ? "float64" : "float32"))(bytes.length / size);
  return values.map((_, k) => (isDouble ? view.getFloat64(8 * k, true) : view.getFloat32(4 * k, true)));
}

// Layers over flat vectors: how a network is made, laid out, described and put back.


const MOST = 2 ** 26;
const KEYS = ["layers", "input_shape", "dtype", "seed", "loss", "optimizer", "metadata"];

/** The streams of order and masks of a seed. @param {number | string} seed */
function streamsOf(seed) {
  return { order: new Random(seed, [1]), masks: new Random(seed, [2]) };
}

class FlatNetwork {
  /** @param {any} spec */
  constructor(spec) {
    const unknown = Object.keys(spec ?? {}).filter((key) => !KEYS.includes(key));
    if (unknown.length > 0)
      throw new GlassnetError(`a network has no ${unknown.join(", ")}; it has ${KEYS.join(", ")}`);
    if (!Array.isArray(spec?.layers) || spec.layers.length === 0)
      throw new GlassnetError(`layers must be a list of at least one layer; got ${shown(spec?.layers)}`);
    const shape = Array.isArray(spec.input_shape) ? spec.input_shape : [spec.input_shape];
    this.layers = spec.layers.map((/** @type {unknown} */ layer) => complete("layer", layer));
    this.input_shape = shape.map((/** @type {unknown} */ n) => checkedNumber("input_shape", n, { least: 1, integer: true }));
    this.dtype = spec.dtype ?? "float32";
    /** @type {number | string | null} */
    this.seed = spec.seed === undefined ? 0 : spec.seed;
    this.metadata = spec.metadata ?? {};
    this.layout = layOut(this.layers, this.input_shape);
    const Floats = floatsOf(this.dtype), { n_parameters, n_statistics } = this.layout;
    if (n_parameters > MOST) throw new GlassnetError(`${n_parameters} parameters are more than a page has room for, ${MOST}`);
    this.vectors = {
      parameters: new Floats(n_parameters), gradients: new Floats(n_parameters), running: new Floats(n_statistics),
    };
    /** Shares of the steps of single parameters. */
    this.factors = new Float64Array(n_parameters).fill(1);
    for (const slot of this.layout.parameters) this.factors.fill(slot.factor, slot.start, slot.stop);
    this.frozenPlaces = /** @type {Set<number>} */ (new Set());
    this.shares = this.sharesOfSteps();
    this.rate_factor = 1;
    /** Samples of a step in the last training, for files. @type {number | null} */
    this.batch_size = null;
    this.streams = streamsOf(this.seed ?? 0);
    this.draw(new Random(this.seed ?? 0, [0]));
    this.plan = build(this.layers, this.layout);
    /** The loss as given, and as computed from the last row's output. @type {any} */
    this.loss_part = null;
    /** @type {any} */
    this.objective = null;
    this.fused = false;
    this.setLoss(spec.loss ?? "mean_squared_error");
    /** @type {any} */
    this.optimizer_part = null;
    /** @type {ReturnType<typeof ruleOf>} */
    this.rule = /** @type {any} */ (null);
    /** @type {Floats[]} */
    this.optimizer_states = [];
    this.step_count = 0;
    this.epoch_count = 0;
    this.setOptimizer(spec.optimizer ?? "adam");
  }

  /** @param {Random} random */
  draw(random) {
    const { parameters, running } = this.vectors;
    for (const [vector, slots] of /** @type {[Floats, Slot[]][]} */ ([
      [parameters, this.layout.parameters], [running, this.layout.statistics],
    ]))
      for (const { initializer, start, stop, fan_in, fan_out } of slots) {
        const drawn = INITIALIZERS[initializer.name];
        for (let k = start; k < stop; k++) vector[k] = drawn(initializer, random, [], fan_in, fan_out);
      }
  }

  /** The description, every default filled in. */
  get spec() {
    return {
      layers: this.layers, input_shape: this.input_shape, dtype: this.dtype, seed: this.seed, loss: this.loss_part,
      optimizer: this.optimizer_part, metadata: this.metadata,
    };
  }

  /** @param {unknown} given */
  setLoss(given) {
    const part = complete("loss", given), taken = ON_LOGITS[part.name]?.[this.last.name];
    this.loss_part = part;
    this.objective = { ...lossOf(taken ? complete("loss", { ...part, name: taken }) : part), called: part.name };
    this.fused = Boolean(taken);
    if (this.objective.least_outputs > this.plan.n_outputs)
      throw new GlassnetError(`${part.name} needs at least ${this.objective.least_outputs} outputs; the network has ${this.plan.n_outputs}`);
  }

  /** The last activation. @returns {any} */
  get last() {
    return this.plan.rows[this.plan.rows.length - 1].activation;
  }

  /** @param {unknown} given */
  setOptimizer(given) {
    const part = complete("optimizer", given);
    if (equal(part, this.optimizer_part)) return;
    this.optimizer_part = part;
    this.rule = ruleOf(part);
    this.step_count = 0;
    this.epoch_count = 0;
    const Floats = floatsOf(this.dtype);
    this.optimizer_states = Array.from({ length: this.rule.n_states }, () => new Floats(this.layout.n_parameters));
  }

  /** The plan with this loss: where it took the last activation over, that is linear. @param {boolean} [inputGradient] */
  trainingPlan(inputGradient = false) {
    const plan = build(this.layers, this.layout, inputGradient);
    if (this.fused) linearise(plan);
    return plan;
  }

  /** @param {Floats} vector @param {Slot[]} slots @returns {Named[]} */
  named(vector, slots) {
    return slots.map(({ layer, name, shape, start, stop }) => ({ layer, name, shape, values: vector.subarray(start, stop) }));
  }

  get parameters() {
    return this.named(this.vectors.parameters, this.layout.parameters);
  }

  get gradients() {
    return this.named(this.vectors.gradients, this.layout.parameters);
  }

  get statistics() {
    return this.named(this.vectors.running, this.layout.statistics);
  }

  get vector() {
    return this.vectors.parameters;
  }

  get running() {
    return this.vectors.running;
  }

  get outputs() {
    return this.layout.outputs;
  }

  /** The share of each parameter's step that is taken where some are not 1; else null. @returns {Float64Array | null} */
  sharesOfSteps() {
    const shares = this.factors.slice();
    for (const place of this.frozenPlaces) shares[place] = 0;
    return shares.every((share) => share === 1) ? null : shares;
  }

  /** Where an entry of a parameter lies in the flat vector. @param {number} layer @param {string} name @param {number} index */
  place(layer, name, index) {
    const slot = this.layout.parameters.find((one) => one.layer === layer && one.name === name);
    if (!slot) throw new GlassnetError(`layer ${layer} has no ${name}`);
    if (!(index >= 0 && index < slot.stop - slot.start))
      throw new GlassnetError(`${name} of layer ${layer} has ${slot.stop - slot.start} entries; got index ${index}`);
    return slot.start + index;
  }

  /** Freeze or release one entry of a parameter. @param {number} layer @param {string} name @param {number} index
   * @param {boolean} [isFrozen] */
  frozen(layer, name, index, isFrozen = true) {
    const place = this.place(layer, name, index);
    if (isFrozen) this.frozenPlaces.add(place);
    else this.frozenPlaces.delete(place);
    this.shares = this.sharesOfSteps();
  }

  /** Everything that training changes. */
  state() {
    return {
      parameters: this.vector.slice(), running: this.running.slice(),
      optimizer: this.optimizer_states.map((state) => state.slice()), step: this.step_count, epoch: this.epoch_count,
      rate_factor: this.rate_factor, frozen: [...this.frozenPlaces],
      streams: { order: this.streams.order.state(), masks: this.streams.masks.state() },
    };
  }

  /** Put everything where :meth:`state` found it; what a state does not hold stays. @param {any} state */
  restore(state) {
    const into = (/** @type {string} */ name, /** @type {Floats} */ vector, /** @type {any} */ values) => {
      if (values.length !== vector.length)
        throw new GlassnetError(`${name} of this network are ${vector.length} numbers; the state holds ${values.length}`);
      vector.set(values);
    };
    if (state.parameters) into("parameters", this.vector, state.parameters);
    if (state.running) into("running statistics", this.running, state.running);
    if (state.optimizer) {
      if (state.optimizer.length !== this.rule.n_states)
        throw new GlassnetError(`${this.optimizer_part.name} carries ${this.rule.n_states} vectors; the state holds ${state.optimizer.length}`);
      this.optimizer_states.forEach((vector, k) => into("vectors of the optimizer", vector, state.optimizer[k]));
    }
    this.step_count = state.step ?? this.step_count;
    this.epoch_count = state.epoch ?? this.epoch_count;
    this.rate_factor = state.rate_factor ?? this.rate_factor;
    if (state.frozen) {
      this.frozenPlaces = new Set(state.frozen);
      this.shares = this.sharesOfSteps();
    }
    if (state.streams) {
      this.streams.order.restore(state.streams.order);
      this.streams.masks.restore(state.streams.masks);
    }
  }
}

// One training step, carried out on copies, with every array kept: what insight/trace/record.py records.


/** @param {Training} training @param {Int32Array} order rows, members of a sample one after the other @param {Uint8Array} [masks] */
function traced(training, order, masks) {
  const { network } = training, n = order.length;
  const copies = {
    parameters: network.vector.slice(), gradients: network.vector.slice().fill(0), running: network.running.slice(),
  };
  const room = new Room(network.trainingPlan(true), copies, n), { memory, plan } = room;
  const batch = gathered(training, order);
  setDropRates(plan, training.reached());
  if (masks) room.masks.set(masks);
  else if (room.masks.length > 0) drawMasks(room, n, Random.at(network.streams.masks.state()));
  forward(room, batch.x, 0, n, true);

  const { objective } = network, m = plan.n_outputs, last = plan.rows[plan.rows.length - 1];
  const outputs = plan.rows.map((row) => part(memory, row.a, n, row.n_outputs));
  const value = objective.compare(
    batch.y, 0, memory, last.a * n, n, m, batch.weights, 0, memory, last.error * n, objective.share(n, m), objective.parameters,
  );
  const d_output = part(memory, last.error, n, m);
  let penalty = 0;
  /** @type {any[]} */
  const kept = [];
  for (let i = plan.rows.length - 1; i >= 0; i--) {
    const made = before(room, i, batch.x, outputs[i]);
    penalty += backThrough(room, i, batch.x, 0, n);
    kept.unshift(behind(room, i, made));
  }
  if (network.fused) activateLast(network, kept[kept.length - 1]);
  const update = updated(training, copies);
  return {
    x: { values: batch.x, shape: [n, training.x.shape[1]] }, y: { values: batch.y, shape: [n, batch.y.length / n] },
    sample_weights: batch.weights, batch: Array.from(order), rows: kept, value, penalty, loss: value + penalty, d_output,
    fused: network.fused, ...update,
  };
}

/** A prediction with every array kept: what belongs to the way back is 0. @param {Network} network @param {Table} x */
function predicted(network, x) {
  const [n] = x.shape, { parameters, running } = network.vectors, room = new Room(network.trainingPlan(true), { ...network.vectors, gradients: parameters.slice().fill(0) }, n), { memory, plan } = room;
  forward(room, x.values, 0, n, false);
  const rows = plan.rows.map((row, i) => {
    const made = behind(room, i, before(room, i, x.values, part(memory, row.a, n, row.n_outputs)));
    const statistics = row.statistics.map((start) => running.slice(start, start + row.n_inputs));
    return { ...made, mask: null, statistics: statistics.length > 0 ? statistics : null };
  });
  const unmoved = network.layout.parameters.map(({ layer, name, shape, start, stop }) => {
    const values = parameters.slice(start, stop), nothing = values.slice().fill(0);
    return { layer, name, shape, start, before: values, gradient: nothing, clipped: nothing, after: values, factor: null, states: [] };
  });
  return { x, rows, fused: false, parameters: unmoved };
}

/** @param {Training} training @param {Int32Array} order */
function gathered(training, order) {
  const n = order.length;
  training.makeRoom(n);
  training.gather(order, 0, n);
  const { room, x } = training;
  return { x: room.x.slice(0, n * x.shape[1]), y: room.y.slice(0, n * room.width), weights: room.weights.slice(0, n) };
}

/** A copy of an array of the memory. @param {Floats} memory @param {number} column @param {number} n @param {number} m
 * @returns {Table} */
function part(memory, column, n, m) {
  return { values: memory.slice(column * n, (column + m) * n), shape: [n, m] };
}

/** A copy of a row's first or second array. @param {Floats} vector @param {Row} row @param {number} which
 * @returns {Table | null} */
function arrayOf(vector, row, which) {
  const start = which === 0 ? row.weights : row.bias;
  if (start === NOWHERE) return null;
  const shape = row.shapes[row.at.indexOf(start)];
  return { values: vector.slice(start, start + product(shape)), shape };
}

/** What a row holds before its backward pass. @param {Room} room @param {number} i @param {Floats} x @param {Table} output */
function before(room, i, x, output) {
  const row = room.plan.rows[i], n = room.size, { memory, masks } = room, { parameters } = room.vectors;
  const inputs = row.source === NOWHERE ? { values: x, shape: [n, row.n_inputs] } : part(memory, row.source, n, row.n_inputs);
  let z = row.n_inputs === row.n_outputs ? inputs : output;
  if (row.z !== NOWHERE) z = part(memory, row.z, n, row.n_outputs);
  const start = row.mask * n, count = n * row.n_outputs;
  return {
    kind: row.kind, layer: row.layer, path: row.path, activation: row.activation,
    computed: row.activation, formulas: row.formulas, constants: row.constants, inputs, z, a: output,
    d_a: part(memory, row.error, n, row.n_outputs), weights: arrayOf(parameters, row, 0), bias: arrayOf(parameters, row, 1),
    mask: row.kind === "dropout" ? { values: masks.slice(start, start + count), shape: [n, row.n_outputs] } : null,
  };
}

/** With what its backward pass left. @param {Room} room @param {number} i @param {any} made */
function behind(room, i, made) {
  const row = room.plan.rows[i], n = room.size, { memory } = room, { gradients } = room.vectors;
  const d_inputs = part(memory, row.source_error, n, row.n_inputs);
  const isOwn = row.own !== null, sameWidth = row.n_inputs === row.n_outputs;
  const d_z = !isOwn ? part(memory, row.error, n, row.n_outputs) : sameWidth ? d_inputs : made.d_a;
  return { ...made, d_z, d_inputs, d_weights: arrayOf(gradients, row, 0), d_bias: arrayOf(gradients, row, 1) };
}

/** Where the loss took the last activation over, its output all the same.
 * @param {Network} network @param {any} row */
function activateLast(network, row) {
  const values = row.z.values.slice(), [n, m] = row.z.shape;
  network.objective.activate(values, n, m);
  row.a = { values, shape: [n, m] };
  row.activation = network.last;
}

/** The update on copies, and its terms. @param {Training} training @param {Vectors} vectors */
function updated(training, { parameters, gradients }) {
  const { network } = training, { rule, optimizer_part, layout, optimizer_states } = network;
  const first = parameters.slice(), gradient = gradients.slice(), states = optimizer_states.map((state) => state.slice());
  const learning_rate = training.rate(), step = network.step_count + 1, coefficients = rule.coefficients(learning_rate, step, training.reached());
  clip(gradients, optimizer_part.clip_norm, optimizer_part.clip_value);
  rule.update(parameters, gradients, states, coefficients, network.shares);
  const letters = OPTIMIZER_LETTERS[rule.name];
  const terms = layout.parameters.map(({ layer, name, shape, start, stop }) => ({
    layer, name, shape, start, before: first.slice(start, stop), gradient: gradient.slice(start, stop),
    clipped: gradients.slice(start, stop), after: parameters.slice(start, stop),
    factor: network.shares ? network.shares.slice(start, stop) : null,
    states: states.map((state, k) => ({
      letter: letters[k], before: optimizer_states[k].slice(start, stop), after: state.slice(start, stop),
    })),
  }));
  return { learning_rate, step, rule: rule.name, coefficients, parameters: terms };
}

// Epochs over data: batches in the order that the seed draws, a step for each, the history.


class Training {
  /** @param {Network} network @param {Given} X @param {Given} y @param {Options} options */
  constructor(network, X, y, options) {
    const { dtype } = network;
    this.network = network;
    this.options = options;
    const unknown = Object.keys(options).filter((key) => !["batch_size", "shuffle", "sample_weight", "seed"].includes(key));
    if (unknown.length > 0)
      throw new GlassnetError(`a training has no option ${unknown.join(", ")}; it has batch_size, shuffle, sample_weight, seed`);
    const plan = network.trainingPlan(), { objective } = network, k = objective.rows_per_sample;
    this.x = network.features(X, k);
    const n = this.n = this.x.shape[0];
    for (const row of plan.rows)
      if (row.activation.name === "step")
        throw new GlassnetError(`layer ${row.layer}: step has no slope that training could follow; train with sigmoid or hard_sigmoid`);
    this.y = targets(y, objective, n, plan.n_outputs, dtype);
    this.weights = sampleWeights(options.sample_weight, objective, n, dtype);
    const size = options.batch_size ?? n / k;
    this.batch_size = Math.min(n, k * checkedNumber("batch_size", size, { least: 1, integer: true }));
    this.n_steps = Math.ceil(n / this.batch_size);
    network.batch_size = this.n_steps === 1 ? null : this.batch_size / k;
    if (plan.rows.some((row) => row.kind === "batch_norm") && n % this.batch_size === 1 % this.batch_size)
      throw new GlassnetError(`batch_norm needs at least 2 samples in every batch; ${n} samples in batches of ${this.batch_size} leave a batch of 1`);
    this.shuffles = (options.shuffle ?? true) && this.batch_size < n;
    if (options.seed !== undefined) network.streams = streamsOf(options.seed);
    this.room = this.roomOf(this.batch_size);
    /** @type {Int32Array} */
    this.order = Int32Array.from({ length: n }, (_, i) => i);
    this.batch = 0;
    this.losses = 0;
  }

  /** Memory for batches of this size, with the loss and the optimizer as they are. @param {number} size */
  roomOf(size) {
    const { network } = this, { objective, rule, dtype, vectors, optimizer_states } = network, Floats = floatsOf(dtype);
    const plan = network.trainingPlan(), width = objective.takes_classes ? plan.n_outputs : this.y.shape[1] * objective.each;
    const changed = [vectors.parameters, vectors.running, ...optimizer_states];
    return Object.assign(new Room(plan, vectors, size), {
      objective, rule, width, x: new Floats(size * this.x.shape[1]), y: new Floats(size * width), weights: new Floats(size),
      copies: [changed.map((vector) => vector.slice()), changed.map((vector) => vector.slice())], turn: 0, taken: 0,
    });
  }

  /** Rows of the samples of the next batch. @returns {Int32Array} */
  get next() {
    if (this.batch === 0 && this.shuffles) {
      const { order } = this.network.streams, later = Random.at(order.state());
      return this.drawn(later).slice(0, this.batch_size);
    }
    return this.order.slice(this.batch * this.batch_size, (this.batch + 1) * this.batch_size);
  }

  /** The rows in the order that the seed draws, members of a sample one after the other.
   * @param {Random} random @returns {Int32Array} */
  drawn(random) {
    const k = this.network.objective.rows_per_sample;
    return withMembers(random.permutation(this.n / k), k);
  }

  /** The next batch. */
  step() {
    if (this.batch === 0 && this.shuffles) this.order = this.drawn(this.network.streams.order);
    const { network, batch } = this, start = batch * this.batch_size, stop = Math.min(start + this.batch_size, this.n);
    const rate = this.rate(), loss = this.take(this.order, start, stop, rate);
    this.losses = (batch === 0 ? 0 : this.losses) + loss * (stop - start);
    this.batch = (batch + 1) % this.n_steps;
    const ends_epoch = this.batch === 0, history = ends_epoch ? this.ended(rate) : null;
    const epoch = network.epoch_count + (ends_epoch ? 0 : 1);
    return { loss, learning_rate: rate, rows: this.order.slice(start, stop), step: network.step_count, epoch, ends_epoch, history };
  }

  /** One update from these rows, outside of any epoch. @param {ArrayLike<number> | null} rows */
  stepOn(rows) {
    const order = rows === null ? this.order : this.checkedRows(rows), rate = this.rate();
    this.makeRoom(order.length);
    const loss = this.take(order, 0, order.length, rate);
    return { loss, learning_rate: rate, step: this.network.step_count };
  }

  /** @param {ArrayLike<number>} rows of samples @returns {Int32Array} */
  checkedRows(rows) {
    const found = Int32Array.from(rows), k = this.network.objective.rows_per_sample, n = this.n / k;
    const bad = found.findIndex((row, place) => row !== rows[place] || row < 0 || row >= n);
    if (found.length === 0 || bad >= 0)
      throw new GlassnetError(`rows must be integers from 0 to ${n - 1}, at least one; got ${bad >= 0 ? rows[bad] : "none"}`);
    return withMembers(found, k);
  }

  /** Be ready for batches of this size, and for a loss or an optimizer that is new. @param {number} size */
  makeRoom(size) {
    const { room, network } = this, { objective: was } = room, { objective } = network;
    if (objective !== was && (objective.targets !== was.targets || objective.each !== was.each || objective.rows_per_sample !== was.rows_per_sample
      || objective.takes_targets !== was.takes_targets))
      throw new GlassnetError(`${objective.called} takes other targets than ${was.called}; begin another training with them`);
    if (size > room.size || room.objective !== network.objective || room.rule !== network.rule)
      this.room = this.roomOf(Math.max(size, room.size));
  }

  /** Where in the training the next step is, in epochs. @returns {number} */
  reached() {
    return this.network.epoch_count + this.batch / this.n_steps;
  }

  /** The learning rate of the next step. @returns {number} */
  rate() {
    const { optimizer_part, rate_factor } = this.network;
    return rateAt(optimizer_part.learning_rate, this.reached()) * rate_factor;
  }

  /** @param {number} rate @returns {Epoch} */
  ended(rate) {
    const { network } = this, { parameters, running } = network.vectors;
    network.epoch_count++;
    for (const vector of [parameters, running])
      if (!vector.every(Number.isFinite)) this.diverged(this.losses / this.n, true);
    return { epoch: network.epoch_count, loss: this.losses / this.n, learning_rate: rate };
  }

  /** To the end of the epoch. @returns {Epoch} */
  epoch() {
    for (;;) {
      const { history } = this.step();
      if (history) return history;
    }
  }

  /** Whole epochs, until one of these is reached.
   * @param {{ epochs?: number, seconds?: number, until?: (row: Epoch) => boolean }} limits @returns {Epoch[]} */
  run({ epochs = Infinity, seconds = Infinity, until }) {
    if (epochs === Infinity && seconds === Infinity && !until)
      throw new GlassnetError("run needs a limit: epochs, seconds or until");
    const end = performance.now() + 1000 * seconds, history = [];
    while (history.length < epochs) {
      const row = this.epoch();
      history.push(row);
      if (performance.now() >= end || until?.(row)) break;
    }
    return history;
  }

  /** Gather the samples of a batch. @param {Int32Array} order @param {number} start @param {number} stop */
  gather(order, start, stop) {
    const { x, y, weights, room } = this, { width } = room, k = x.shape[1], n = stop - start;
    for (let i = 0; i < n; i++) {
      const row = order[start + i];
      for (let j = 0, from = row * k, to = i * k; j < k; j++) room.x[to + j] = x.values[from + j];
      room.weights[i] = weights[row];
    }
    if (room.objective.takes_classes) {
      room.y.fill(0, 0, n * width);
      for (let i = 0; i < n; i++) room.y[i * width + y.values[order[start + i]]] = 1;
    } else {
      const columns = y.shape[1];
      for (let i = 0; i < n; i++)
        for (let j = 0, from = order[start + i] * columns, to = i * width; j < width; j++)
          room.y[to + j] = y.values[from + j % columns];
    }
    smooth(room.objective, room.y, n * width, width);
  }

  /** One step on rows order[start:stop]: forward, loss, backward, update. @param {Int32Array} order @param {number} start
   * @param {number} stop @param {number} rate @returns {number} */
  take(order, start, stop, rate) {
    this.makeRoom(stop - start);
    const { network, room } = this, { objective, memory, size, plan } = room, n = stop - start, m = plan.n_outputs;
    const last = plan.rows[plan.rows.length - 1], { parameters, gradients } = network.vectors;
    this.gather(order, start, stop);
    this.keep();
    setDropRates(plan, this.reached());
    if (room.masks.length > 0) drawMasks(room, n, network.streams.masks);
    forward(room, room.x, 0, n, true);
    let loss = objective.compare(
      room.y, 0, memory, last.a * size, n, m, room.weights, 0, memory, last.error * size, objective.share(n, m),
      objective.parameters,
    );
    loss += backward(room, room.x, 0, n);
    if (!Number.isFinite(loss)) this.diverged(loss, false);
    const { clip_norm, clip_value } = network.optimizer_part;
    if (clip_norm !== null || clip_value !== null) clip(gradients, clip_norm, clip_value);
    const coefficients = network.rule.coefficients(rate, network.step_count + 1, this.reached());
    network.rule.update(parameters, gradients, network.optimizer_states, coefficients, network.shares);
    network.step_count++;
    room.taken++;
    return loss;
  }

  /** Copy everything that a step changes, beside what it was before the last step. */
  keep() {
    const { room, network: { vectors, optimizer_states } } = this;
    room.turn = 1 - room.turn;
    const copies = room.copies[room.turn];
    copies[0].set(vectors.parameters);
    copies[1].set(vectors.running);
    for (let k = 0; k < optimizer_states.length; k++) copies[k + 2].set(optimizer_states[k]);
  }

  /** Put back the parameters that gave the last finite loss, and say where the numbers were left.
   * @param {number} loss @param {boolean} isBehind whether the last step's loss was finite, and what it left is not */
  diverged(loss, isBehind) {
    const { network, room } = this, epoch = network.epoch_count + (isBehind ? 0 : 1), batch = isBehind ? this.n_steps : this.batch + 1;
    const { layer, words } = this.firstBadLayer(isBehind);
    const undone = !isBehind && room.taken > 0 ? 1 : 0;
    const copies = room.copies[undone ? 1 - room.turn : room.turn];
    const { parameters, running } = network.vectors;
    [parameters, running, ...network.optimizer_states].forEach((vector, k) => vector.set(copies[k]));
    network.step_count -= undone || isBehind ? 1 : 0;
    // The last step of an epoch that is undone leaves it unfinished.
    if (isBehind || (undone && this.batch === 0)) network.epoch_count--;
    const rate = network.optimizer_part.learning_rate;
    throw new DivergenceError(
      `training stopped: in epoch ${epoch}, batch ${batch} of ${this.n_steps}, the loss was ${loss}; first concerned is ${words}. `
      + `The network keeps its last good parameters. Try a smaller learning rate`
      + `${typeof rate === "number" ? ` (it is ${rate})` : ""}, gradients of limited norm, or scaled inputs`,
      { epoch, batch, loss, layer },
    );
  }

  /** @param {boolean} isBehind @returns {{ layer: number, words: string }} */
  firstBadLayer(isBehind) {
    const { network, room } = this, { layers } = network, isBad = (/** @type {Floats} */ part) => !part.every(Number.isFinite);
    const named = (/** @type {number} */ layer) => `layer ${layer}, ${layers[layer].name}`;
    for (const { layer, name, values } of [...network.parameters, ...network.statistics])
      if (isBad(values)) return { layer, words: `${named(layer)}: its ${name} are not finite` };
    const n = isBehind ? 0 : Math.min(this.batch_size, this.n - this.batch * this.batch_size);
    for (const row of room.plan.rows)
      if (isBad(room.memory.subarray(row.a * room.size, row.a * room.size + n * row.n_outputs)))
        return { layer: row.layer, words: `${named(row.layer)}: its outputs are not finite` };
    const { layer } = room.plan.rows[room.plan.rows.length - 1];
    return { layer, words: `the loss behind ${named(layer)}, whose outputs are finite` };
  }

  /** The next step on copies. */
  trace() {
    return traced(this, this.next);
  }

  /** The network's state and the place within the epoch. */
  state() {
    return { ...this.network.state(), place: { order: this.order.slice(), batch: this.batch, losses: this.losses } };
  }

  /** @param {any} state */
  restore(state) {
    this.network.restore(state);
    this.order = state.place ? state.place.order.slice() : this.order;
    this.batch = state.place?.batch ?? 0;
    this.losses = state.place?.losses ?? 0;
  }
}

/** The rows of samples of so many members, one after the other. @param {ArrayLike<number>} samples @param {number} k
 * @returns {Int32Array} */
function withMembers(samples, k) {
  return Int32Array.from({ length: samples.length * k }, (_, row) => samples[Math.floor(row / k)] * k + row % k);
}

// A network, as its user knows it: predict, train, look into it.


const PREDICTION_ROWS = 256;

/** A network from its description; without a state its first weights are drawn from the seed.
 * @param {any} spec @param {any} [state] @returns {Network} */
function create(spec, state) {
  const network = new Network(spec);
  if (state) network.restore(state);
  return network;
}

class Network extends FlatNetwork {
  /** @param {any} spec */
  constructor(spec) {
    super(spec);
    this.prediction = new Room(this.plan, this.vectors, PREDICTION_ROWS);
    /** @type {{ X: unknown, y: unknown, options: string, objective: unknown, training: Training } | null} */
    this.kept = null;
  }

  /** Samples checked, as rows; of pairs and triplets a row for each of so many members.
   * @param {Given} X @param {number} [members] @returns {Table} */
  features(X, members = 1) {
    const k = this.layout.n_features, { values, shape: [count] } = table("X", X, members * k, this.dtype);
    const n = count * members, found = { values, shape: [n, k] }, first = this.layers[0];
    if (first.name === "embedding")
      for (const [column, count] of first.categories)
        for (let i = 0; i < n; i++) {
          const value = found.values[i * k + column];
          if (!Number.isInteger(value) || value < 0 || value >= count)
            throw new GlassnetError(`column ${column} of X is embedded and takes integers from 0 to ${count - 1}; row ${i} holds ${value}`);
        }
    return found;
  }

  /** The last output, with the whole last activation, in slices; `look` sees each slice in memory.
   * @param {Table} x @param {Room} room @param {(start: number, n: number) => void} look */
  pass(x, room, look) {
    const [n, k] = x.shape;
    for (let start = 0; start < n; start += room.size) {
      const count = Math.min(room.size, n - start);
      forward(room, x.values, start * k, count, false);
      look(start, count);
    }
  }

  /** Outputs of the last row. @param {Table} x @param {Room} room @returns {Table} */
  outputOf(x, room) {
    const { rows, n_outputs: m } = room.plan, a = rows[rows.length - 1].a * room.size;
    const Floats = floatsOf(this.dtype), values = new Floats(x.shape[0] * m);
    this.pass(x, room, (start, n) => values.set(room.memory.subarray(a, a + n * m), start * m));
    return { values, shape: [x.shape[0], m] };
  }

  /** Memory for outputs as the loss takes them. @returns {Room} */
  trainedRoom() {
    return new Room(this.trainingPlan(), this.vectors, PREDICTION_ROWS);
  }

  /** The network's output for each sample. @param {Given} X @returns {Table} */
  predict(X) {
    return this.outputOf(this.features(X), this.prediction);
  }

  /** Outputs of some rows of the plan in prediction. @param {Given} X @param {number[]} places @returns {Table[]} */
  responses(X, places) {
    const x = this.features(X), { rows } = this.plan, { memory, size } = this.prediction, n = x.shape[0];
    const Floats = floatsOf(this.dtype);
    const found = places.map((place) => ({ values: new Floats(n * rows[place].n_outputs), shape: [n, rows[place].n_outputs] }));
    this.pass(x, this.prediction, (start, count) => places.forEach((place, i) => {
      const { a, n_outputs: m } = rows[place];
      found[i].values.set(memory.subarray(a * size, a * size + count * m), start * m);
    }));
    return found;
  }

  /** Every layer's output in prediction. @param {Given} X @returns {Table[]} */
  activations(X) {
    const x = this.features(X), { rows } = this.plan, { memory, size } = this.prediction, n = x.shape[0];
    const Floats = floatsOf(this.dtype);
    const found = this.layout.outputs.map((shape) => ({ values: new Floats(n * product(shape)), shape: [n, ...shape] }));
    this.pass(x, this.prediction, (start, count) => {
      found.forEach((layer, index) => {
        const m = layer.values.length / n, row = rows.filter((one) => one.layer <= index).at(-1);
        const from = row ? memory.subarray(row.a * size, row.a * size + count * m) : x.values.subarray(start * m, (start + count) * m);
        layer.values.set(from, start * m);
      });
    });
    return found;
  }

  /** The most probable class of each sample; of one output 1 where its probability is above 0.5. @param {Given} X */
  classes(X) {
    const { values, shape: [n, m] } = this.probabilities(this.predict(X));
    return Int32Array.from({ length: n }, (_, i) => {
      return m === 1 ? Number(values[i] > 0.5) : largest(values, i * m, m);
    });
  }

  /** Outputs as probabilities, where the loss was chosen for logits. @param {Table} output @returns {Table} */
  probabilities(output) {
    const { activation } = lossOf(this.loss_part);
    if (activation === "linear") return output;
    const values = output.values.slice(), [n, m] = output.shape;
    lossOf(this.loss_part).activate(values, n, m);
    return { values, shape: output.shape };
  }

  /** Mean loss in prediction, penalties included. @param {Given} X @param {Given} y
   * @param {{ sample_weight?: Given | null }} [options] @returns {number} */
  loss(X, y, options = {}) {
    const { objective, dtype } = this, x = this.features(X, objective.rows_per_sample), [n] = x.shape;
    const plan = this.trainingPlan(), room = new Room(plan, this.vectors, objective.targets === "labels" ? n : PREDICTION_ROWS);
    const wanted = targets(y, objective, n, plan.n_outputs, dtype), m = plan.n_outputs;
    const weights = sampleWeights(options.sample_weight, objective, n, dtype), last = plan.rows[plan.rows.length - 1];
    const Floats = floatsOf(dtype), width = wanted.shape[1];
    let total = 0;
    this.pass(x, room, (start, count) => {
      let part = wanted.values.subarray(start * width, (start + count) * width);
      part = objective.takes_classes ? oneHot(part, m, new Floats(count * m)) : repeated(objective, part, width, new Floats(count * width * objective.each));
      smooth(objective, part, part.length, m);
      const { memory, size } = room, share = objective.share(count, m);
      total += count * objective.compare(
        part, 0, memory, last.a * size, count, m, weights, start, memory, last.error * size, share, objective.parameters,
      );
    });
    return total / n + this.penalty();
  }

  /** What the weights' penalties add to the loss. @returns {number} */
  penalty() {
    const { parameters } = this.vectors, none = new Float64Array(parameters.length);
    let total = 0;
    for (const row of this.plan.rows) {
      if (row.l1 > 0 || row.l2 > 0) total += penalise(parameters, row.weights, row.n_inputs * row.n_outputs, row.l1, row.l2, none);
      if (row.bias_l1 > 0 || row.bias_l2 > 0) total += penalise(parameters, row.bias, row.n_outputs, row.bias_l1, row.bias_l2, none);
    }
    return total;
  }

  /** Loss, and the share that is right of classes that exclude each other. @param {Given} X @param {Given} y @returns {{ loss: number, accuracy?: number }} */
  evaluate(X, y) {
    const loss = this.loss(X, y), part = lossOf(this.loss_part), m = this.plan.n_outputs;
    if (part.targets === "labels") return { loss };
    const found = this.classes(X), { values, shape: [n, width] } = targets(y, part, found.length, m, this.dtype);
    const isShare = part.domain[0] === 0 && part.domain[1] === 1 && (width === 1 || part.rows_sum_to_one);
    const isOfClasses = part.takes_classes || (isShare && values.every((/** @type {number} */ value) => value === 0 || value === 1));
    if (!isOfClasses) return { loss };
    let right = 0;
    for (let i = 0; i < n; i++) {
      const truth = width > 1 ? largest(values, i * width, width) : Math.round(values[i]);
      right += found[i] === truth ? 1 : 0;
    }
    return { loss, accuracy: right / n };
  }

  /** Data and the place within an epoch. @param {Given} X @param {Given} y @param {Options} [options] @returns {Training} */
  training(X, y, options = {}) {
    return new Training(this, X, y, options);
  }

  /** The training that is kept for the same data and options. @param {Given} X @param {Given} y @param {Options} options */
  trainingOf(X, y, options) {
    const text = JSON.stringify(options), { kept } = this;
    if (kept && kept.X === X && kept.y === y && kept.options === text && kept.objective === this.objective)
      return kept.training;
    const training = this.training(X, y, options);
    this.kept = { X, y, options: text, objective: this.objective, training };
    return training;
  }

  /** One update from these rows, all by default. @param {Given} X @param {Given} y @param {ArrayLike<number>} [rows] */
  step(X, y, rows) {
    return this.trainingOf(X, y, {}).stepOn(rows ?? null);
  }

  /** @param {Given} X @param {Given} y @param {Options} [options] @returns {Epoch} */
  epoch(X, y, options = {}) {
    return this.trainingOf(X, y, options).epoch();
  }

  /** @param {Given} X @param {Given} y @param {Options & { epochs?: number }} [options] @returns {Epoch[]} */
  fit(X, y, options = {}) {
    const { epochs = 1, ...rest } = options;
    return this.trainingOf(X, y, rest).run({ epochs });
  }

  /** The next step on copies, every array kept. @param {Given} X @param {Given} y @param {ArrayLike<number> | null} [rows]
   * @param {{ sample_weight?: Given | null, masks?: Uint8Array }} [options] */
  trace(X, y, rows, options = {}) {
    const training = this.training(X, y, { sample_weight: options.sample_weight ?? null });
    return traced(training, rows ? training.checkedRows(rows) : training.order, options.masks);
  }

  /** The prediction for these samples, every array kept. @param {Given} X */
  tracePrediction(X) {
    return predicted(this, this.features(X));
  }

  /** One entry of the gradient beside a central difference of the loss, without dropout.
   * @param {Given} X @param {Given} y @param {number} layer @param {string} name @param {number} index @param {number} [h] */
  gradient_check(X, y, layer, name, index, h) {
    const place = this.place(layer, name, index), twin = this.twin();
    const lossAt = (/** @type {number} */ value) => {
      twin.vector[place] = value;
      return twin.trace(X, y).loss;
    };
    const value = this.vector[place], width = h ?? 1e-5 * Math.max(1, Math.abs(value));
    const numeric = (lossAt(value + width) - lossAt(value - width)) / (2 * width);
    lossAt(value);
    const at = twin.trace(X, y).parameters.find((one) => place >= one.start && place < one.start + one.gradient.length);
    return { analytic: /** @type {any} */ (at).gradient[place - /** @type {any} */ (at).start], numeric, h: width };
  }

  /** The same network in float64 and without dropout, to measure. @returns {Network} */
  twin() {
    const layers = this.layers.map(withoutDropout);
    const twin = new Network({ ...this.spec, layers, dtype: "float64" });
    twin.vector.set(this.vector);
    twin.running.set(this.running);
    return twin;
  }

  /** The bytes of a model file. @returns {Uint8Array} */
  save() {
    return saved(this);
  }

  /** The description and the state, ready for JSON. */
  document() {
    const { parameters, running, optimizer, ...rest } = this.state();
    const plain = { parameters: Array.from(parameters), running: Array.from(running), optimizer: optimizer.map((one) => Array.from(one)) };
    return { spec: this.spec, state: { ...plain, ...rest } };
  }
}

/** The place of the largest of m numbers. @param {Floats} values @param {number} start @param {number} m */
function largest(values, start, m) {
  let best = 0;
  for (let j = 1; j < m; j++) if (values[start + j] > values[start + best]) best = j;
  return best;
}

/** A layer whose dropout leaves nothing out; it stays where it is, so that layers keep their numbers. @param {any} layer
 * @returns {any} */
function withoutDropout(layer) {
  if (layer.name === "residual") return { ...layer, layers: layer.layers.map(withoutDropout) };
  return layer.name === "dropout" ? { ...layer, rate: 0 } : layer;
}

// The network of a model file: what glassnet.load reads.


/** The network of a model file; what is wrong with one is said. @param {Uint8Array | ArrayBuffer} given @returns {Network} */
function load(given) {
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

// What the rules of diagnosis look at, measured as glassnet/insight/diagnosis/measure.py measures it.


// A unit is flat where its slope is below this part of the largest; two are alike where their weights differ by less.
const FLAT = 0.05, ALIKE = 1e-5;

/** Root mean square. @param {ArrayLike<number>} values @returns {number} */
function rms(values) {
  let squares = 0;
  for (let k = 0; k < values.length; k++) squares += values[k] * values[k];
  return Math.sqrt(squares / values.length);
}

/** Standard deviation. @param {ArrayLike<number>} values @returns {number} */
function deviation(values) {
  let mean = 0;
  for (let k = 0; k < values.length; k++) mean += values[k] / values.length;
  return rms(Array.from(values, (value) => value - mean));
}

/** For each unit the share of the samples for which `holds` of its z and a. @param {Table} z @param {Table} a
 * @param {(z: number, a: number) => boolean} holds @returns {number[]} */
function shares(z, a, holds) {
  const [n, m] = z.shape;
  return Array.from({ length: m }, (_, j) => {
    let count = 0;
    for (let i = 0; i < n; i++) count += holds(z.values[i * m + j], a.values[i * m + j]) ? 1 : 0;
    return count / n;
  });
}

/** Pairs of units whose weights and bias are the same to rounding. @param {any} dense @returns {[number, number][]} */
function twins({ weights, bias }) {
  const { values, shape: [k, m] } = weights;
  /** @type {Floats[]} */
  const rows = [];
  for (let i = 0; i < k; i++) rows.push(values.subarray(i * m, (i + 1) * m));
  if (bias) rows.push(bias.values);
  const summed = (/** @type {(row: Floats) => number} */ entry) => rows.reduce((sum, row) => sum + entry(row) ** 2, 0);
  const sizes = Array.from({ length: m }, (_, j) => summed((row) => row[j]));
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i < m; i++)
    for (let j = i + 1; j < m; j++)
      if (summed((row) => row[i] - row[j]) <= ALIKE ** 2 * Math.min(sizes[i], sizes[j])) found.push([i, j]);
  return found;
}

/** Root mean square of what is left of each column without its mean. @param {Table} table @returns {number} */
function spread({ values, shape: [n, m] }) {
  const left = values.slice();
  for (let j = 0; j < m; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += values[i * m + j] / n;
    for (let i = 0; i < n; i++) left[i * m + j] -= mean;
  }
  return rms(left);
}

/** For each row how many residual layers have begun before it and not ended with it. @param {any[]} rows @returns {number[]} */
function waysPast(rows) {
  let begun = 0;
  return rows.map(({ kind }) => {
    const past = begun - (kind === "sum" ? 1 : 0);
    begun = past + (kind === "branch" ? 1 : 0);
    return past;
  });
}

/** A dense layer with everything behind it, up to the next one, and how many ways lead past each row.
 * @param {any[]} rows @param {number[]} past @param {number} index */
function block(rows, past, index) {
  const [dense] = rows, active = rows.find((row) => row.computed.name !== "linear") ?? dense, units = active.a.shape[1];
  const { z, a, formulas, constants, computed: { name } } = active, part = PARTS.activation[name];
  const none = { length: units }, limit = FLAT * part.steepest;
  const isFlat = (/** @type {number} */ value) => formulas.slope(value, formulas.value(value, ...constants), ...constants) < limit;
  const dead = part.rectifies ? shares(z, a, (value) => value <= 0).map((share) => share === 1) : Array.from(none, () => false);
  const flat_by_unit = part.is_bounded ? shares(z, a, isFlat) : Array.from(none, () => 0);
  return {
    index, layer: dense.layer, units, activation: name, dead, is_passed: past[0] > 0,
    flat: flat_by_unit.reduce((sum, share) => sum + share / units, 0), flat_by_unit,
    gradient_norm: rms(dense.d_weights.values), error_norm: rms(dense.d_z.values),
    gain: deviation(dense.weights.values) * Math.sqrt(dense.weights.shape[0]), spread: spread(rows[rows.length - 1].a),
    twins: twins(dense), record: { dense, active, last: rows[rows.length - 1], whole: rows[past.lastIndexOf(0)] ?? null, kinds: rows.map((row) => row.kind), before: rows.indexOf(active) },
  };
}

/** The network as it is on these samples, in float64 and without dropout. @param {Network} network @param {Given} X @param {Given} y */
function facts(network, X, y) {
  const twin = network.twin(), { rows, penalty, parameters, value: of_batch } = twin.trace(X, y);
  const value = twin.loss(X, y) - penalty, output = twin.outputOf(twin.features(X, twin.objective.rows_per_sample), twin.prediction);
  const wanted = targets(y, twin.objective, output.shape[0], output.shape[1], "float64");
  const starts = rows.flatMap((/** @type {any} */ row, /** @type {number} */ place) => (row.kind === "dense" ? [place] : []));
  const past = waysPast(rows);
  const blocks = starts.map((/** @type {number} */ start, /** @type {number} */ index) => block(rows.slice(start, starts[index + 1]), past.slice(start, starts[index + 1]), index));
  const gradient = parameters.flatMap((/** @type {any} */ part) => Array.from(part.gradient));
  const weights = starts.flatMap((/** @type {number} */ start) => Array.from(rows[start].weights.values));
  const isFinite = Number.isFinite(value) && twin.vector.every(Number.isFinite) && twin.running.every(Number.isFinite);
  const of_targets = new Targets(twin.loss_part, wanted, output), last = rows[rows.length - 1].a;
  const in_training = { value: of_batch, score: of_targets.kind === "labels" ? null : new Targets(twin.loss_part, wanted, last).score(of_batch) };
  return {
    loss: value + penalty, value, penalty, in_training, output, targets: of_targets, gradient_norm: rms(gradient) * Math.sqrt(gradient.length), size: rms(weights),
    finite: isFinite, blocks, ...of_targets.facts(value),
  };
}

export { create, load, facts, parts, Network, Training, Random, GlassnetError, DivergenceError, LICENCE_OF_NUMPY, VERSION };

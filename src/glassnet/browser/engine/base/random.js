// NumPy's random streams, to the bit: SeedSequence, PCG64, and the methods of Generator that glassnet uses.

import { ZIGGURAT } from "../formulas.js";
import { bytesOfBase64 } from "./texts.js";
import { GlassnetError, shown } from "./errors.js";

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
export class Random {
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

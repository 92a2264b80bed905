/** NumPy's `RandomState`, to the bit: the Mersenne twister, and how drawn data and splits draw from it. */
const N = 624, M = 397;

export class RandomState {
  constructor(seed) {
    this.key = new Uint32Array(N);
    this.key[0] = seed >>> 0;
    for (let i = 1; i < N; i += 1) {
      const last = this.key[i - 1] ^ (this.key[i - 1] >>> 30);
      this.key[i] = Math.imul(1812433253, last) + i;
    }
    this.place = N;
    this.kept = null;
  }

  refill() {
    const { key } = this;
    for (let i = 0; i < N; i += 1) {
      const y = (key[i] & 0x80000000) | (key[(i + 1) % N] & 0x7fffffff);
      key[i] = key[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }

  /** 32 random bits. */
  bits() {
    if (this.place === N) this.refill();
    let y = this.key[this.place];
    this.place += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(low = 0, high = 1) {
    const first = this.bits() >>> 5, second = this.bits() >>> 6;
    return low + (high - low) * ((first * 67108864 + second) / 9007199254740992);
  }

  /** A number of N(mean, deviation²), by the polar method: of each pair the second comes first. */
  normal(mean = 0, deviation = 1) {
    if (this.kept !== null) {
      const kept = this.kept;
      this.kept = null;
      return mean + deviation * kept;
    }
    let x, y, square;
    do {
      x = this.uniform(-1, 1);
      y = this.uniform(-1, 1);
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const stretched = Math.sqrt(-2 * Math.log(square) / square);
    this.kept = stretched * x;
    return mean + deviation * stretched * y;
  }

  /** A whole number from 0 to `most`, by rejection below the next power of two. */
  upTo(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    let value;
    do value = (this.bits() & mask) >>> 0; while (value > most);
    return value;
  }

  /** The whole numbers below n in a random order. */
  permutation(n) {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i -= 1) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/**
 * Random numbers that are the same everywhere: xoshiro128** (Blackman and Vigna, 2018) on 32-bit integers.
 * `src/backsight/models/random.py` is the same generator; the tests of both share their golden values.
 */

/** One stream per purpose, so that asking for one more point never changes the weights. */
export const STREAM = { data: 1, split: 2, start: 3, order: 4, push: 5, exercise: 6 } as const;

const GOLDEN = 0x9e3779b9;

/** Scrambles 32 bits reversibly (the finaliser of MurmurHash3). */
function scramble(word: number): number {
  let w = word | 0;
  w = Math.imul(w ^ (w >>> 16), 0x85ebca6b);
  w = Math.imul(w ^ (w >>> 13), 0xc2b2ae35);
  return w ^ (w >>> 16);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

export class Random {
  private readonly s = new Int32Array(4);

  /** Keys are integers from 0 to 2³² − 1, most often a seed and a stream; different keys, different sequences. */
  constructor(...keys: number[]) {
    let hash = GOLDEN | 0;
    for (const key of keys) hash = scramble(hash ^ key) + GOLDEN;
    for (let i = 0; i < 4; i++) {
      hash = (hash + GOLDEN) | 0;
      this.s[i] = scramble(hash);
    }
  }

  /** 32 random bits, as an integer from 0 to 2³² − 1. */
  bits(): number {
    const [a, b, c, d] = this.s as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const c1 = c ^ a;
    const d1 = d ^ b;
    this.s[0] = a ^ d1;
    this.s[1] = b ^ c1;
    this.s[2] = c1 ^ (b << 9);
    this.s[3] = rotate(d1, 11);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  uniforms(count: number): Float64Array {
    const drawn = new Float64Array(count);
    for (let i = 0; i < count; i++) drawn[i] = this.uniform();
    return drawn;
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** The numbers 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }
}

/** For tests: seeded random text and damage. */

import { Random } from '../random.ts';

export class Fuzz {
  constructor(private readonly random: Random) {}

  pick<T>(among: ArrayLike<T>): T {
    return among[this.random.below(among.length)]!;
  }

  text(alphabet: string, most: number): string {
    return Array.from({ length: this.random.below(most + 1) }, () => this.pick(alphabet)).join('');
  }

  /** Some characters of a text replaced, removed, doubled or moved to the end. */
  damage(text: string, alphabet: string): string {
    let damaged = text;
    for (let i = this.random.below(4); i >= 0; i--) {
      const at = this.random.below(damaged.length + 1);
      const insert = this.pick(['', this.pick(alphabet), damaged.slice(at, at + 9), '"', '\n']);
      damaged = damaged.slice(0, at) + insert + damaged.slice(at + this.random.below(3));
    }
    return damaged;
  }
}

/** Puts the numbers of a place into symbols: a_{j} of the second unit becomes a_{2}. Text only. */
import type { ValueRef } from '../../engine/payload.ts';

/** Index letters with the position they stand for, from 0. */
export type Letters = Readonly<Record<string, number>>;

/** The letters that references with known indices fix. */
export function lettersFrom(pairs: readonly { ref: ValueRef; index: readonly number[] }[]): Letters {
  const letters: Record<string, number> = {};
  for (const { ref, index } of pairs) {
    ref.index.forEach((letter, axis) => {
      if (/^[a-z]$/.test(letter) && index[axis] !== undefined) letters[letter] = index[axis];
    });
  }
  return letters;
}

/** Subscripts whose letters are all known are written as numbers, counted from 1 as people do. */
export function indexed(tex: string, letters: Letters): string {
  return tex.replace(/(\\sum)?_\{([a-z]+)\}/g, (whole, sum: string | undefined, subscript: string) => {
    const known = [...subscript].every((letter) => letter in letters);
    return sum || !known ? whole : `_{${[...subscript].map((letter) => letters[letter]! + 1).join('')}}`;
  });
}

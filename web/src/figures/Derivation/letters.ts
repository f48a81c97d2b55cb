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

/** Known letters of subscripts are written as numbers, counted from 1 as people do; letters summed over stay. */
export function indexed(tex: string, letters: Letters): string {
  const number = (letter: string) => (letter in letters ? letters[letter]! + 1 : letter);
  return tex.replace(/(\\sum)?_\{([i-s]+)\}/g, (whole, sum: string | undefined, subscript: string) =>
    sum ? whole : `_{${[...subscript].map(number).join('')}}`,
  );
}

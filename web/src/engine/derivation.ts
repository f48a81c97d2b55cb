/** Replays a derivation template with numbers: the factors, their sums, the paths, the contributions. */

import { resolve, type Letters, type Numbers } from './inspect.ts';
import type { Derivation, Dim, Factor, ValueRef } from './payload.ts';
import { placeBetween } from './places.ts';
import type { Entry, ShownFactor, ShownPath } from './types.ts';

export const MOST_PATHS = 64;

/** The letters of a parameter entry and of the example's row. */
export function lettersOf(template: Derivation, index: readonly number[], row: number): Letters {
  const letters: Record<string, number> = { n: row };
  template.indices.forEach((letter, axis) => (letters[letter] = index[axis]!));
  if (template.example) letters[template.example.index] = row;
  return letters;
}

export function entryOf(ref: ValueRef, letters: Letters): Entry {
  return { variable: ref.variable, index: resolve(ref.index, letters) };
}

/** A factor with its number and, where it is a sum over the next layer, its terms. */
export function showFactor(factor: Factor, numbers: Numbers, depth: number, letters: Letters): ShownFactor {
  const { tex, equals, words, origin, sum } = factor;
  const terms = sum
    ? each(sum.index, numbers.size(sum.dim), letters).map((inner) => {
        const factors = sum.terms.map((term) => showFactor(term, numbers, depth, inner));
        return { factors, product: productOf(factors) };
      })
    : null;
  return {
    tex,
    equals,
    words,
    origin,
    number: numbers.value(factor.value, letters),
    value: entryOf(factor.value, letters),
    place: placeBetween(depth, entryOf(factor.from, letters), entryOf(factor.to, letters)),
    terms,
  };
}

/** What one example contributes: the product of the template's factors at its row. */
export function contribution(
  template: Derivation,
  numbers: Numbers,
  index: readonly number[],
  row: number,
): number {
  const letters = lettersOf(template, index, row);
  return template.factors.reduce((product, factor) => product * numbers.value(factor.value, letters), 1);
}

export function productOf(factors: readonly { number: number }[]): number {
  return factors.reduce((product, factor) => product * factor.number, 1);
}

export function pathCount(template: Derivation, size: (dim: Dim) => number): number {
  return template.over.reduce((count, { dim }) => count * size(dim), 1);
}

/** Every path from the parameter to the cost with its numbers; none if there are more than are worth reading. */
export function showPaths(
  template: Derivation,
  numbers: Numbers,
  depth: number,
  letters: Letters,
): ShownPath[] {
  if (pathCount(template, (dim) => numbers.size(dim)) > MOST_PATHS) return [];
  let all: Letters[] = [letters];
  for (const { index, dim } of template.over) {
    all = all.flatMap((inner) => each(index, numbers.size(dim), inner));
  }
  return all.map((inner) => {
    const factors = template.path.map((factor) =>
      showFactor({ ...factor, sum: null }, numbers, depth, inner),
    );
    return { factors, product: productOf(factors) };
  });
}

function each(letter: string, size: number, letters: Letters): Letters[] {
  return Array.from({ length: size }, (_, i) => ({ ...letters, [letter]: i }));
}

/** Equal to the rounding of a few hundred additions? `scale` is the size of what was added. */
export function agree(a: number, b: number, scale: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(scale, Math.abs(a), Math.abs(b));
}

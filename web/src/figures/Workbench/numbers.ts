/** How numbers of any shape are written in a line. */

import { formatNumber } from '../../parts/format.ts';

/** Entries written out of an array. */
const MOST = 6;

/** A single number, or the first entries of an array. */
export function written(numbers: ArrayLike<number> | null | undefined, shape: readonly number[]): string {
  if (!numbers || numbers.length === 0) return shape.length === 0 ? '?' : 'no numbers';
  if (shape.length === 0) return formatNumber(numbers[0]!, 4);
  const shown = Array.from({ length: Math.min(MOST, numbers.length) }, (_, i) => formatNumber(numbers[i]!));
  return `[${shown.join(', ')}${numbers.length > MOST ? ', …' : ''}]`;
}

/** "4 × 3", "5 numbers", "a number". */
export function sizes(shape: readonly number[]): string {
  if (shape.length === 0) return 'a number';
  if (shape.length === 1) return shape[0] === 1 ? 'one number' : `${shape[0]} numbers`;
  return shape.join(' × ');
}

/** The place of an entry, row-major: "[1, 2]". */
export function placeOf(index: number, shape: readonly number[]): string {
  const found: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    found.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${found.join(', ')}]`;
}

export function tone(number: number | undefined): 'positive' | 'negative' | 'zero' {
  if (!number) return 'zero';
  return number < 0 ? 'negative' : 'positive';
}

/** Expands the script of a pass by the net's widths: one moment per number, forward and then backward. */

import { agree, productOf } from './derivation.ts';
import { resolve, type Letters, type Numbers } from './inspect.ts';
import type { Dim, PassStep, ValueRef } from './payload.ts';
import { placeBetween, placeByShape, placeOf } from './places.ts';
import type { Entry, PassMoment, Place, Valued } from './types.ts';

/** `numbers` holds one example, at row `row`. */
export function expandPass(
  steps: readonly PassStep[],
  numbers: Numbers,
  depth: number,
  row = 0,
): PassMoment[] {
  return steps.flatMap((step) => {
    const letters = combinations(freeLetters(step, numbers), { n: row });
    return letters.map((each) => moment(step, numbers, depth, each));
  });
}

function freeLetters(step: PassStep, numbers: Numbers): [string, number][] {
  return lettersIn([step.value], numbers).filter(([letter]) => letter !== 'n');
}

/** The letters of some references with the sizes of their dimensions. */
function lettersIn(refs: readonly ValueRef[], numbers: Numbers): [string, number][] {
  const sizes = new Map<string, number>();
  for (const ref of refs) {
    const shape: readonly Dim[] = numbers.shapeOf(ref.variable);
    ref.index.forEach((letter, axis) => {
      if (!/^\d+$/.test(letter) && shape[axis] !== undefined) sizes.set(letter, numbers.size(shape[axis]));
    });
  }
  return [...sizes];
}

function combinations(letters: readonly [string, number][], fixed: Letters): Letters[] {
  let all: Letters[] = [fixed];
  for (const [letter, size] of letters) {
    all = all.flatMap((inner) => Array.from({ length: size }, (_, i) => ({ ...inner, [letter]: i })));
  }
  return all;
}

function moment(step: PassStep, numbers: Numbers, depth: number, letters: Letters): PassMoment {
  const target = valued(step.value, numbers, letters);
  const packets = packetsOf(step, numbers, depth, letters, target);
  const { direction, tex, words, op, origin } = step;
  return { direction, target, place: placeIn(numbers, depth, target), packets, tex, words, op, origin };
}

/**
 * What travels. In a sum of products, one packet per term and one for each value that is added once (a bias):
 * together they make the target. Anything else: one packet per value that goes in.
 */
function packetsOf(
  step: PassStep,
  numbers: Numbers,
  depth: number,
  letters: Letters,
  target: Valued,
): Packet[] {
  const summed = lettersIn(step.from, numbers).filter(([letter]) => !(letter in letters));
  const inSum = (ref: ValueRef) => ref.index.some((letter) => summed.some(([name]) => name === letter));
  const packet = (refs: readonly ValueRef[], inner: Letters): Packet => {
    const from = refs.map((ref) => valued(ref, numbers, inner));
    const edge = from.map((source) => edgeOf(depth, source, target)).find((found) => found !== null);
    return {
      place: edge ?? (from[0] ? placeIn(numbers, depth, from[0]) : null),
      from,
      number: productOf(from),
      words: step.words,
    };
  };
  if (step.from.length === 0) return [];
  const [many, once] = [step.from.filter(inSum), step.from.filter((ref) => !inSum(ref))];
  const terms = many.length ? combinations(summed, letters).map((inner) => packet(many, inner)) : [];
  const products = many.length
    ? [...terms, ...once.map((ref) => packet([ref], letters))]
    : [packet(once, letters)];
  const total = products.reduce((sum, { number }) => sum + number, 0);
  const scale = products.reduce((sum, { number }) => sum + Math.abs(number), 0);
  if (agree(total, target.number, scale)) return products;
  return step.from.flatMap((ref) => {
    const own = summed.filter(([letter]) => ref.index.includes(letter));
    return combinations(own, letters).map((inner) => packet([ref], inner));
  });
}

type Packet = PassMoment['packets'][number];

function placeIn(numbers: Numbers, depth: number, entry: Entry): Place | null {
  return placeOf(depth, entry) ?? placeByShape(depth, entry, numbers.shapeOf(entry.variable));
}

function edgeOf(depth: number, source: Entry, target: Entry): Place | null {
  const between = placeBetween(depth, source, target);
  return between?.kind === 'edge' ? between : null;
}

function valued(ref: ValueRef, numbers: Numbers, letters: Letters): Valued {
  const index = resolve(ref.index, letters);
  return { variable: ref.variable, index, number: numbers.at(ref.variable, index) };
}

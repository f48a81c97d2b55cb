/** Draws the numbers of an exercise from its seed. All values come from kernels; this only chooses and compares. */

import { Random, STREAM } from '../engine/random.ts';
import type { Bank, SlopeStructure, Numbers, Structure } from './bank.ts';
import {
  KINDS,
  type Address,
  type Exercise,
  type FormulaExercise,
  type NumberExercise,
  type Place,
} from './exercise.ts';

const PLACES = 10;
const TRIES = 400;

/** The exercise of an address; the same one, whenever and wherever. */
export function draw(bank: Bank, address: Address): Exercise {
  const random = new Random(address.seed >>> 0, STREAM.exercise, KINDS.indexOf(address.kind), address.level);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const drawn = address.kind === 'formula' ? formula(bank, address, random) : number(bank, address, random);
    if (drawn) return drawn;
  }
  throw new Error(`No exercise was found for ${JSON.stringify(address)}.`);
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;
const between = (random: Random, [low, high]: [number, number]): number => low + random.below(high - low + 1);

function coefficients(random: Random, structure: Structure): Numbers {
  const entries = Object.entries(structure.ranges);
  return Object.fromEntries(entries.map(([name, ends]) => [name, between(random, ends)]));
}

/** TeX with the drawn numbers in place of the coefficients' names. */
export const withNumbers = (tex: string, numbers: Numbers): string =>
  tex.replace(/k_\{(\d+)\}/g, (_, index: string) => String(numbers[`k${index}`]));

function place(bank: Bank, structure: SlopeStructure, numbers: Numbers, x: number): Place {
  const values = bank.run(structure, { ...numbers, x });
  const names: Numbers = { x, y: values.y! };
  for (const name of structure.named) names[name] = values[name]!;
  return {
    names,
    truth: values.slope!,
    wrong: Object.fromEntries(Object.keys(structure.wrong).map((name) => [name, values[name]!])),
    factors: structure.factors.map((name) => values[name]!),
  };
}

/** A slope of ordinary size: neither lost beside what it is made of, nor too large to compare. */
const isOrdinary = ({ truth, names }: Place): boolean =>
  Math.abs(truth) > 1e-3 && Math.abs(truth) < 1e5 && Object.values(names).every((v) => Math.abs(v) < 1e6);

function given(structure: SlopeStructure, numbers: Numbers, asWhole: boolean): { tex: string }[] {
  if (asWhole) return [{ tex: `y = ${withNumbers(structure.whole, numbers)}` }];
  return structure.lines.map(({ name, tex }) => ({ tex: `${name} = ${withNumbers(tex, numbers)}` }));
}

/** The slope as a sum of products, in TeX; the values in the middle by name or written out. */
function solution(structure: SlopeStructure, numbers: Numbers, writtenOut: boolean): string {
  const products = structure.solution.map((slopes) =>
    slopes.map((slope) => `\\left(${slope}\\right)`).join(' \\cdot '),
  );
  let text = products.join(' + ');
  if (writtenOut)
    for (const { name, tex } of structure.lines.slice(0, -1).reverse())
      text = text.replace(
        new RegExp(`(?<![A-Za-z\\\\])${name}(?![A-Za-z])`, 'g'),
        () => `\\left(${tex}\\right)`,
      );
  return withNumbers(text, numbers);
}

function formula(bank: Bank, address: Address, random: Random): FormulaExercise | null {
  const structure = pick(random, bank.structures<SlopeStructure>(address.family, address.level));
  const numbers = coefficients(random, structure);
  const [low, high] = structure.x;
  const places = Array.from({ length: 3 * PLACES }, () =>
    place(bank, structure, numbers, low + (high - low) * random.uniform()),
  )
    .filter(isOrdinary)
    .slice(0, PLACES);
  // Its form only, where the answer is one product; the names in the middle are then on show.
  const form = structure.factors.length > 0 && random.below(3) === 0 ? 'product' : null;
  const asWhole = form === null && random.below(2) === 0;
  if (places.length < PLACES) return null;
  const slopes = structure.factors.length === 3 ? 'three' : 'two';
  return {
    kind: 'formula',
    address,
    given: given(structure, numbers, asWhole),
    ask: form
      ? `Write $\\frac{dy}{dx}$ as a product of its ${slopes} slopes.`
      : 'Write $\\frac{dy}{dx}$. Any form will do.',
    wanted: '\\frac{dy}{dx}',
    names: ['x', 'y', ...(asWhole ? [] : structure.named)],
    places,
    form,
    mistakes: tellApart(structure, places),
    solution: solution(structure, numbers, asWhole),
  };
}

function number(bank: Bank, address: Address, random: Random): NumberExercise | null {
  const structure = pick(random, bank.structures<SlopeStructure>(address.family, address.level));
  const numbers = coefficients(random, structure);
  const [low, high] = structure.x;
  const x = (Math.ceil(low * 10) + random.below(Math.floor((high - low) * 10) + 1)) / 10;
  const here = place(bank, structure, numbers, x);
  if (!isOrdinary(here) || Math.abs(here.truth) < 0.05 || Math.abs(here.truth) > 2000) return null;
  const tolerance = toleranceOf(here.truth);
  return {
    kind: 'number',
    address,
    given: given(structure, numbers, random.below(2) === 0),
    ask: `What is $\\frac{dy}{dx}$ at $x = ${x}$? A number, or what to compute, such as $3\\cos(4)$; within ${tolerance} is near enough.`,
    wanted: '\\frac{dy}{dx}',
    place: here,
    tolerance,
    mistakes: tellApart(structure, [here], tolerance),
    solution: solution(structure, numbers, false),
  };
}

/** Two decimals, or half a percent of a larger number. */
const toleranceOf = (truth: number): number => {
  const wide = Math.abs(truth) * 0.005;
  return wide <= 0.01 ? 0.01 : Number(wide.toPrecision(1));
};

/** The mistakes whose values differ from the truth; of two that give the same, the first is kept. */
function tellApart(structure: Structure, places: Place[], tolerance?: number): Record<string, string> {
  const kept: [string, string][] = [];
  const same = (a: (p: Place) => number, b: (p: Place) => number) =>
    places.every((p) =>
      tolerance === undefined ? isNear(a(p), b(p)) : Math.abs(a(p) - b(p)) <= 2 * tolerance,
    );
  for (const [name, mistake] of Object.entries(structure.wrong)) {
    const value = (p: Place) => p.wrong[name]!;
    if (!places.every((p) => Number.isFinite(value(p)))) continue;
    if (same(value, (p) => p.truth)) continue;
    if (kept.some(([other]) => same(value, (p) => p.wrong[other]!))) continue;
    kept.push([name, mistake]);
  }
  return Object.fromEntries(kept);
}

/** Equal as far as doubles and a few roundings allow. */
export const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-7 * Math.max(Math.abs(a), Math.abs(b)) + 1e-11;

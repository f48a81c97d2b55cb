/** Exercises on functions of x: a formula, or a number at one place. All values come from kernels. */

import type { Random } from '../engine/random.ts';
import type { Bank, Numbers, SlopeStructure } from './bank.ts';
import { coefficients, isOrdinary, pick, tellApart, toleranceOf, withNumbers } from './drawing.ts';
import type { Address, FormulaExercise, NumberExercise, Place } from './exercise.ts';

const PLACES = 10;

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

function given(structure: SlopeStructure, numbers: Numbers, asWhole: boolean): { tex: string }[] {
  if (asWhole) return [{ tex: `y = ${withNumbers(structure.whole, numbers)}` }];
  return structure.lines.map(({ name, tex }) => ({ tex: `${name} = ${withNumbers(tex, numbers)}` }));
}

/** Whether it must stand in brackets to be a factor: a sum, a difference, or what begins with a minus. */
function isSum(tex: string): boolean {
  let depth = 0;
  for (const sign of tex) {
    if ('({'.includes(sign)) depth += 1;
    else if (')}'.includes(sign)) depth -= 1;
    else if (depth === 0 && '+-'.includes(sign)) return true;
  }
  return false;
}

/** The slope as a sum of products, in TeX; the values in the middle by name or written out. */
function solution(structure: SlopeStructure, numbers: Numbers, writtenOut: boolean): string {
  const products = structure.solution.map((slopes) =>
    slopes
      .filter((slope) => slope !== '1' || slopes.length === 1)
      .map((slope) => (isSum(slope) ? `\\left(${slope}\\right)` : slope))
      .join(' \\cdot '),
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

export function formula(bank: Bank, address: Address, random: Random): FormulaExercise | null {
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
    source: { structure: structure.id, numbers },
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

export function number(bank: Bank, address: Address, random: Random): NumberExercise | null {
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
    source: { structure: structure.id, numbers },
    given: given(structure, numbers, random.below(2) === 0),
    ask: `What is $\\frac{dy}{dx}$ at $x = ${x}$? A number, or what to compute, such as $3\\cos(4)$; within ${tolerance} is near enough.`,
    wanted: '\\frac{dy}{dx}',
    place: here,
    tolerance,
    mistakes: tellApart(structure, [here], tolerance),
    which: {},
    solution: solution(structure, numbers, false),
  };
}

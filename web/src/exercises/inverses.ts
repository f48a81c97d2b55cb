/** The slope of what undoes a function, at one place. All values come from kernels. */

import type { Random } from '../engine/random.ts';
import type { Bank, InverseStructure } from './bank.ts';
import { coefficients, isOrdinary, pick, tellApart, toleranceOf, withNumbers } from './drawing.ts';
import type { Address, NumberExercise, Place } from './exercise.ts';

export function number(bank: Bank, address: Address, random: Random): NumberExercise | null {
  const structure = pick(random, bank.structures<InverseStructure>(address.family, address.level));
  const numbers = coefficients(random, structure);
  const [low, high] = structure.y;
  const y = (Math.ceil(low * 10) + random.below(Math.floor((high - low) * 10) + 1)) / 10;
  const values = bank.run(structure, { ...numbers, y });
  const here: Place = { names: { x: values.x!, y }, truth: values.slope!, wrong: values, factors: [] };
  if (!isOrdinary(here) || Math.abs(here.truth) < 0.02 || Math.abs(here.truth) > 2000) return null;
  const [undone, further] = structure.lines;
  const wanted = further ? '\\frac{dz}{dx}' : '\\frac{dy}{dx}';
  // A small slope needs a closer look than two decimals.
  const tolerance = Number(Math.min(toleranceOf(here.truth), Math.abs(here.truth) / 20).toPrecision(1));
  const solution = structure.solution.map((slope) => `\\left(${slope}\\right)`).join(' \\cdot ');
  return {
    kind: 'number',
    address,
    source: { structure: structure.id, numbers },
    given: [
      { tex: `x = ${withNumbers(undone!.tex, numbers)}` },
      ...(further ? [{ tex: `z = ${withNumbers(further.tex, numbers)}` }] : []),
    ],
    ask: `Given $x$, somebody’s code finds the $y > 0$ that belongs to it; how is not your business. At $x \\approx ${Number(values.x!.toFixed(3))}$ it says $y = ${y}$. What is $${wanted}$ there? Within ${tolerance} is near enough.`,
    wanted,
    place: here,
    tolerance,
    mistakes: tellApart(structure, [here], tolerance),
    which: {},
    solution: withNumbers(solution, numbers),
  };
}

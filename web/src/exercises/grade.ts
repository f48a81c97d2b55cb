/** Judges an answer: by value at many places, by form where a form is asked for, and by the mistake it shows. */

import { isNear } from './draw.ts';
import type { Answer, Exercise, FormulaExercise, NumberExercise, Place, Verdict } from './exercise.ts';
import { MISTAKES } from './mistakes.ts';
import { parse, Unreadable } from './parse.ts';
import { CONSTANTS, evaluate, factorsOf, namesOf, type Tree } from './tree.ts';

export function grade(exercise: Exercise, answer: Answer): Verdict {
  try {
    const tree = parse(withoutLeft(answer));
    return exercise.kind === 'formula' ? formula(exercise, tree) : number(exercise, tree);
  } catch (error) {
    if (error instanceof Unreadable) return { right: false, unread: true, says: error.message };
    throw error;
  }
}

/** People write the left side too. */
export const withoutLeft = (answer: string): string => answer.slice(answer.lastIndexOf('=') + 1);

const wrong = (mistake: string): Verdict => ({ right: false, mistake, says: MISTAKES[mistake]!.says });

function known(tree: Tree, names: readonly string[]): void {
  const foreign = [...namesOf(tree)].find((name) => !names.includes(name) && CONSTANTS[name] === undefined);
  if (foreign === undefined) return;
  const letters = names.length ? `It may use ${names.join(', ')}.` : 'It should be a number.';
  throw new Unreadable(`“${foreign}” is not in the question. ${letters}`);
}

function formula(exercise: FormulaExercise, tree: Tree): Verdict {
  known(tree, exercise.names);
  const fits = (value: (place: Place) => number): boolean =>
    exercise.places.every((place) => isNear(evaluate(tree, place.names), value(place)));
  if (fits((place) => place.truth)) {
    if (!exercise.form || isProductOfSlopes(tree, exercise.places))
      return { right: true, says: 'Right, at every place it was tried.' };
    return {
      right: false,
      mistake: 'form',
      says: 'The value is right everywhere. But a product of slopes was asked for: leave each slope as a factor of its own, outer slope times inner slope.',
    };
  }
  const shown = Object.entries(exercise.mistakes).find(([name]) => fits((place) => place.wrong[name]!));
  if (shown) return wrong(shown[1]);
  const nowhere = exercise.places.every((place) => !Number.isFinite(evaluate(tree, place.names)));
  return {
    right: false,
    says: nowhere
      ? 'This has no value at the places it was tried, such as a root of something negative.'
      : 'Not this. Name the value in the middle, take each slope by itself, then put them together.',
  };
}

/** Dealing out more takes too long; nobody writes as many. */
const MOST_FACTORS = 10;

/** Whether the factors at the top can be dealt out so that each slope is the product of its share. */
export function isProductOfSlopes(tree: Tree, places: readonly Place[]): boolean {
  // A sign belongs to no slope in particular: the value, judged before, has it right.
  const factors = factorsOf(tree).filter((one) => !(one.kind === 'number' && Math.abs(one.value) === 1));
  const slopes = places[0]!.factors.length;
  if (factors.length < slopes || factors.length > MOST_FACTORS) return false;
  const values = places.map((place) => factors.map((factor) => evaluate(factor, place.names)));
  const deals = slopes ** factors.length;
  for (let deal = 0; deal < deals; deal++) {
    const owner = factors.map((_, i) => Math.floor(deal / slopes ** i) % slopes);
    const used = new Set(owner).size === slopes;
    const fits = (place: Place, at: number): boolean =>
      place.factors.every((slope, which) =>
        isNear(
          Math.abs(
            values[at]!.reduce((product, value, i) => (owner[i] === which ? product * value : product), 1),
          ),
          Math.abs(slope),
        ),
      );
    if (used && places.every(fits)) return true;
  }
  return false;
}

function number(exercise: NumberExercise, tree: Tree): Verdict {
  known(tree, []);
  const value = evaluate(tree, {});
  if (!Number.isFinite(value)) return { right: false, unread: true, says: 'This has no value.' };
  const { place, tolerance } = exercise;
  const near = (truth: number): boolean => Math.abs(value - truth) <= tolerance * (1 + 1e-9);
  if (near(place.truth)) return { right: true, says: 'Right.' };
  const shown = Object.entries(exercise.mistakes).find(([name]) => near(place.wrong[name]!));
  if (shown) return wrong(shown[1]);
  return {
    right: false,
    says: 'Not this number. Work out the value in the middle first, then each slope where it belongs.',
  };
}

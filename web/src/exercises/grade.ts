/** Judges an answer: by value at many places, by form where one is asked for, by what it does to a graph. */

import type { Family } from './bank.ts';
import { isNear } from './drawing.ts';
import {
  arrowsIn,
  arrowText,
  type Answer,
  type ArrowExercise,
  type EdgesExercise,
  type Exercise,
  type FormulaExercise,
  type NumberExercise,
  type OrderExercise,
  type Place,
  type Verdict,
} from './exercise.ts';
import { isAllowed } from './graphs.ts';
import { said } from './mistakes.ts';
import { parse, Unreadable } from './parse.ts';
import { CONSTANTS, evaluate, factorsOf, namesOf, type Tree } from './tree.ts';

export function grade(exercise: Exercise, answer: Answer): Verdict {
  try {
    switch (exercise.kind) {
      case 'formula':
        return formula(exercise, parse(withoutLeft(answer)));
      case 'number':
        return number(exercise, parse(withoutLeft(answer)));
      case 'order':
        return order(exercise, answer);
      case 'edges':
        return edges(exercise, answer);
      case 'arrow':
        return arrow(exercise, answer);
    }
  } catch (error) {
    if (error instanceof Unreadable) return { right: false, unread: true, says: error.message };
    throw error;
  }
}

/** People write the left side too. */
export const withoutLeft = (answer: string): string => answer.slice(answer.lastIndexOf('=') + 1);

const wrong = (mistake: string, yours: string, which?: string): Verdict => ({
  right: false,
  mistake,
  says: said(mistake, yours, which),
});

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
    return wrong('form', 'Your formula');
  }
  const shown = Object.entries(exercise.mistakes).find(([name]) => fits((place) => place.wrong[name]!));
  if (shown) return wrong(shown[1], 'Your formula');
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

/** What to do with a number that shows no mistake we know. */
const TRY: Record<Family, string> = {
  chain: 'Work out the value in the middle first, then each slope where it belongs.',
  reuse: 'Work out the values in the middle first, then each slope where it belongs.',
  graph: 'Multiply the slopes along each path from $w$ to $C$, then add the paths.',
  relu: 'Is each unit awake? Multiply the slopes along each path, a sleeping ReLU’s is $0$; then add the paths.',
  inverse: 'Take the slope of $x$ by $y$ first, at this $y$; then ask what the other way round is.',
};

function number(exercise: NumberExercise, tree: Tree): Verdict {
  known(tree, []);
  const value = evaluate(tree, {});
  if (!Number.isFinite(value)) return { right: false, unread: true, says: 'This has no value.' };
  const { place, tolerance } = exercise;
  const near = (truth: number): boolean => Math.abs(value - truth) <= tolerance * (1 + 1e-9);
  if (near(place.truth)) return { right: true, says: 'Right.' };
  const shown = Object.entries(exercise.mistakes).find(([name]) => near(place.wrong[name]!));
  if (shown) return wrong(shown[1], `Your $${Number(value.toFixed(4))}$`, exercise.which[shown[0]]);
  return {
    right: false,
    says: `Not this number. ${TRY[exercise.address.family]}`,
  };
}

// On a graph ------------------------------------------------------------------------------------------------

function order({ steps }: OrderExercise, answer: Answer): Verdict {
  const given = answer === '' ? [] : answer.split('.').map(Number);
  const placed = given.filter((step, at) => steps[step] && given.indexOf(step) === at);
  if (placed.length < steps.length)
    return { right: false, unread: true, says: 'Some lines are still to be placed.' };
  if (isAllowed(steps, placed))
    return { right: true, says: 'Right: every node waits for all that it is owed, then passes it on.' };
  const [first] = placed;
  if (isAllowed(steps, [...placed].reverse())) return wrong('forwards', 'Your order', steps[first!]!.tex);
  const early = placed.find((step, at) => steps[step]!.needs.some((needed) => placed.indexOf(needed) > at))!;
  const waits = steps[early]!.needs.filter((needed) => placed.indexOf(needed) > placed.indexOf(early));
  const mistake = waits.length === steps[early]!.needs.length ? 'not-arrived' : 'passed-early';
  return wrong(mistake, 'Your order', steps[early]!.tex);
}

function edges(exercise: EdgesExercise, answer: Answer): Verdict {
  const { right, moving, paths, start } = exercise;
  const all = exercise.picture.edges;
  const named = arrowsIn(answer).map(arrowText);
  const chosen = all.flatMap((edge, i) => (named.includes(arrowText(edge)) ? [i] : []));
  const tex = (i: number): string => all[i]!.join(' \\to ');
  if (!chosen.length) return { right: false, unread: true, says: 'No edge is chosen yet.' };
  const [foreign, ...more] = chosen.filter((i) => !right.includes(i));
  if (foreign === undefined && chosen.length === right.length)
    return { right: true, says: `Right: these carry $${start}$’s influence, and no others do.` };
  if (foreign !== undefined) {
    const sleeper = [foreign, ...more].flatMap((i) => all[i]!).find((name) => exercise.asleep.includes(name));
    if (sleeper) return wrong('asleep-carries', 'Your choice', sleeper);
    if (chosen.length === all.length) return wrong('everything', 'Your choice', tex(foreign));
    return wrong(moving.includes(foreign) ? 'leads-nowhere' : 'not-moving', 'Your choice', tex(foreign));
  }
  const isWhole = (path: string[]): boolean =>
    path.slice(1).every((to, i) => chosen.some((e) => all[e]![0] === path[i] && all[e]![1] === to));
  const whole = paths.filter(isWhole);
  const covered = chosen.every((e) =>
    whole.some((path) => path.some((from, i) => all[e]![0] === from && all[e]![1] === path[i + 1])),
  );
  if (whole.length && covered)
    return wrong('path-missing', 'Your choice', paths.find((path) => !isWhole(path))!.join(' \\to '));
  const are = (test: (edge: [string, string]) => boolean): boolean =>
    chosen.length === right.filter((i) => test(all[i]!)).length && chosen.every((i) => test(all[i]!));
  if (are(([from]) => from === start)) return wrong('stops-short', 'Your choice');
  if (are(([, to]) => to === 'C')) return wrong('last-step', 'Your choice');
  const missing = right.filter((i) => !chosen.includes(i));
  const goesOn = (i: number): boolean =>
    chosen.some((e) => all[e]![1] === all[i]![0] || all[e]![0] === all[i]![1]);
  return wrong('gap', 'Your choice', tex(missing.find(goesOn) ?? missing[0]!));
}

function arrow(exercise: ArrowExercise, answer: Answer): Verdict {
  const [drawn] = arrowsIn(answer);
  if (!drawn) return { right: false, unread: true, says: 'No arrow is drawn yet.' };
  const text = arrowText(drawn);
  if (exercise.right.includes(text)) return { right: true, says: 'Right.' };
  const shown = exercise.wrong[text];
  if (!shown) return { right: false, unread: true, says: 'This arrow has no two ends in the drawing.' };
  return wrong(shown.mistake, `Your arrow $${drawn.join(' \\to ')}$`, shown.which);
}

/**
 * Drawn exercises of each kind: the engine's answer is accepted, and in forms that differ from it; wrong answers
 * meet the mistake they show, by its name. Wrong formulas are typed; their values come from no kernel.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { testLibrary } from '../engine/testing/payload.ts';
import { Random } from '../engine/random.ts';
import { Bank, type Family, type GraphStructure, type SlopeStructure } from './bank.ts';
import { draw } from './draw.ts';
import { isNear, shuffle } from './drawing.ts';
import {
  addressText,
  arrowText,
  OFFERED,
  type ArrowExercise,
  type EdgesExercise,
  type Exercise,
  type FormulaExercise,
  type Kind,
  type NumberExercise,
  type OrderExercise,
} from './exercise.ts';
import { grade } from './grade.ts';
import { MISTAKES } from './mistakes.ts';
import { parse } from './parse.ts';
import { at, formsOf, reordered, otherFunctions } from './testing/forms.ts';
import { mistakenFormulas, structureOf } from './testing/wrong.ts';
import { evaluate, toTex, type Tree } from './tree.ts';

/** As many of each kind and family; `EXERCISES=60` is quicker. */
const COUNT = Number(process.env.EXERCISES ?? 1000);
const PATIENCE = 600_000;
let bank: Bank;

beforeAll(async () => {
  bank = await Bank.load(testLibrary());
}, 300_000); // the first one waits for Python to write the kernels

/** How often each mistake was met, over all that were drawn. */
type Met = Map<string, number>;

function drawn<E extends Exercise>(kind: Kind, family: Family, each: (exercise: E, met: Met) => void): Met {
  const met: Met = new Map();
  for (let seed = 0; seed < COUNT; seed++) {
    const address = { kind, family, level: 1 + (seed % 3), seed };
    const exercise = draw(bank, address);
    expect(draw(bank, address)).toEqual(exercise);
    each(exercise as E, met);
  }
  return met;
}

function accepts(exercise: Exercise, answers: string[]): void {
  for (const answer of answers)
    expect(grade(exercise, answer), `${addressText(exercise.address)} ${answer}`).toMatchObject({
      right: true,
    });
}

function meets(exercise: Exercise, answer: string, mistakes: string[], met: Met): void {
  const verdict = grade(exercise, answer);
  const why = `${addressText(exercise.address)} ${JSON.stringify(exercise.given)} ${answer} → ${verdict.mistake}: ${verdict.says}`;
  expect(verdict.right, why).toBe(false);
  expect(mistakes, why).toContain(verdict.mistake);
  expect(verdict.says).not.toMatch(/[{]yours|[{]which|\$…\$/);
  met.set(verdict.mistake!, (met.get(verdict.mistake!) ?? 0) + 1);
}

const valuesOf = (tree: Tree, { places }: FormulaExercise): number[] =>
  places.map(({ names }) => evaluate(tree, names));
const alike = (a: number[], b: number[]): boolean => a.every((value, i) => isNear(value, b[i]!));

describe('formula', () => {
  it.each(OFFERED.formula)(
    `%s: ${COUNT} drawn`,
    (family) => {
      let forms = 0;
      const met = drawn<FormulaExercise>('formula', family, (exercise, met) => {
        const truth = parse(exercise.solution);
        accepts(exercise, [exercise.solution, `\\frac{dy}{dx}=${exercise.solution}`]);
        if (exercise.form) {
          // Its factors may be turned round and written otherwise; multiplied out it is no product any more.
          accepts(
            exercise,
            [reordered, otherFunctions, (tree: Tree) => reordered(otherFunctions(tree))].map((change) =>
              toTex(change(truth)),
            ),
          );
        } else {
          const others = formsOf(truth).map(toTex);
          expect(others.length, exercise.solution).toBeGreaterThanOrEqual(3);
          accepts(exercise, others);
          forms += others.length;
        }
        expect(grade(exercise, `1.5(${exercise.solution})`).right).toBe(false);
        const right = valuesOf(truth, exercise);
        const seen: { mistake: string; values: number[] }[] = [];
        for (const { mistake, tex } of mistakenFormulas(bank, exercise)) {
          const values = valuesOf(parse(tex), exercise);
          if (values.some((value) => !Number.isFinite(value)) || alike(values, right)) continue;
          // Two mistakes may come to the same: then either name will do.
          seen.push({ mistake, values });
          const same = seen.filter((other) => alike(other.values, values)).map((other) => other.mistake);
          meets(exercise, tex, [...same, ...twins(exercise, values)], met);
        }
      });
      expect(forms).toBeGreaterThan(2 * COUNT);
      const wanted =
        family === 'chain'
          ? [
              'forgot-inner',
              'forgot-outer',
              'added',
              'outer-at-x',
              'slope-into-slope',
              'value-for-slope',
              'sign',
              'power-rule',
            ]
          : [
              'overwritten',
              'paths-multiplied',
              'added',
              'forgot-inner',
              'paths-subtracted',
              'doubled',
              'sign',
            ];
      for (const mistake of wanted) expect(met.get(mistake), mistake).toBeGreaterThan(COUNT / 30);
    },
    PATIENCE,
  );

  /** Names of the engine's own mistakes with these values, by the kernels: `added` may be a `doubled` by chance. */
  function twins(exercise: FormulaExercise, values: number[]): string[] {
    const structure = structureOf<SlopeStructure>(bank, exercise);
    return Object.entries(structure.wrong)
      .filter(([name]) => exercise.places.every((place, i) => isNear(place.wrong[name]!, values[i]!)))
      .map(([, mistake]) => mistake);
  }
});

describe('number', () => {
  it.each(OFFERED.number)(
    `%s: ${COUNT} drawn`,
    (family) => {
      const met = drawn<NumberExercise>('number', family, (exercise, met) => {
        const { truth, names } = exercise.place;
        const digits = exercise.place.truth.toPrecision(12).replace(/e\+?(-?\d+)/, '\\cdot 10^{$1}');
        // What is shown as a solution, with the numbers put in for the names: something to compute.
        const computed = at(parse(exercise.solution), family === 'graph' || family === 'relu' ? {} : names);
        expect(Math.abs(evaluate(computed, {}) - truth)).toBeLessThan(0.01 + 1e-3 * Math.abs(truth));
        const others = formsOf(computed).map(toTex);
        accepts(exercise, [digits, toTex(computed), ...others, String(truth + 0.9 * exercise.tolerance)]);
        expect(others.length).toBeGreaterThanOrEqual(3);
        expect(grade(exercise, String(truth + 1.2 * exercise.tolerance)).right).toBe(false);
        for (const [name, mistake] of Object.entries(exercise.mistakes))
          meets(exercise, exercise.place.wrong[name]!.toFixed(9), [mistake], met);
      });
      const wanted =
        family === 'relu'
          ? ['asleep-passes', 'others-are-awake', 'sign']
          : family === 'inverse'
            ? [
                'not-turned-over',
                'at-the-other-point',
                'over-the-value',
                'one-minus-slope',
                'stopped-at-inverse',
                'sign',
              ]
            : family === 'graph'
              ? [
                  'overwritten',
                  'paths-multiplied',
                  'added',
                  'stops-short',
                  'last-step',
                  'edge-left-out',
                  'sign',
                ]
              : family === 'chain'
                ? ['forgot-inner', 'forgot-outer', 'added', 'outer-at-x', 'power-rule', 'sign']
                : ['overwritten', 'paths-multiplied', 'added', 'forgot-inner', 'doubled', 'sign'];
      for (const mistake of wanted) expect(met.get(mistake), mistake).toBeGreaterThan(COUNT / 30);
    },
    PATIENCE,
  );
});

describe('order', () => {
  it(
    `graph: ${COUNT} drawn`,
    () => {
      let several = 0;
      const met = drawn<OrderExercise>('order', 'graph', (exercise, met) => {
        const { steps } = exercise;
        const random = new Random(exercise.address.seed, 99);
        const orders = new Set([exercise.solution]);
        for (let i = 0; i < 12; i++) orders.add(anyOrder(exercise, random).join('.'));
        accepts(exercise, [...orders]);
        several += Math.min(orders.size, 4);
        expect(grade(exercise, exercise.shuffled.join('.')).right).toBe(false);
        expect(grade(exercise, exercise.solution.slice(2))).toMatchObject({ unread: true });
        meets(exercise, exercise.solution.split('.').reverse().join('.'), ['forwards'], met);
        // One line moved before another that it needs.
        for (const [step, { needs }] of steps.entries())
          for (const needed of needs) {
            const order = exercise.solution.split('.').map(Number);
            const without = order.filter((other) => other !== step);
            without.splice(without.indexOf(needed), 0, step);
            const waits = needs.filter((n) => without.indexOf(n) > without.indexOf(step));
            const expected = waits.length === needs.length ? 'not-arrived' : 'passed-early';
            const before = without
              .slice(0, without.indexOf(step))
              .some((s) => steps[s]!.needs.includes(step));
            meets(
              exercise,
              without.join('.'),
              before ? ['not-arrived', 'passed-early'] : [expected, 'forwards'],
              met,
            );
          }
      });
      expect(several).toBeGreaterThan(3 * COUNT);
      for (const mistake of ['forwards', 'not-arrived', 'passed-early'])
        expect(met.get(mistake), mistake).toBeGreaterThan(COUNT / 3);
    },
    PATIENCE,
  );

  function anyOrder({ steps }: OrderExercise, random: Random): number[] {
    const order: number[] = [];
    while (order.length < steps.length) {
      const ready = steps.flatMap(({ needs }, i) =>
        !order.includes(i) && needs.every((n) => order.includes(n)) ? [i] : [],
      );
      order.push(ready[random.below(ready.length)]!);
    }
    return order;
  }
});

describe('edges', () => {
  it.each(OFFERED.edges)(
    `%s: ${COUNT} drawn`,
    (family) => {
      const met = drawn<EdgesExercise>('edges', family, (exercise, met) => {
        const { right, picture, paths, moving, start, asleep } = exercise;
        const all = picture.edges;
        const text = (chosen: number[]): string => chosen.map((i) => arrowText(all[i]!)).join(' ');
        const random = new Random(exercise.address.seed, 98);
        // In the order of the lines, backwards, in any order, and path by path with edges named twice.
        const byPath = paths.flatMap((path) => path.slice(1).map((to, i) => arrowText([path[i]!, to])));
        accepts(exercise, [
          text(right),
          text([...right].reverse()),
          text(shuffle(random, right)),
          byPath.join(', '),
        ]);
        if (family === 'relu') expect(right, addressText(exercise.address)).toEqual(felt(exercise));
        meets(exercise, text(all.map((_, i) => i)), asleep.length ? ['asleep-carries'] : ['everything'], met);
        for (const extra of all.keys())
          if (!right.includes(extra) && right.length + 1 < all.length)
            meets(
              exercise,
              text([...right, extra]),
              all[extra]!.some((name) => asleep.includes(name))
                ? ['asleep-carries']
                : [moving.includes(extra) ? 'leads-nowhere' : 'not-moving'],
              met,
            );
        if (paths.length > 1)
          for (const path of paths) {
            const own = path.slice(1).map((to, i) => all.findIndex(([a, b]) => a === path[i] && b === to));
            meets(exercise, text(own), ['path-missing'], met);
          }
        for (const lacking of right)
          if (right.length > 1)
            meets(
              exercise,
              text(right.filter((i) => i !== lacking)),
              ['gap', 'path-missing', 'stops-short', 'last-step'],
              met,
            );
        const leaving = right.filter((i) => all[i]![0] === start);
        if (leaving.every((i) => all[i]![1] !== 'C')) meets(exercise, text(leaving), ['stops-short'], met);
      });
      const wanted =
        family === 'relu'
          ? 'asleep-carries not-moving path-missing gap stops-short'
          : 'everything not-moving path-missing gap stops-short leads-nowhere';
      for (const mistake of wanted.split(' ')) expect(met.get(mistake), mistake).toBeGreaterThan(COUNT / 30);
    },
    PATIENCE,
  );
});

/** Edges that carry, found by running on: the kernel's own C moves through them, and through no others. */
function felt({ source, start, picture }: EdgesExercise): number[] {
  const structure = structureOf<GraphStructure>(bank, { source });
  const here = bank.run(structure, source.numbers);
  const nudged = bank.run(structure, { ...source.numbers, [start]: source.numbers[start]! + 1e-6 });
  return picture.edges.flatMap(([a, b], i) => {
    const moves = nudged[a] !== here[a];
    const share = here[`share_${b}_${a}`] ?? NaN;
    return moves && share !== 0 ? [i] : [];
  });
}

describe('arrow', () => {
  it(
    `graph: ${COUNT} drawn`,
    () => {
      const met = drawn<ArrowExercise>('arrow', 'graph', (exercise, met) => {
        const names = exercise.picture.nodes.map(({ name }) => name);
        const pairs = names.flatMap((a) => names.filter((b) => b !== a).map((b): [string, string] => [a, b]));
        accepts(exercise, exercise.right);
        accepts(
          exercise,
          exercise.right.flatMap((one) => [` ${one} `, `${one} z>z`, `arrow: ${one}.`]),
        );
        expect(exercise.right.length).toBeLessThan(names.length);
        for (const pair of pairs) {
          const text = arrowText(pair);
          if (exercise.right.includes(text)) continue;
          const turned = exercise.right.includes(arrowText([pair[1], pair[0]]));
          const expected = turned
            ? ['blame-forward', 'slope-reversed', 'edge-reversed']
            : Object.keys(MISTAKES).filter((name) => !['slope-reversed', 'edge-reversed'].includes(name));
          meets(exercise, text, expected, met);
        }
        expect(grade(exercise, '')).toMatchObject({ unread: true });
        expect(grade(exercise, 'y>z')).toMatchObject({ unread: true });
      });
      const wanted =
        'blame-forward not-from-here jump slope-reversed other-edge edge-reversed already-drawn only-through not-read not-to-here other-share';
      for (const mistake of wanted.split(' ')) expect(met.get(mistake), mistake).toBeGreaterThan(0);
      // Rare: another edge's slope has to be just the share asked for.
      if (COUNT >= 300) expect(met.get('slope-for-share')).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});

/**
 * For tests: wrong formulas as people would type them, put together from an exercise's shown lines and slopes by
 * text alone. What the kernels call a mistake is held to these.
 */

import type { Bank, Numbers, SlopeStructure } from '../bank.ts';
import { withNumbers } from '../drawing.ts';
import type { FormulaExercise } from '../exercise.ts';

export interface Mistaken {
  mistake: string;
  tex: string;
}

export function structureOf<S>(bank: Bank, exercise: { source: { structure: string } }): S {
  const family = exercise.source.structure.split('-')[0] as 'chain';
  const all = [1, 2, 3].flatMap((level) => bank.structures(family, level));
  return all.find(({ id }) => id === exercise.source.structure) as S;
}

const letter = (name: string): RegExp => new RegExp(`(?<![A-Za-z\\\\])${name}(?![A-Za-z])`, 'g');
const put = (tex: string, name: string, by: string): string =>
  tex.replace(letter(name), () => `\\left(${by}\\right)`);
const times = (slopes: string[]): string => slopes.map((slope) => `\\left(${slope}\\right)`).join(' \\cdot ');

/** Mistakes that can be written from what the exercise shows, each with the name it should meet. */
export function mistakenFormulas(bank: Bank, exercise: FormulaExercise): Mistaken[] {
  const structure = structureOf<SlopeStructure>(bank, exercise);
  const found = exercise.address.family === 'chain' ? inARow(structure) : twice(structure);
  return found.map(({ mistake, tex }) => ({
    mistake,
    tex: written(structure, exercise.source.numbers, tex, !exercise.names.includes('u')),
  }));
}

function written(structure: SlopeStructure, numbers: Numbers, tex: string, out: boolean): string {
  if (out)
    for (const { name, tex: line } of structure.lines.slice(0, -1).reverse()) tex = put(tex, name, line);
  return withNumbers(tex, numbers);
}

function inARow({ solution, lines, named }: SlopeStructure): Mistaken[] {
  const slopes = solution[0]!;
  const inner = slopes.slice(1);
  const [outer] = slopes;
  const last = named.at(-1)!;
  return [
    { mistake: 'forgot-inner', tex: times(slopes.slice(0, -1)) },
    { mistake: 'forgot-outer', tex: times(inner) },
    { mistake: 'added', tex: slopes.map((slope) => `\\left(${slope}\\right)`).join(' + ') },
    { mistake: 'outer-at-x', tex: times([put(outer!, last, 'x'), ...inner]) },
    { mistake: 'slope-into-slope', tex: put(outer!, last, times(inner)) },
    { mistake: 'value-for-slope', tex: times([lines.at(-1)!.tex, ...inner]) },
    { mistake: 'sign', tex: `-${times(slopes)}` },
    ...powerSlips(lines.at(-1)!.tex, last).map((slip) => ({
      mistake: 'power-rule',
      tex: times([slip, ...inner]),
    })),
  ];
}

/** An outer u^n with its n forgotten, or its power not lowered. */
function powerSlips(line: string, last: string): string[] {
  const power = new RegExp(`^${last}\\^\\{(\\d)\\}$`).exec(line);
  if (!power) return [];
  const n = Number(power[1]);
  return [`${last}^{${n - 1}}`, `${n} ${last}^{${n}}`];
}

function twice({ solution }: SlopeStructure): Mistaken[] {
  const [first, second] = solution as [string[], string[]];
  return [
    { mistake: 'overwritten', tex: times(first) },
    { mistake: 'overwritten', tex: times(second) },
    { mistake: 'paths-multiplied', tex: times([first[1]!, second[1]!]) },
    { mistake: 'added', tex: `\\left(${first[1]}\\right) + \\left(${second[1]}\\right)` },
    { mistake: 'forgot-inner', tex: `\\left(${first[0]}\\right) + \\left(${second[0]}\\right)` },
    { mistake: 'paths-subtracted', tex: `${times(first)} - ${times(second)}` },
    { mistake: 'doubled', tex: `2 \\cdot \\left(${times(first)} + ${times(second)}\\right)` },
    { mistake: 'sign', tex: `-\\left(${times(first)} + ${times(second)}\\right)` },
  ];
}

/** The rungs under one derivative of a lesson, read off its function's ladder: no view, and no arithmetic. */

import { NUDGES } from '../engine/nudging.ts';
import type { LadderStep } from '../engine/payload.ts';
import type { Argument, Rungs, Values } from './functions.ts';

export interface Share {
  /** Through which value the use leads on. */
  through: string;
  /** What comes back from there, and the local slope it is multiplied by. */
  adjoint: number;
  slope: number;
  step: LadderStep;
}

export interface Ladder {
  /** Of what, by what: the function's value or a step's, and the value that is nudged. */
  output: string;
  input: string;
  /** Which of the function's inputs that is, from 0; -1 if it is none, or only one step is meant. */
  place: number;
  /** The line of Python, where only one step is meant. */
  line: string;
  /** The sum over uses; empty for a single step, and where arrays take part. */
  shares: Share[];
  why: string[];
  /** For each size of the nudge: the quotient ahead and behind. */
  quotients: { nudge: number; ahead: number; behind: number }[];
}

/**
 * Args:
 *   derivative: "dx" or "slope_y_x".
 *   values: every value of the function at these arguments, from its inspect kernel.
 */
export function ladderOf(
  rungs: Rungs,
  derivative: string,
  arguments_: Record<string, Argument>,
  values: Values,
): Ladder {
  const { data } = rungs;
  const read = (from: Values, name: string | number): number =>
    typeof name === 'number' ? name : (from[name]?.[0] ?? NaN);
  const step = data.steps.find(({ source, target }) => `slope_${target}_${source}` === derivative);
  const input = step ? step.source : derivative.slice(1);
  const rate = step ? step.rate : data.rates[input];
  const share = (at: LadderStep): Share => ({
    through: at.target,
    adjoint: at.target === data.output ? 1 : read(values, data.adjoints[at.target] ?? NaN),
    slope: read(values, at.slope),
    step: at,
  });
  return {
    output: step ? step.target : data.output,
    input,
    place: step ? -1 : data.inputs.indexOf(input),
    line: step?.line ?? '',
    shares: step ? [] : (data.uses[input] ?? []).map((place) => share(data.steps[place]!)),
    why: step?.why ?? [],
    quotients:
      rate === undefined
        ? []
        : NUDGES.map((nudge) => ({
            nudge,
            // The kernel's arrays are its own: a number is taken out before it runs again.
            ahead: read(rungs.quotients(arguments_, nudge), rate),
            behind: read(rungs.quotients(arguments_, -nudge), rate),
          })),
  };
}

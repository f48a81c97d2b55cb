/** Whether an answer is right, and how the truth is said. The truth itself is computed by the lesson's kernels. */

import { formatFixed } from '../../parts/format.ts';
import type { PartData } from '../data.ts';
import type { Stage } from '../stage.svelte.ts';

/** Index of the right choice: the one marked so, or the one whose value equals the answer's. */
export function rightChoice(part: PartData, stage: Stage): number {
  const choices = part.choices ?? [];
  const marked = choices.findIndex((choice) => choice.right);
  if (marked >= 0 || part.answer === undefined) return marked;
  const truth = stage.value(part.answer, part.given);
  const distance = (index: number): number => {
    const value = choices[index]?.value;
    return value === undefined ? Infinity : Math.abs(stage.value(value, part.given) - truth);
  };
  return choices.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}

export function truthOf(part: PartData, stage: Stage): number {
  return part.choices ? rightChoice(part, stage) : stage.value(part.answer ?? NaN, part.given);
}

export function isRight(part: PartData, stage: Stage, value: number | null): boolean {
  if (value === null) return false;
  const truth = truthOf(part, stage);
  return part.choices ? value === truth : Math.abs(value - truth) <= (part.tolerance ?? 0.005);
}

/** A number with the part's decimals and unit. */
export function numberText(part: PartData, value: number): string {
  return formatFixed(value, part.digits ?? 2) + (part.unit ? ` ${part.unit}` : '');
}

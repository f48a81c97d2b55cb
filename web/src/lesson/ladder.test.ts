import { expect, test } from 'vitest';
import { NUDGES } from '../engine/nudging.ts';
import type { LadderData } from '../engine/payload.ts';
import type { Rungs } from './functions.ts';
import { ladderOf } from './ladder.ts';

/** y = p * x, z = y + x: x is used twice. Quotients of straight lines are the slopes, whatever the nudge. */
const data: LadderData = {
  nudge: 'h',
  inputs: ['x', 'p'],
  output: 'z',
  rates: { x: 'rate_x', p: 'rate_p', y: 1 },
  adjoints: { x: 'dx', p: 'dp', y: 1 },
  uses: { x: [0, 2], y: [1] },
  steps: [
    { source: 'x', target: 'y', slope: 'p', rate: 'rate_y_x', why: ['scaled'], line: 'y = p * x' },
    { source: 'y', target: 'z', slope: 1, rate: 1, why: ['passed on'], line: 'z = y + x' },
    { source: 'x', target: 'z', slope: 1, rate: 1, why: ['passed on'], line: 'z = y + x' },
  ],
};
const asked: number[] = [];
const rungs: Rungs = {
  data,
  quotients: ({ p }, nudge) => {
    asked.push(nudge);
    const y = p as number;
    return { rate_x: Float64Array.of(y + 1), rate_y_x: Float64Array.of(y), rate_p: Float64Array.of(2) };
  },
};
const values = { p: Float64Array.of(3), dx: Float64Array.of(4), dp: Float64Array.of(2) };

test('an input is the sum over its uses, and its quotients come from both sides', () => {
  const ladder = ladderOf(rungs, 'dx', { x: 2, p: 3 }, values);
  expect(ladder.shares.map(({ through, adjoint, slope }) => [through, adjoint, slope])).toEqual([
    ['y', 1, 3],
    ['z', 1, 1],
  ]);
  expect(ladder.place).toBe(0);
  expect(ladder.quotients.map(({ ahead, behind }) => [ahead, behind])).toEqual(NUDGES.map(() => [4, 4]));
  expect(asked).toEqual(NUDGES.flatMap((nudge) => [nudge, -nudge]));
});

test('a step has its rule and its line', () => {
  const ladder = ladderOf(rungs, 'slope_y_x', { x: 2, p: 3 }, values);
  expect(ladder).toMatchObject({
    output: 'y',
    input: 'x',
    place: -1,
    line: 'y = p * x',
    why: ['scaled'],
    shares: [],
  });
  expect(ladder.quotients[0]).toEqual({ nudge: 0.1, ahead: 3, behind: 3 });
});

test('a value whose uses hold arrays has no sum; one without a quotient has no table', () => {
  expect(ladderOf(rungs, 'dp', { x: 2, p: 3 }, values).shares).toEqual([]);
  expect(ladderOf(rungs, 'dq', { x: 2, p: 3 }, values).quotients).toEqual([]);
});

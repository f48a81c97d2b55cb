import { expect, it } from 'vitest';
import { circle, line, seedOf } from './rough.ts';
import { frame, inkStroke } from './ink.ts';

it('draws the same shape for the same seed', () => {
  expect(circle(10, 10, 5, { seed: 'a', hatch: 4 })).toEqual(circle(10, 10, 5, { seed: 'a', hatch: 4 }));
  expect(line(0, 0, 50, 9, { seed: 'a' })).not.toBe(line(0, 0, 50, 9, { seed: 'b' }));
  expect(inkStroke(0, 0, 50, 9, { width: 3, seed: 1 })).toBe(inkStroke(0, 0, 50, 9, { width: 3, seed: 1 }));
});

it('never uses the seed 0, which would be random', () => {
  for (let i = 0; i < 500; i += 1) expect(seedOf(i)).toBeGreaterThan(0);
});

it('hatches only when asked', () => {
  expect(circle(10, 10, 5, { seed: 'a' }).hatching).toBe('');
  expect(circle(10, 10, 5, { seed: 'a', hatch: 3 }).hatching).not.toBe('');
});

it('draws frames of any size', () => {
  expect(frame(0, 0).fill).not.toContain('NaN');
  expect(frame(300, 40).lines).toMatch(/^M/);
});

import { expect, test } from 'vitest';
import { indexed, lettersFrom } from './letters.ts';

test('known letters of subscripts become numbers', () => {
  const letters = { i: 0, j: 2 };
  expect(indexed('\\frac{\\partial C}{\\partial W^{1}_{ij}}', letters)).toBe(
    '\\frac{\\partial C}{\\partial W^{1}_{13}}',
  );
  expect(indexed('W^{2}_{jk}', letters)).toBe('W^{2}_{3k}');
  expect(indexed('\\sum_{i} x_{i}', letters)).toBe('\\sum_{i} x_{1}');
});

test('references give their letters', () => {
  const ref = { variable: 'W2', index: ['j', 'k'] };
  expect(lettersFrom([{ ref, index: [1, 0] }])).toEqual({ j: 1, k: 0 });
});

import { describe, expect, it } from 'vitest';
import { formatCount, formatFixed, formatNumber, formatSigned, padNumber, parseNumber } from './format.ts';

describe('numbers as people read them', () => {
  it.each([
    [0, '0.00'],
    [0.0213, '0.0213'],
    [-1.2, '−1.20'],
    [317.4, '317'],
    [9.999, '10.0'],
    [0.00021, '0.0002'],
    [0.00002, '2.00e−5'],
    [4_200_000, '4.20e+6'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%f is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('never writes a negative zero', () => expect(formatFixed(-0.001)).toBe('0.00'));
  it('writes the sign of a change', () => expect(formatSigned(0.5)).toBe('+0.500'));
  it('pads with digit-wide spaces', () => expect(padNumber('1.2', 5)).toBe('\u2007\u20071.2'));
  it('groups thousands', () => expect(formatCount(12345)).toBe('12\u202f345'));
  it.each([
    ['−0.5', -0.5],
    ['1,5', 1.5],
    [' 3 ', 3],
    ['1e-3', 0.001],
    ['', null],
    ['two', null],
  ])('reads %s', (text, value) => expect(parseNumber(text)).toBe(value));
});

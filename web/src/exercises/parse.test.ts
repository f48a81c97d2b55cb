import { describe, expect, it } from 'vitest';
import { parse, Unreadable } from './parse.ts';
import { evaluate, toTex } from './tree.ts';

const names = { x: 1.3, u: 0.7, y: 2.1, p: 2, q: 3, 'dy/du': 5, 'du/dx': 7 };
const value = (text: string): number => evaluate(parse(text), names);

describe('reading a formula', () => {
  it.each([
    ['3x^2', 3 * 1.3 ** 2],
    ['3 x**2', 3 * 1.3 ** 2],
    ['-x^2', -(1.3 ** 2)],
    ['2^-x', 2 ** -1.3],
    ['2^{-3x}', 2 ** -3.9],
    ['cos(x^2) 2x', Math.cos(1.69) * 2.6],
    ['cos x^2 * 2x', Math.cos(1.69) * 2.6],
    ['sin 3x', Math.sin(3.9)],
    ['\\sin 3x\\cos x', Math.sin(3.9) * Math.cos(1.3)],
    ['\\sin^2 x', Math.sin(1.3) ** 2],
    ['sin(x)^2', Math.sin(1.3) ** 2],
    ['\\frac{1}{2\\sqrt{x}}', 1 / (2 * Math.sqrt(1.3))],
    ['\\frac12x', 0.65],
    ['1/(2sqrt(x))', 1 / (2 * Math.sqrt(1.3))],
    ['\\sqrt[3]{x}', Math.cbrt(1.3)],
    ['e^{-\\left(x^2+6\\right)}', Math.exp(-(1.69 + 6))],
    ['\\exponentialE^{x}', Math.exp(1.3)],
    ['\\mathrm{e}^{x}', Math.exp(1.3)],
    ['exp(-x)x', Math.exp(-1.3) * 1.3],
    ['1-\\tanh^2u', 1 - Math.tanh(0.7) ** 2],
    ['\\operatorname{sech}(u)^2', 1 / Math.cosh(0.7) ** 2],
    ['xsinx', 1.3 * Math.sin(1.3)],
    ['pq+q', 9],
    ['2·3', 6],
    ['−x²', -1.69],
    ['0{,}5x', 0.65],
    ['x/2/2', 1.3 / 4],
    ['\\frac{dy}{du}\\cdot\\frac{du}{dx}', 35],
    ['dy/du du/dx', 35],
    ['|-x|', 1.3],
    ['\\left|-x\\right|', 1.3],
    ['x--1', 2.3],
    ['2\\times-3', -6],
    ['(x+1)(x-1)', 2.3 * 0.3],
  ])('%s', (text, expected) => {
    expect(value(text)).toBeCloseTo(expected, 10);
    // What is shown as read means the same.
    expect(evaluate(parse(toTex(parse(text))), names)).toBeCloseTo(expected, 10);
  });

  it.each([
    '',
    '(x',
    'x)',
    '3 4',
    'sin',
    'x+',
    '^2',
    'f(x)?',
    "f'(u)",
    '\\frac{\\placeholder{}}{x}',
    'x @ 2',
    '\\foo x',
  ])('refuses %s with words', (text) => expect(() => parse(text)).toThrow(Unreadable));
});

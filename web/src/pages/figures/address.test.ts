import { expect, test } from 'vitest';
import { readInputs, writeInputs } from './address.ts';

const input = { value: 1, min: -2, max: 2, step: 0.5, says: 'x' };
const inputs = { x: input, 'w 1': input };

test('what is written is read again', () => {
  const values = { x: 1.25, 'w 1': -2 };
  expect(readInputs(`#${writeInputs(values, { x: 1, 'w 1': 1 })}`, inputs)).toEqual(values);
});

test('an input that did not move is not in the address', () => {
  expect(writeInputs({ x: 1, 'w 1': 0 }, { x: 1, 'w 1': 1 })).toBe('w%201=0');
});

test.each(['', '#', '#x', '#x=', '#x=a', '#x=NaN', '#x=Infinity', '#y=1', '#__proto__=1', '#%', '#x=%zz'])(
  'nothing is taken from %s',
  (hash) => {
    expect(readInputs(hash, inputs)).toEqual({});
  },
);

test('a number beyond the range goes to its end', () => {
  expect(readInputs('#x=1e9', inputs)).toEqual({ x: 2 });
});

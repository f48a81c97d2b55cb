/** Python that reproduces the numbers on the screen: the readable gradient, the net's arrays, and the call. */

import { layout } from '../../engine/net.ts';
import type { Written } from '../Workbench/session.svelte.ts';
import type { LoadedNet, Rows } from './lens.svelte.ts';

export function pythonSource({ payload, widths }: LoadedNet, parameters: Float64Array, rows: Rows): string {
  const count = rows.points.length;
  const { name, inputs, outputs } = payload.gradient;
  const slots = layout(widths).map(({ variable, offset, size, shape }) => {
    return `${variable} = ${array(parameters.subarray(offset, offset + size), shape)}`;
  });
  const parts = [
    payload.python.text.trimEnd(),
    '\n',
    `X = ${array(rows.X, [count, widths[0]!])}`,
    `T = ${array(rows.T, [count, widths.at(-1)!])}`,
    ...slots,
    '',
    `${outputs.join(', ')} = ${name}(${inputs.map((input) => input.name).join(', ')})`,
    ...outputs.map((output) => `print("${output} =", ${output})`),
  ];
  return `${parts.join('\n')}\n`;
}

/** The net's cost as a person would write it, and the numbers to look at: for the workbench. */
export function benchCode({ payload, widths }: LoadedNet, parameters: Float64Array, rows: Rows): Written {
  const count = rows.points.length;
  const given = [
    `X = ${nested(rows.X, [count, widths[0]!])}`,
    // Whole numbers: nothing that anybody would take the slope by.
    `T = ${nested(rows.T, [count, widths.at(-1)!], String)}`,
    ...layout(widths).map(({ variable, offset, size, shape }) => {
      return `${variable} = ${nested(parameters.subarray(offset, offset + size), shape)}`;
    }),
  ];
  const source = ['import numpy as np', '', '', ...ABOUT, payload.source.trimEnd()];
  return { source: source.join('\n'), example: given.join('\n') };
}

/** Characters. */
const LINE = 76;

const ABOUT = ['# The cost of the net in the sandbox.', '# X: a row per example; T: a 1 in its class.'];

/** A NumPy array with every digit of its numbers. */
function array(values: Float64Array, shape: readonly number[]): string {
  return `np.array(${nested(values, shape)})`;
}

/** Its rows as lists, as many on a line as find room. */
function nested(values: Float64Array, shape: readonly number[], write = numeral): string {
  const columns = shape[shape.length - 1]!;
  const row = (at: number) => `[${[...values.subarray(at, at + columns)].map(write).join(', ')}]`;
  if (shape.length === 1) return row(0);
  const rows = Array.from({ length: shape[0]! }, (_, i) => row(i * columns));
  if (rows.length === 1) return `[${rows[0]}]`;
  const lines = [''];
  for (const text of rows) {
    if (lines.at(-1)!.length + text.length > LINE) lines.push('');
    lines[lines.length - 1] += `${lines.at(-1) ? ' ' : ''}${text},`;
  }
  return `[\n    ${lines.join('\n    ')}\n]`;
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'np.nan';
  if (!Number.isFinite(value)) return value > 0 ? 'np.inf' : '-np.inf';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/** Python that reproduces the numbers on the screen: the readable gradient, the net's arrays, and the call. */

import { layout } from '../../engine/net.ts';
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

/** A NumPy array with every digit of its numbers. */
function array(values: Float64Array, shape: readonly number[]): string {
  const columns = shape[shape.length - 1]!;
  const row = (at: number) => `[${[...values.subarray(at, at + columns)].map(numeral).join(', ')}]`;
  if (shape.length === 1) return `np.array(${row(0)})`;
  const rows = Array.from({ length: shape[0]! }, (_, i) => row(i * columns));
  return rows.length === 1 ? `np.array([${rows[0]}])` : `np.array([\n    ${rows.join(',\n    ')},\n])`;
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'np.nan';
  if (!Number.isFinite(value)) return value > 0 ? 'np.inf' : '-np.inf';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/** Python that reproduces the numbers on the screen: the net's arrays above the readable gradient. */

import { layout } from '../../engine/net.ts';
import type { LoadedNet, Rows } from './lens.svelte.ts';

export function pythonSource(net: LoadedNet, parameters: Float64Array, rows: Rows): string {
  const count = rows.points.length;
  const lines = [
    `X = ${array(rows.X, [count, net.widths[0]!])}`,
    `T = ${array(rows.T, [count, net.widths.at(-1)!])}`,
    ...layout(net.widths).map(
      ({ variable, offset, size, shape }) =>
        `${variable} = ${array(parameters.subarray(offset, offset + size), shape)}`,
    ),
  ];
  return `${net.payload.python.text.trimEnd()}\n\n\n${lines.join('\n')}\n`;
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

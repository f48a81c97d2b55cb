/** Walking over a net with the arrow keys: rows of stops, from neurons over weights to neurons. */
import { biasKey, neuronKey, type NetLayout } from './layout.ts';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

/** Stops by column: the inputs, the weights into the first layer, its neurons with their biases, and so on. */
export function stops(layout: NetLayout): string[][] {
  return layout.neurons.flatMap((units, layer) => {
    const neurons = units.flatMap((_, unit) =>
      layer === 0 ? [neuronKey(layer, unit)] : [neuronKey(layer, unit), biasKey(layer, unit)],
    );
    const weights = layout.edges.filter((edge) => edge.layer === layer).map((edge) => edge.key);
    return layer === 0 ? [neurons] : [weights, neurons];
  });
}

export const isDirection = (key: string): key is Direction =>
  ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);

/** The stop next to `key`; at an edge of the net, `key` itself. */
export function move(layout: NetLayout, key: string, direction: Direction): string {
  const columns = stops(layout);
  const at = columns.findIndex((column) => column.includes(key));
  const column = columns[at];
  if (!column) return columns[0]![0]!;
  const place = column.indexOf(key);
  if (direction === 'Home') return columns[0]![0]!;
  if (direction === 'End') return columns.at(-1)![0]!;
  const [back, forth] = layout.vertical ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
  if (direction === back || direction === forth) {
    const next = columns[at + (direction === forth ? 1 : -1)];
    if (!next) return key;
    const share = column.length > 1 ? place / (column.length - 1) : 0.5;
    return next[Math.round(share * (next.length - 1))]!;
  }
  const forward = direction === 'ArrowDown' || direction === 'ArrowRight';
  return column[place + (forward ? 1 : -1)] ?? key;
}

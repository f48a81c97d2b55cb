/** The net's parts by the names of the lesson's quantities: w2_12 goes in layer 2 to neuron 1, from neuron 2. */

import type { Entry, Place } from '../../engine/types.ts';

export const LAYERS = [
  ['x1', 'x2'],
  ['a1_1', 'a1_2'],
  ['a2_1', 'a2_2'],
] as const;

export const PARAMETERS = [1, 2].flatMap((layer) => [
  ...[1, 2].flatMap((to) => [1, 2].map((from) => `w${layer}_${to}${from}`)),
  ...[1, 2].map((to) => `b${layer}_${to}`),
]);

const PART = /^(d?)([wbaz])(\d)_(\d)(\d)?$/;
/** What comes back to a hidden neuron from an output: to, then from. */
const SHARE = /^sh_(\d)(\d)$/;

/** Where a quantity is drawn; null if nowhere on the net. */
export function placeOf(name: string): Place | null {
  if (name === 'x1' || name === 'x2') return { kind: 'neuron', layer: 0, unit: Number(name[1]) - 1 };
  if (name === 'cost') return { kind: 'cost' };
  const share = SHARE.exec(name);
  if (share) return { kind: 'edge', layer: 2, from: Number(share[2]) - 1, to: Number(share[1]) - 1 };
  const [, , letter, layer, to, from] = PART.exec(name) ?? [];
  if (!letter) return null;
  const place = { layer: Number(layer), unit: Number(to) - 1 };
  if (letter === 'w') return { kind: 'edge', layer: place.layer, to: place.unit, from: Number(from) - 1 };
  return { kind: 'neuron', ...place };
}

/** The weight or bias a quantity is, or is the slope of; null for others. */
export function entryOf(name: string): Entry | null {
  const [, , letter, layer, to, from = ''] = PART.exec(name) ?? [];
  return letter === 'w' || letter === 'b' ? { variable: `${letter}${layer}_${to}${from}`, index: [] } : null;
}

/** The quantity at a place that a value passes forward. */
export function valueAt(place: Place): string | null {
  if (place.kind === 'neuron') return LAYERS[place.layer]?.[place.unit] ?? null;
  return place.kind === 'edge' ? `w${place.layer}_${place.to + 1}${place.from + 1}` : 'cost';
}

/** The edges that lead to a neuron of a layer, or away from it. */
export const edgesInto = (layer: number, to: number): Place[] =>
  [0, 1].map((from) => ({ kind: 'edge', layer, from, to }));

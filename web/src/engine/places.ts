/** Which variable of a net's Program is which neuron or edge of the drawing. Names only; see ARCHITECTURE.md. */

import type { Dim } from './payload.ts';
import type { Entry, Place } from './types.ts';

/** Where an entry of a variable (a value, a parameter, an adjoint or a slope) appears; null if nowhere. */
export function placeOf(depth: number, entry: Entry): Place | null {
  const { variable, index } = entry;
  if (variable === 'cost' || variable === 'dcost') return { kind: 'cost' };
  const slope = /^slope_([a-zA-Z]+\d*)_/.exec(variable);
  const base = slope ? slope[1]! : variable.replace(/^d(?=[A-Za-z])/, '');
  const last = index[index.length - 1] ?? 0;
  const neuron = (layer: number): Place => ({ kind: 'neuron', layer, unit: last });
  if (base === 'X') return neuron(0);
  if (base === 'y' || base === 'T') return neuron(depth + 1);
  const numbered = /^([azbW])(\d+)$/.exec(base);
  if (!numbered) return null;
  const layer = Number(numbered[2]);
  if (numbered[1] !== 'W') return neuron(layer);
  return { kind: 'edge', layer, from: index[0] ?? 0, to: last };
}

/** For values without a layer in their name (`error`): the layer whose units they have one entry for. */
export function placeByShape(depth: number, entry: Entry, shape: readonly Dim[]): Place | null {
  const units = String(shape[shape.length - 1] ?? '');
  const hidden = /^h(\d+)$/.exec(units);
  const layer = units === 'd' ? 0 : units === 'k' ? depth + 1 : hidden ? Number(hidden[1]) : null;
  return layer === null ? null : { kind: 'neuron', layer, unit: entry.index[entry.index.length - 1] ?? 0 };
}

/** The place of a step from one entry to another: the edge between two neurons, or the place they share. */
export function placeBetween(depth: number, from: Entry, to: Entry): Place | null {
  const a = placeOf(depth, from);
  const b = placeOf(depth, to);
  if (a?.kind === 'edge') return a;
  if (b?.kind === 'edge') return b;
  if (a?.kind === 'neuron' && b?.kind === 'neuron' && a.layer !== b.layer) {
    const [low, high] = a.layer < b.layer ? [a, b] : [b, a];
    return { kind: 'edge', layer: high.layer, from: low.unit, to: high.unit };
  }
  return a?.kind === 'neuron' ? a : b;
}

export function samePlace(a: Place | null, b: Place | null): boolean {
  if (!a || !b || a.kind !== b.kind) return false;
  if (a.kind === 'cost') return true;
  if (a.kind === 'neuron') return b.kind === 'neuron' && a.layer === b.layer && a.unit === b.unit;
  return b.kind === 'edge' && a.layer === b.layer && a.from === b.from && a.to === b.to;
}

export function sameEntry(a: Entry, b: Entry): boolean {
  return (
    a.variable === b.variable &&
    a.index.length === b.index.length &&
    a.index.every((v, i) => v === b.index[i])
  );
}

/** An entry as text, e.g. "z1[0,2]". */
export function keyOf(entry: Entry): string {
  return `${entry.variable}[${entry.index.join(',')}]`;
}

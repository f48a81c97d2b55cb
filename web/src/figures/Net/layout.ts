/** Where the parts of a net are drawn: pure geometry, no values. */
import type { Entry, Place } from '../../engine/types.ts';

export interface Spot {
  x: number;
  y: number;
}

/** One weight: from unit `from` of layer - 1 to unit `to` of `layer`; layer 0 are the inputs. */
export interface EdgeLine {
  key: string;
  layer: number;
  from: number;
  to: number;
  start: Spot;
  end: Spot;
}

export interface NetLayout {
  width: number;
  height: number;
  radius: number;
  /** Size of the numbers, in pixels. */
  font: number;
  /** Layers run down the page instead of across it: phones. */
  vertical: boolean;
  /** The controls of a layer stand in one row. */
  oneRow: boolean;
  /** Neurons by layer: inputs first, outputs last. */
  neurons: Spot[][];
  edges: EdgeLine[];
  /** Where each layer's controls sit: its head; none where there are no controls. */
  heads: Spot[];
}

export const edgeKey = (layer: number, from: number, to: number): string => `edge ${layer} ${from} ${to}`;
export const neuronKey = (layer: number, unit: number): string => `neuron ${layer} ${unit}`;
export const biasKey = (layer: number, unit: number): string => `bias ${layer} ${unit}`;
export const entryKey = (entry: Entry): string => `${entry.variable}[${entry.index.join(',')}]`;

export function placeKey(place: Place): string {
  if (place.kind === 'edge') return edgeKey(place.layer, place.from, place.to);
  return place.kind === 'neuron' ? neuronKey(place.layer, place.unit) : 'cost';
}

/** Below this width, layers run down the page. */
const NARROW = 560;
/** Room for the head of a layer, a neuron's bias tag, and names beside the first and last layer. */
const HEAD = 66;
const LOW_HEAD = 36;
const NO_HEAD = 30;
/** Where nothing stands above a layer, its neurons have room for their slopes. */
const ROOM_FOR_SLOPES = 16;
/** Between layers at least this far apart, a head needs one row instead of two. */
const ROOM_FOR_HEAD = 150;
const TAG = 20;
const FOOT = 16;
/** Beside a map's first and last layer: their names. */
const MAP_SIDE = 64;
const SIDES = { left: 34, right: 74 };

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Units stand no closer than this for want of height: their numbers are to be read. */
const LEAST_PITCH = 64;

/**
 * A net of these widths by layer in a figure this wide; where it can, it keeps to `room` in height. Without
 * `heads` there are no controls to leave room for.
 */
export function arrange(widths: readonly number[], width: number, room = Infinity, heads = true): NetLayout {
  return width < NARROW ? arrangeDown(widths, width, heads) : arrangeAcross(widths, width, room, heads);
}

function arrangeAcross(
  widths: readonly number[],
  width: number,
  tall: number,
  withHeads: boolean,
): NetLayout {
  const most = Math.max(...widths, withHeads ? 3 : 2);
  const room = width - SIDES.left - SIDES.right;
  const largest = clamp(Math.min((room / widths.length) * 0.24, most > 6 ? 19 : most > 4 ? 23 : 28), 14, 28);
  const oneRow = (room - 2 * largest) / (widths.length - 1) >= ROOM_FOR_HEAD;
  const head = withHeads ? (oneRow ? LOW_HEAD : HEAD) : NO_HEAD;
  const roomy = 2 * largest + TAG + clamp(56 - 8 * most, 6, 40) + (withHeads ? 0 : ROOM_FOR_SLOPES);
  const pitch = Math.min(roomy, Math.max(LEAST_PITCH, (tall - head - FOOT) / most));
  const radius = Math.min(largest, (pitch - TAG - 6) / 2);
  const gap = (room - 2 * radius) / (widths.length - 1);
  const height = head + most * pitch + FOOT;
  const x = (layer: number) => SIDES.left + radius + layer * gap;
  const middle = head + (most * pitch) / 2 - TAG / 2;
  const neurons = widths.map((size, layer) =>
    range(size).map((unit) => ({ x: x(layer), y: middle + (unit - (size - 1) / 2) * pitch })),
  );
  const heads = withHeads ? widths.map((_, layer) => ({ x: x(layer), y: 16 })) : [];
  return finish({ width, height, radius, vertical: false, oneRow, neurons, heads, font: fontOf(radius) });
}

/** A small map of the same net, for places with no room for numbers. */
export function arrangeMap(widths: readonly number[], width: number): NetLayout {
  const radius = 9;
  const most = Math.max(...widths);
  const pitch = most > 4 ? 24 : 32;
  const gap = (width - 2 * MAP_SIDE) / (widths.length - 1);
  const neurons = widths.map((size, layer) =>
    range(size).map((unit) => ({
      x: MAP_SIDE + layer * gap,
      y: (most * pitch) / 2 + (unit - (size - 1) / 2) * pitch,
    })),
  );
  const height = most * pitch;
  return finish({ width, height, radius, vertical: false, oneRow: true, neurons, heads: [], font: 13 });
}

function arrangeDown(widths: readonly number[], width: number, withHeads: boolean): NetLayout {
  const most = Math.max(...widths, withHeads ? 4 : 2);
  const pitch = Math.min((width - 16) / most, withHeads ? 92 : 150);
  const radius = clamp(pitch * 0.37, 14, 26);
  const rowHead = withHeads ? 44 : NO_HEAD;
  const gap = rowHead + 2 * radius + TAG + (most > 5 ? 62 : 50);
  const neurons = widths.map((size, layer) => {
    const y = layer * gap + rowHead + radius + 8;
    return range(size).map((unit) => ({ x: width / 2 + (unit - (size - 1) / 2) * pitch, y }));
  });
  const heads = withHeads
    ? widths.map((_, layer) => ({ x: 56, y: layer * gap + (layer === 0 ? rowHead / 2 : 0) }))
    : [];
  const height = widths.length * gap - 14 + FOOT;
  return finish({
    width,
    height,
    radius,
    vertical: true,
    oneRow: true,
    neurons,
    heads,
    font: fontOf(radius),
  });
}

const fontOf = (radius: number): number => clamp(radius * 0.72, 11.5, 17);

function finish(layout: Omit<NetLayout, 'edges'>): NetLayout {
  const edges: EdgeLine[] = [];
  for (let layer = 1; layer < layout.neurons.length; layer++) {
    layout.neurons[layer]!.forEach((target, to) => {
      layout.neurons[layer - 1]!.forEach((source, from) => {
        const [start, end] = trimmed(source, target, layout.radius + 3);
        edges.push({ key: edgeKey(layer, from, to), layer, from, to, start, end });
      });
    });
  }
  return { ...layout, edges };
}

/** The line between two circles' rims. */
function trimmed(a: Spot, b: Spot, inset: number): [Spot, Spot] {
  const share = inset / (Math.hypot(b.x - a.x, b.y - a.y) || 1);
  return [between(a, b, share), between(b, a, share)];
}

export const between = (a: Spot, b: Spot, t: number): Spot => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
});

/** Distance from a point to the drawn part of an edge. */
export function distanceTo(edge: EdgeLine, spot: Spot): number {
  const dx = edge.end.x - edge.start.x;
  const dy = edge.end.y - edge.start.y;
  const square = dx * dx + dy * dy || 1;
  const t = clamp(((spot.x - edge.start.x) * dx + (spot.y - edge.start.y) * dy) / square, 0, 1);
  return Math.hypot(spot.x - edge.start.x - t * dx, spot.y - edge.start.y - t * dy);
}

/** What is under the pointer: a neuron, its bias tag, or the nearest weight within reach. */
export function keyAt(layout: NetLayout, spot: Spot, reach = 9): string | null {
  for (const [layer, units] of layout.neurons.entries()) {
    for (const [unit, at] of units.entries()) {
      if (Math.hypot(spot.x - at.x, spot.y - at.y) <= layout.radius + 2) return neuronKey(layer, unit);
      const tag = biasSpot(layout, at);
      if (layer > 0 && Math.abs(spot.x - tag.x) < layout.radius + 4 && Math.abs(spot.y - tag.y) < 9)
        return biasKey(layer, unit);
    }
  }
  let best: string | null = null;
  let nearest = reach;
  for (const edge of layout.edges) {
    const distance = distanceTo(edge, spot);
    if (distance < nearest) [nearest, best] = [distance, edge.key];
  }
  return best;
}

/** Where a neuron's bias is written: below its circle. */
export const biasSpot = (layout: NetLayout, neuron: Spot): Spot => ({
  x: neuron.x,
  y: neuron.y + layout.radius + 12,
});

/** Places weight labels on their edges so that none overlaps another, a neuron, or more strokes than it must. */

import { between, biasSpot, type EdgeLine, type NetLayout, type Spot } from './layout.ts';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Label {
  key: string;
  at: Spot;
  box: Box;
}

export interface Labels {
  placed: Label[];
  /** Edges for which no free place was found. */
  left: string[];
}

/** Steps along an edge that are tried, in order of preference. */
const STEPS = [0.3, 0.36, 0.24, 0.42, 0.48, 0.54, 0.6, 0.66, 0.72, 0.78, 0.18, 0.84];

/** Every value is written with at most this many characters, so places do not depend on values. */
const CHARACTERS = 5;
const CROSSING = 4;
const STEP = 0.5;

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export function boxAt(at: Spot, font: number): Box {
  const width = CHARACTERS * font * 0.5 + 6;
  const height = font * 1.2;
  return { x: at.x - width / 2, y: at.y - height / 2, width, height };
}

/** Does the stroke pass through the box? Liang–Barsky clipping. */
export function crosses(edge: EdgeLine, box: Box): boolean {
  const dx = edge.end.x - edge.start.x;
  const dy = edge.end.y - edge.start.y;
  const sides = [
    [-dx, edge.start.x - box.x],
    [dx, box.x + box.width - edge.start.x],
    [-dy, edge.start.y - box.y],
    [dy, box.y + box.height - edge.start.y],
  ] as const;
  let [enter, leave] = [0, 1];
  for (const [slope, room] of sides) {
    if (slope === 0 && room < 0) return false;
    if (slope < 0) enter = Math.max(enter, room / slope);
    if (slope > 0) leave = Math.min(leave, room / slope);
  }
  return enter < leave;
}

/**
 * Labels for some of a net's edges, each on the step of its edge that hides the least: near the side with more
 * neurons, where the strokes lie further apart, or on the other side if `opposite`. They keep clear
 * of those `taken`.
 */
export function placeLabels(
  layout: NetLayout,
  edges: readonly EdgeLine[],
  opposite = false,
  taken: readonly Label[] = [],
): Labels {
  const font = labelFont(layout);
  const blocked = [...obstacles(layout), ...taken.map((label) => label.box)];
  const placed: Label[] = [];
  const left: string[] = [];
  for (const edge of edges) {
    const rivals = layout.edges.filter((other) => other.layer === edge.layer && other.key !== edge.key);
    const fromStart = nearStart(layout, edge.layer) !== opposite;
    let best: { label: Label; cost: number } | null = null;
    for (const [order, step] of STEPS.entries()) {
      const at = between(edge.start, edge.end, fromStart ? step : 1 - step);
      const box = boxAt(at, font);
      if (placed.some((label) => overlap(label.box, box)) || blocked.some((other) => overlap(other, box)))
        continue;
      const cost = CROSSING * rivals.filter((other) => crosses(other, box)).length + STEP * order;
      if (!best || cost < best.cost) best = { label: { key: edge.key, at, box }, cost };
    }
    if (best) placed.push(best.label);
    else left.push(edge.key);
  }
  return { placed, left };
}

/** Labels stand near the side with more neurons. */
export const nearStart = (layout: NetLayout, layer: number): boolean =>
  layout.neurons[layer - 1]!.length >= layout.neurons[layer]!.length;

export const labelFont = (layout: NetLayout): number => Math.max(11.5, layout.font * 0.9);

/** Neurons with their bias tags, and, where layers run down the page, their heads. */
function obstacles(layout: NetLayout): Box[] {
  const r = layout.radius + 1;
  const circles = layout.neurons.flatMap((units, layer) =>
    units.map((at) => {
      const bottom = layer > 0 ? biasSpot(layout, at).y + 8 : at.y + r;
      return { x: at.x - r, y: at.y - r, width: 2 * r, height: bottom - at.y + r };
    }),
  );
  if (!layout.vertical) return circles;
  return [
    ...circles,
    ...layout.heads.map((head) => ({ x: 0, y: head.y - 16, width: 2 * head.x, height: 32 })),
  ];
}

const MOST = 12;

/** Labels for all weights; null where they are too many for each to carry its label all the time. */
export function allLabels(layout: NetLayout): Label[] | null {
  const crowded = layout.neurons.some(
    (units, i) => units.length * (layout.neurons[i - 1]?.length ?? 0) > MOST,
  );
  if (crowded) return null;
  const { placed, left } = placeLabels(layout, layout.edges);
  return left.length === 0 ? placed : null;
}

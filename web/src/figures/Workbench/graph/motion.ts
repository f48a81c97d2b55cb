/** How a drawing becomes another: each place moves from where its nodes were. */

import type { Scene } from './scene.ts';

export interface Start {
  x: Float32Array;
  y: Float32Array;
}

/** Where each place of a scene begins, or null where the one before showed another graph or another way up. */
export function startOf(before: Scene | null, after: Scene): Start | null {
  if (!before || before.graph !== after.graph || before.sideways !== after.sideways) return null;
  const count = after.folding.items.length;
  const [x, y] = [new Float32Array(count).fill(NaN), new Float32Array(count).fill(NaN)];
  after.graph.nodes.forEach((_, node) => {
    const [from, to] = [before.folding.placeOf[node]!, after.folding.placeOf[node]!];
    if (!Number.isNaN(x[to])) return;
    x[to] = before.x[from]!;
    y[to] = before.y[from]!;
  });
  return { x, y };
}

/** A share of the way, quick at first. */
export function between(start: Start, end: Scene, share: number): Scene {
  const eased = share * (2 - share);
  const mix = (from: Float32Array, to: Float32Array) => to.map((at, i) => from[i]! + (at - from[i]!) * eased);
  return { ...end, x: mix(start.x, end.x), y: mix(start.y, end.y) };
}

/** A small graph on its sheet: where nodes and edges are, and an arrow while it is drawn. No view. */

import type { Picture } from '../exercise.ts';

export interface Spot {
  x: number;
  y: number;
}

export interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export const RADIUS = 21;
/** How far from a node's middle a finger still means it. */
const REACH = 34;

export class PictureState {
  width = $state(0);
  /** The node an arrow begins at, once chosen. */
  picked: string | null = $state(null);
  /** Where the pointer is while an arrow is drawn. */
  pointer: Spot | null = $state.raw(null);

  readonly height = $derived.by(() => (this.width < 460 ? 250 : 230));

  constructor(private readonly read: () => Picture) {}

  get picture(): Picture {
    return this.read();
  }

  spot(name: string): Spot {
    const { at } = this.picture.nodes.find((node) => node.name === name)!;
    const [side, top] = [RADIUS + 4, RADIUS + 8];
    const width = Math.min(this.width, 620);
    const left = (this.width - width) / 2;
    return {
      x: left + side + at[0] * (width - 2 * side),
      y: top + at[1] * (this.height - 2 * top),
    };
  }

  /** From rim to rim; the end leaves room for its head. */
  segment(from: string, to: string, room = 4): Segment {
    return between(this.spot(from), this.spot(to), room);
  }

  /** The arrow being drawn: from the picked node to the pointer. */
  readonly drawing = $derived.by((): Segment | null => {
    if (!this.picked || !this.pointer) return null;
    const { x, y } = this.spot(this.picked);
    const length = Math.hypot(this.pointer.x - x, this.pointer.y - y);
    if (length < RADIUS + 6) return null;
    const [ux, uy] = [(this.pointer.x - x) / length, (this.pointer.y - y) / length];
    return { x1: x + ux * RADIUS, y1: y + uy * RADIUS, x2: this.pointer.x, y2: this.pointer.y };
  });

  /** The node under a finger. */
  nodeAt({ x, y }: Spot): string | null {
    const found = this.picture.nodes.find(({ name }) => {
      const spot = this.spot(name);
      return Math.hypot(spot.x - x, spot.y - y) < REACH;
    });
    return found?.name ?? null;
  }
}

function between(a: Spot, b: Spot, room: number): Segment {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const [start, end] = [RADIUS + 2, RADIUS + room];
  return { x1: a.x + ux * start, y1: a.y + uy * start, x2: b.x - ux * end, y2: b.y - uy * end };
}

/** Where an edge is pressed, as a part of its length: as far as can be from the other edges. */
export function clearest(line: Segment, others: readonly Segment[]): number {
  const clearance = (part: number): number => {
    const [x, y] = [line.x1 + part * (line.x2 - line.x1), line.y1 + part * (line.y2 - line.y1)];
    return Math.min(...others.map((other) => distance(x, y, other)));
  };
  return PARTS.reduce((best, part) => (clearance(part) > clearance(best) + 1 ? part : best));
}

/** The middle where it is as good as any. */
const PARTS = [0.5, 0.4, 0.6, 0.3, 0.7];

function distance(x: number, y: number, { x1, y1, x2, y2 }: Segment): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.max(0, Math.min(1, along));
  return Math.hypot(x - x1 - part * dx, y - y1 - part * dy);
}

/**
 * Hand-drawn shapes as SVG path data. A shape's wobble comes from its seed alone: the same seed gives the same
 * hand every time, so nothing jitters when numbers change, and a dragged shape bends smoothly.
 */
import { RoughGenerator } from 'roughjs/bin/generator.js';
import type { Drawable, OpSet, Options } from 'roughjs/bin/core.js';

export type Seed = string | number;
export type Point = [number, number];

/** Path data: the outline's strokes, and the strokes that hatch its inside (empty unless asked for). */
export interface Sketch {
  lines: string;
  hatching: string;
}

export interface Hand {
  /** Names the shape; equal seeds wobble alike. */
  seed?: Seed;
  /** 0 is ruled, 1 a calm hand, 2 a hasty one. */
  roughness?: number;
  /** How far straight strokes bend. */
  bowing?: number;
  /** Draw every stroke twice, as sketches are. */
  double?: boolean;
  /** Hatch the inside: the distance between strokes, in px. */
  hatch?: number;
  /** Direction of the hatching in degrees. */
  angle?: number;
}

const generator = new RoughGenerator();
const drawn = new Map<string, Sketch>();
const MOST_KEPT = 2000;

/** A whole positive number from a name (FNV-1a); never 0, which would make the generator draw at random. */
export function seedOf(seed: Seed): number {
  let hash = 0x811c9dc5;
  for (const character of String(seed)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 1) % 2147483646 || 1;
}

/** A sequence of numbers in [0, 1) that a seed fixes (mulberry32). Only for the wobble of strokes. */
export function steady(seed: Seed): () => number {
  let state = seedOf(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function options(hand: Hand): Options {
  return {
    seed: seedOf(hand.seed ?? 'backsight'),
    roughness: hand.roughness ?? 1,
    bowing: hand.bowing ?? 1,
    disableMultiStroke: !hand.double,
    fixedDecimalPlaceDigits: 1,
    ...(hand.hatch
      ? { fill: 'x', fillStyle: 'hachure', hachureGap: hand.hatch, hachureAngle: hand.angle ?? -41 }
      : {}),
    disableMultiStrokeFill: true,
  };
}

const isHatching = (set: OpSet): boolean => set.type === 'fillSketch';

function toSketch(drawing: Drawable): Sketch {
  const data = (sets: OpSet[]) => sets.map((set) => generator.opsToPath(set, 1).trim()).join(' ');
  return {
    lines: data(drawing.sets.filter((set) => set.type === 'path')),
    hatching: data(drawing.sets.filter(isHatching)),
  };
}

/** What was drawn before is not drawn again. The oldest drawings are dropped first. */
function remember(key: string, draw: () => Drawable): Sketch {
  const known = drawn.get(key);
  if (known) return known;
  const sketch = toSketch(draw());
  if (drawn.size >= MOST_KEPT) drawn.delete(drawn.keys().next().value!);
  drawn.set(key, sketch);
  return sketch;
}

const keyOf = (name: string, numbers: readonly number[], hand: Hand): string =>
  `${name} ${numbers.map((x) => x.toFixed(1)).join(' ')} ${hand.seed} ${hand.roughness} ${hand.bowing} ${hand.double} ${hand.hatch} ${hand.angle}`;

export function circle(cx: number, cy: number, radius: number, hand: Hand = {}): Sketch {
  return ellipse(cx, cy, radius * 2, radius * 2, hand);
}

export function ellipse(cx: number, cy: number, width: number, height: number, hand: Hand = {}): Sketch {
  const style = { ...options(hand), curveFitting: 0.97 };
  return remember(keyOf('ellipse', [cx, cy, width, height], hand), () =>
    generator.ellipse(cx, cy, width, height, style),
  );
}

/** A box whose four strokes cross a little at the corners. */
export function box(x: number, y: number, width: number, height: number, hand: Hand = {}): Sketch {
  return remember(keyOf('box', [x, y, width, height], hand), () =>
    generator.rectangle(x, y, width, height, options(hand)),
  );
}

export function line(x1: number, y1: number, x2: number, y2: number, hand: Hand = {}): string {
  return remember(keyOf('line', [x1, y1, x2, y2], hand), () =>
    generator.line(x1, y1, x2, y2, options({ bowing: 1.6, ...hand })),
  ).lines;
}

/** A smooth stroke through the points. */
export function curve(points: Point[], hand: Hand = {}): string {
  return remember(keyOf('curve', points.flat(), hand), () => generator.curve(points, options(hand))).lines;
}

export function polygon(points: Point[], hand: Hand = {}): Sketch {
  return remember(keyOf('polygon', points.flat(), hand), () => generator.polygon(points, options(hand)));
}

/** Any path, drawn by hand. */
export function path(data: string, hand: Hand = {}): Sketch {
  return remember(keyOf(`path ${data}`, [], hand), () => generator.path(data, options(hand)));
}

/** The two strokes of an arrow's head, its tip at (x, y), pointing along (dx, dy). */
export function arrowHead(
  x: number,
  y: number,
  dx: number,
  dy: number,
  size: number,
  seed: Seed = 'arrow',
): string {
  const wobble = steady(seed);
  const direction = Math.atan2(dy, dx);
  const side = (turn: number) => {
    const angle = direction + Math.PI + turn * (0.44 + 0.12 * wobble());
    const length = size * (0.9 + 0.2 * wobble());
    return [x + Math.cos(angle) * length, y + Math.sin(angle) * length].map((v) => v.toFixed(1)).join(' ');
  };
  return `M${side(1)} L${x.toFixed(1)} ${y.toFixed(1)} L${side(-1)}`;
}

/** Strokes of a pen with a broad nib, and soft-cornered frames: outlines to fill, steady like those in rough.ts. */
import { steady, type Point, type Seed } from './rough.ts';

const fixed = (value: number): string => value.toFixed(1);

/** A closed or open smooth path through points: quadratic curves between the middles of its sides. */
function smooth(points: Point[]): string {
  const first = points[0]!;
  let data = `M${fixed(first[0])} ${fixed(first[1])}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i]!;
    const [nextX, nextY] = points[i + 1]!;
    data += `Q${fixed(x)} ${fixed(y)} ${fixed((x + nextX) / 2)} ${fixed((y + nextY) / 2)}`;
  }
  const last = points.at(-1)!;
  return `${data}L${fixed(last[0])} ${fixed(last[1])}`;
}

export interface Nib {
  width: number;
  seed?: Seed;
  /** How far the middle of the stroke leaves the straight line, in px. */
  bow?: number;
  /** 1: both ends run out thin; 0: as wide as the middle. */
  taper?: number;
}

/** The outline of one pen stroke from a to b, to be filled: wider in the middle, uneven as ink is. */
export function inkStroke(x1: number, y1: number, x2: number, y2: number, nib: Nib): string {
  const random = steady(nib.seed ?? 'ink');
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [nx, ny] = [-(y2 - y1) / length, (x2 - x1) / length];
  const steps = Math.min(28, Math.max(5, Math.round(length / 16)));
  const [phase, swell, sway] = [random() * 6.28, random() * 6.28, (random() - 0.5) * 2];
  const bow = (nib.bow ?? Math.min(3, length * 0.012)) * (sway || 1);
  const taper = nib.taper ?? 0.6;
  const [left, right]: [Point[], Point[]] = [[], []];
  for (let i = 0; i <= steps; i += 1) {
    const t = i / steps;
    const arch = Math.sin(Math.PI * t);
    const off = bow * arch + Math.sin(phase + t * 9) * 0.45 * arch;
    const uneven = 1 + 0.13 * Math.sin(swell + t * 11);
    const half = Math.max(0.35, (nib.width / 2) * uneven * (1 - taper * (1 - arch ** 0.4)));
    const [x, y] = [x1 + (x2 - x1) * t + nx * off, y1 + (y2 - y1) * t + ny * off];
    left.push([x + nx * half, y + ny * half]);
    right.unshift([x - nx * half, y - ny * half]);
  }
  return `${smooth([...left, ...right])}Z`;
}

/** A frame with soft corners, drawn in one go: the pen ends a little past where it began. `fill` is closed. */
export function frame(
  width: number,
  height: number,
  { seed = 'frame', radius = 10, wobble = 1.1 }: { seed?: Seed; radius?: number; wobble?: number } = {},
): { lines: string; fill: string } {
  const random = steady(seed);
  const r = Math.min(radius, width / 2, height / 2);
  const jitter = (value: number) => value + (random() - 0.5) * 2 * wobble;
  const corner = () => r * (0.75 + 0.5 * random());
  const [a, b, c, d] = [corner(), corner(), corner(), corner()];
  const at = (x: number, y: number) => `${fixed(jitter(x))} ${fixed(jitter(y))}`;
  const sides =
    `Q${at(width / 2, 0)} ${at(width - b, 0)}` +
    `Q${at(width, 0)} ${at(width, b)}` +
    `Q${at(width, height / 2)} ${at(width, height - c)}` +
    `Q${at(width, height)} ${at(width - c, height)}` +
    `Q${at(width / 2, height)} ${at(d, height)}` +
    `Q${at(0, height)} ${at(0, height - d)}` +
    `Q${at(0, height / 2)} ${at(0, a)}`;
  const start = at(a, 0);
  const past = Math.min(a + 12, width - b);
  return {
    lines: `M${start}${sides}Q0.2 0.3 ${at(a, 0.2)}Q${fixed((a + past) / 2)} 0.3 ${fixed(past)} ${fixed(random() * 1.2 - 0.4)}`,
    fill: `M${start}${sides}Q0 0 ${start}Z`,
  };
}

/** A flat, slightly wavy underline. */
export function underline(x: number, y: number, width: number, seed: Seed = 'underline'): string {
  const random = steady(seed);
  const waves = Math.max(2, Math.round(width / 60));
  let data = `M${fixed(x - 1)} ${fixed(y + random())}`;
  for (let i = 0; i < waves; i += 1) {
    const [from, to] = [x + (width * i) / waves, x + (width * (i + 1)) / waves];
    const lift = (i % 2 ? 1 : -1) * (0.8 + random() * 1.4);
    data += `Q${fixed((from + to) / 2)} ${fixed(y + lift)} ${fixed(to)} ${fixed(y + random() * 0.8)}`;
  }
  return data;
}

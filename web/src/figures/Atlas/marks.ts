/** The signs of outcomes: a shape and a colour each, so that either tells them apart. Drawn by hand, five of each. */

import type { Fate } from '../../engine/atlas.ts';
import { steady } from '../../parts/rough.ts';

export type Sign = Fate | 'waiting';

type Corner = readonly [x: number, y: number];

const HANDS = 5;
const ring = (count: number, radius: number, turn = 0): Corner[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = turn + (i / count) * 2 * Math.PI;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const star = (points: number): Corner[] =>
  ring(points * 2, 1, -Math.PI / 2).map(([x, y], i) => (i % 2 ? [x * 0.42, y * 0.42] : [x, y]));

/** Not hatched yet: broader below than above. */
const egg = ring(10, 1).map(([x, y]): Corner => [x * (0.5 + 0.08 * y), 0.66 * y]);

/** Corners in a box from -1 to 1; `closed` ones are filled. */
const SHAPES: Record<Sign, { lines: Corner[][]; closed: boolean; smooth?: boolean }> = {
  learned: { lines: [ring(9, 0.62)], closed: true, smooth: true },
  evidence: { lines: [ring(3, 0.95, -Math.PI / 2)], closed: true },
  proved: { lines: [ring(4, 1, Math.PI / 4)], closed: true },
  'still slow': {
    lines: [
      [
        [-0.95, 0.25],
        [-0.5, -0.5],
        [0, 0.1],
        [0.45, 0.55],
        [0.95, -0.25],
      ],
    ],
    closed: false,
    smooth: true,
  },
  overflow: { lines: [star(5)], closed: true },
  waiting: { lines: [egg], closed: true, smooth: true },
};

const kept = new Map<string, string>();

/** Path data of a sign around (0, 0); starts of different seeds are drawn by slightly different strokes. */
export function signPath(sign: Sign, radius: number, seed: number): string {
  const hand = seed % HANDS;
  const key = `${sign} ${radius.toFixed(1)} ${hand}`;
  let data = kept.get(key);
  if (data === undefined) kept.set(key, (data = draw(sign, radius, hand)));
  return data;
}

function draw(sign: Sign, radius: number, hand: number): string {
  const { lines, closed, smooth } = SHAPES[sign];
  const wobble = steady(`${sign} ${hand}`);
  const off = (value: number) => (value + 0.16 * (wobble() - 0.5)) * radius;
  return lines
    .map((corners) => {
      const points = corners.map(([x, y]): Corner => [off(x), off(y)]);
      return smooth ? curved(points, closed) : straight(points, closed);
    })
    .join('');
}

const at = ([x, y]: Corner): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
const straight = (points: Corner[], closed: boolean): string =>
  `M${points.map(at).join('L')}${closed ? 'Z' : ''}`;

/** Through the middles of the sides, bent towards the corners. */
function curved(points: Corner[], closed: boolean): string {
  const middle = ([a, b]: Corner, [c, d]: Corner): Corner => [(a + c) / 2, (b + d) / 2];
  if (closed) {
    const around = [...points, points[0]!];
    const start = middle(points.at(-1)!, points[0]!);
    return `M${at(start)}${points.map((p, i) => `Q${at(p)} ${at(middle(p, around[i + 1]!))}`).join('')}Z`;
  }
  const inner = points.slice(1, -1);
  const ends = inner.map((p, i) => (i === inner.length - 1 ? points.at(-1)! : middle(p, inner[i + 1]!)));
  return `M${at(points[0]!)}${inner.map((p, i) => `Q${at(p)} ${at(ends[i]!)}`).join('')}`;
}

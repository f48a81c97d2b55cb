import { describe, expect, test } from 'vitest';
import { allLabels, placeLabels, type Label } from './labels.ts';
import { arrange, arrangeMap, biasKey, edgeKey, keyAt, neuronKey } from './layout.ts';
import { move, stops } from './moves.ts';
import { compact } from './words.ts';

const NETS = [
  [2, 2],
  [2, 3, 2],
  [2, 5, 2],
  [2, 8, 6],
  [2, 4, 4, 3],
  [2, 8, 8, 8, 8, 8, 8, 6],
  [2, 1, 1, 2],
];
const WIDTHS = [320, 358, 560, 720, 800];
/** On a low screen a net keeps to half its height, if its numbers can still be read. */
const ROOMS = [Infinity, 360];
const CASES = NETS.flatMap((net) => WIDTHS.flatMap((width) => ROOMS.map((room) => ({ net, width, room }))));

const apart = (a: Label['box'], b: Label['box']) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe.each(CASES)('a net $net, $width px wide, $room px of room', ({ net, width, room }) => {
  const layout = arrange(net, width, room);

  test('stays inside its figure and keeps its neurons apart', () => {
    const all = layout.neurons.flat();
    for (const at of all) {
      expect(at.x - layout.radius).toBeGreaterThanOrEqual(0);
      expect(at.x + layout.radius).toBeLessThanOrEqual(width);
      expect(at.y + layout.radius + 20).toBeLessThanOrEqual(layout.height);
    }
    all.forEach((a, i) =>
      all
        .slice(i + 1)
        .forEach((b) => expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(2 * layout.radius)),
    );
  });

  test('has labels that touch neither each other nor a neuron', () => {
    const { placed } = placeLabels(layout, layout.edges);
    placed.forEach((label, i) => {
      placed.slice(i + 1).forEach((other) => expect(apart(label.box, other.box)).toBe(true));
      for (const at of layout.neurons.flat()) {
        const [dx, dy] = [Math.abs(label.at.x - at.x), Math.abs(label.at.y - at.y)];
        expect(dx < layout.radius && dy < layout.radius).toBe(false);
      }
    });
  });

  test('can be walked from the first input to every stop', () => {
    const reached = new Set([neuronKey(0, 0)]);
    for (const key of reached)
      for (const way of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const)
        reached.add(move(layout, key, way));
    expect(reached.size).toBe(stops(layout).flat().length);
  });
});

test('small nets carry every label, crowded ones none until asked', () => {
  const fits = (net: number[], width: number) => allLabels(arrange(net, width)) !== null;
  expect(fits([2, 3, 2], 720)).toBe(true);
  expect(fits([2, 4, 2], 358)).toBe(true);
  expect(fits([2, 8, 8, 2], 720)).toBe(false);
});

test('the pointer finds neurons, biases and weights', () => {
  const layout = arrange([2, 3, 2], 720);
  const at = layout.neurons[1]![2]!;
  expect(keyAt(layout, at)).toBe(neuronKey(1, 2));
  expect(keyAt(layout, { x: at.x, y: at.y + layout.radius + 12 })).toBe(biasKey(1, 2));
  const edge = layout.edges.find((line) => line.key === edgeKey(1, 0, 0))!;
  const middle = { x: (edge.start.x + edge.end.x) / 2, y: (edge.start.y + edge.end.y) / 2 };
  expect(keyAt(layout, middle)).toBe(edge.key);
  expect(keyAt(layout, { x: 2, y: 2 })).toBeNull();
});

test('numbers on strokes stay short', () => {
  expect([0.123, -9.996, 42.42, -999.4, 9949, -123456, 4.3727e6, 1e30].map(compact)).toEqual([
    '0.12',
    '−10.0',
    '42.4',
    '−999',
    '9.9k',
    '−123k',
    '4.4M',
    '1e30',
  ]);
  for (let power = -8; power < 20; power++)
    expect(compact(-1.234 * 10 ** power).length).toBeLessThanOrEqual(5);
});

test('a net of up to four neurons fits a low screen; larger ones stay readable', () => {
  expect(arrange([2, 4, 2], 800, 360).height).toBeLessThanOrEqual(360);
  expect(arrange([2, 8, 2], 800, 360).radius).toBe(19);
});

test('a net without controls has no room for them, and every label', () => {
  for (const width of WIDTHS) {
    const bare = arrange([2, 2, 2], width, Infinity, false);
    expect(bare.heads).toEqual([]);
    expect(bare.height).toBeLessThan(arrange([2, 2, 2], width).height);
    const labels = allLabels(bare)!;
    expect(placeLabels(bare, bare.edges, true, labels).left).toEqual([]);
  }
});

test('a map is low, and has every neuron and weight', () => {
  const map = arrangeMap([2, 8, 8, 8, 8, 8, 8, 6], 358);
  expect(map.height).toBeLessThan(200);
  expect(map.edges).toHaveLength(2 * 8 + 5 * 64 + 8 * 6);
  for (const { x, y } of map.neurons.flat()) {
    expect(Math.min(x, y, map.width - x, map.height - y)).toBeGreaterThan(map.radius);
  }
});

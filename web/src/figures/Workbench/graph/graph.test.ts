import { describe, expect, it } from 'vitest';
import type { GraphValue } from '../../../engine/python/graph.ts';
import { fitted, showing, zoomed } from './camera.ts';
import { Culling } from './culling.ts';
import { fold, foldedAtFirst, scopeItem } from './folding.ts';
import { hullsOf, labelAt } from './hulls.ts';
import { layered, type Layout } from './layout.ts';
import { startOf } from './motion.ts';
import { paint } from './painter.ts';
import { SvgPen } from './pen.ts';
import { placeAt, placesShowing, reading, sceneOf, slopeOf, type Numbers, type Scene } from './scene.ts';

/** x → (× → z) → a → cost, where the call `layer` holds all of z and a, and `z` its two steps. */
const SMALL: GraphValue = {
  name: 'cost',
  level: 'arrays',
  nodes: [
    { label: 'x', kind: 'input', value: 'x' },
    { label: '×', op: 'mul', scope: 1 },
    { label: 'z', op: 'add', value: 'z', scope: 1 },
    { label: 'a', op: 'tanh', value: 'a', scope: 0, line: 3 },
    { label: 'cost', kind: 'output', op: 'pow', value: 'cost' },
  ],
  links: [
    [0, 1],
    [1, 2],
    [0, 2],
    [2, 3],
    [3, 4],
  ],
  scopes: [
    { label: 'layer', kind: 'function', parent: -1, shows: 3 },
    { label: 'z', kind: 'steps', parent: 0, shows: 2 },
  ],
  operations: { mul: 'multiplies', add: 'adds', tanh: 'squashes', pow: 'takes a power' },
  lines: { '3': 'return np.tanh(z)' },
};

const NUMBERS: Numbers = {
  value: (name) =>
    ({ x: [2], z: [-0.5], a: [-0.46], cost: [0.21] })[name] &&
    Float64Array.from({ x: [2], z: [-0.5], a: [-0.46], cost: [0.21] }[name as 'x']),
  adjoint: (name) => (name === 'z' ? Float64Array.of(-0.72) : undefined),
  symbol: (name) => `d${name}`,
  slope: (source, target) =>
    source === 'z' && target === 'a' ? { kind: 'number', all: Float64Array.of(0.78) } : undefined,
};

/** `columns` layers of `rows` values; each uses two of the layer before. */
function lattice(rows: number, columns: number): GraphValue {
  const nodes = Array.from({ length: rows * columns }, (_, i) => ({
    label: `v${i}`,
    value: 'v',
    index: i,
    scope: Math.floor(i / rows),
  }));
  const links: [number, number][] = [];
  for (let i = rows; i < nodes.length; i += 1) {
    links.push([i - rows, i], [i - rows - (i % rows) + (((i % rows) + 1) % rows), i]);
  }
  const scopes = Array.from({ length: columns }, (_, i) => ({
    label: `s${i}`,
    kind: 'array' as const,
    parent: -1,
    shows: -1,
    value: 'v',
    shape: [rows],
  }));
  return { name: 'f', level: 'scalars', nodes, links, scopes, operations: {}, lines: {} };
}

function sceneFor(graph: GraphValue, folded: Set<number>, sideways = true): Scene {
  const folding = fold(graph, folded);
  const layout = layered({
    count: folding.items.length,
    links: folding.links,
    along: 116,
    across: 74,
    most: 100,
  });
  return sceneOf(graph, folding, layout, sideways, NUMBERS, 0);
}

function apart(layout: Layout, along: number, across: number): void {
  const seen = layout.columns.flatMap((places) => [...places]);
  expect(new Set(seen).size).toBe(layout.across.length);
  layout.columns.forEach((places, column) => {
    if (column) expect(layout.at[column]! - layout.at[column - 1]!).toBeGreaterThan(along);
    for (let i = 1; i < places.length; i += 1) {
      expect(layout.across[places[i]!]! - layout.across[places[i - 1]!]!).toBeGreaterThan(across);
    }
  });
}

describe('folding', () => {
  it('puts a scope in the place of its nodes, and merges links', () => {
    expect(fold(SMALL, new Set()).items).toEqual([0, 1, 2, 3, 4]);
    const steps = fold(SMALL, new Set([1]));
    expect(steps.items).toEqual([0, scopeItem(1), 3, 4]);
    expect([...steps.links]).toEqual([0, 1, 1, 2, 2, 3]);
    expect([...steps.times]).toEqual([2, 1, 1]);
    expect(fold(SMALL, new Set([0, 1])).items).toEqual([0, scopeItem(0), 4]);
    expect([...fold(SMALL, new Set([0])).placeOf]).toEqual([0, 1, 1, 1, 2]);
  });

  it('begins with steps folded, and with what is too much', () => {
    expect(foldedAtFirst(SMALL)).toEqual(new Set([1]));
    expect(foldedAtFirst(SMALL, 3)).toEqual(new Set([0, 1]));
    expect(foldedAtFirst(lattice(50, 10)).size).toBe(10);
    expect(foldedAtFirst(lattice(3, 4)).size).toBe(0);
    expect(foldedAtFirst(lattice(1, 40)).size).toBe(40);
  });
});

describe('layout', () => {
  it('puts users after what they use, and nothing over anything', () => {
    const { folding, layout } = sceneFor(lattice(12, 9), new Set());
    for (let i = 0; i < folding.links.length; i += 2) {
      expect(layout.along[folding.links[i]!]!).toBeLessThan(layout.along[folding.links[i + 1]!]!);
    }
    apart(layout, 116, 74);
  });

  it('keeps one value, none, and circles of folded scopes', () => {
    const one = layered({ count: 1, links: new Int32Array(0), along: 10, across: 10, most: 26 });
    expect([one.length, one.breadth]).toEqual([70, 70]);
    const none = layered({ count: 0, links: new Int32Array(0), along: 10, across: 10, most: 26 });
    expect([none.length, none.breadth]).toEqual([0, 0]);
    apart(
      layered({ count: 3, links: Int32Array.of(0, 1, 1, 0, 1, 2), along: 10, across: 10, most: 26 }),
      10,
      10,
    );
  });

  it('crosses nothing where nothing need cross', () => {
    // Two ladders side by side, given in turns.
    const links = Int32Array.from([0, 3, 1, 2, 2, 5, 3, 4, 0, 4, 1, 5]);
    const { across } = layered({ count: 6, links, along: 10, across: 10, most: 26 });
    expect(across[0]! < across[1]!).toBe(across[3]! < across[2]!);
    expect(across[3]! < across[2]!).toBe(across[4]! < across[5]!);
  });

  it('leads a link that passes columns beside the places there, and those of one place together', () => {
    // A chain of five; the first is used by all, as the weights of a recurrent net are.
    const links = Int32Array.from([0, 1, 1, 2, 2, 3, 3, 4, 0, 2, 0, 3, 0, 4]);
    const { across, along, bends, breadth } = layered({ count: 5, links, along: 10, across: 10, most: 26 });
    expect([...bends.keys()]).toEqual([4, 5, 6]);
    expect([...bends.get(6)!.slice(0, 2)]).toEqual([...bends.get(4)!]);
    for (const way of bends.values())
      for (let i = 0; i < way.length; i += 2) {
        const at = along.indexOf(way[i]!);
        expect(at).toBeGreaterThan(0);
        expect(Math.abs(across[at]! - way[i + 1]!)).toBeGreaterThan(10);
        expect(way[i + 1]!).toBeLessThan(breadth);
      }
  });

  it('leaves what was there in its order, near its place', () => {
    const links = Int32Array.from([0, 2, 1, 2]);
    const before = Float32Array.of(300, 10, NaN);
    const { across } = layered({ count: 3, links, along: 10, across: 10, most: 26, before });
    expect(across[1]!).toBeLessThan(across[0]!);
    expect(across[0]! - across[1]!).toBeCloseTo(290, 0);
  });

  it('wraps a column that is too tall, and takes 10,000 places in a second or so', () => {
    const start = performance.now();
    const { layout, size } = sceneFor(lattice(1000, 10), new Set());
    expect(performance.now() - start).toBeLessThan(4000);
    expect(layout.columns.length).toBeGreaterThan(40);
    apart(layout, 116, 74);
    expect(size.height / size.width).toBeLessThan(4);
  });
});

describe('what is seen', () => {
  it('has what a place says, and the numbers of what is folded', () => {
    const scene = sceneFor(SMALL, new Set([1]));
    const z = placeAt(scene, 1);
    expect([z.title, z.kind, z.value]).toEqual(['z', 'scope', 'z']);
    expect(reading(scene, z).one).toBe(-0.5);
    expect(reading(scene, z, true).one).toBe(-0.72);
    expect(placeAt(sceneFor(SMALL, new Set([0])), 1).title).toBe('layer → a');
    expect(placesShowing(scene, 'z', null)).toEqual([1]);
    expect(placesShowing(scene, 'nobody', null)).toEqual([]);
  });

  it('writes a slope on a link whose steps are folded, and on no other', () => {
    const scene = sceneFor(SMALL, new Set([1]));
    const links = scene.folding.first.length;
    expect(Array.from({ length: links }, (_, link) => slopeOf(scene, link))).toEqual([
      undefined,
      0.78,
      undefined,
    ]);
    const kinds: [string, number[], number | undefined][] = [
      ['elementwise', [5, 6], 6],
      ['factor', [5, 6], undefined],
      ['entries', [5, 6], undefined],
    ];
    for (const [kind, numbers, expected] of kinds) {
      const graph: GraphValue = {
        ...SMALL,
        level: 'scalars',
        nodes: ['u', 'v'].map((value) => ({ label: value, value, index: 1 })),
        links: [[0, 1]],
        scopes: [],
      };
      const all = {
        ...sceneFor(graph, new Set()),
        numbers: {
          ...NUMBERS,
          value: () => Float64Array.of(1, 2),
          slope: () => ({ kind, all: Float64Array.from(numbers) }),
        },
      };
      expect(slopeOf(all, 0)).toBe(expected);
    }
  });

  it('finds the example of a neuron', () => {
    const graph: GraphValue = {
      ...SMALL,
      level: 'neurons',
      nodes: [{ label: 'a[:,1]', value: 'a', index: 1, rows: 3, stride: 2 }],
      links: [],
      scopes: [],
    };
    const scene = { graph, folding: fold(graph, new Set()), row: 2 };
    expect(placeAt(scene, 0).index).toBe(5);
    expect(placesShowing(scene, 'a', 3)).toEqual([0]);
    expect(placesShowing(scene, 'a', 2)).toEqual([]);
    expect(placesShowing(scene, 'a', 7)).toEqual([]);
  });

  it('finds the same places by columns as by looking at each', () => {
    const scene = sceneFor(lattice(40, 30), new Set());
    const culling = new Culling(scene);
    const { x, y, box } = scene;
    const region = { left: x[200]! - 150, right: x[200]! + 400, top: y[200]! - 200, bottom: y[200]! + 90 };
    const [w, h] = [box.width / 2 + 10, box.height / 2 + 10];
    const expected = [...x.keys()].filter(
      (i) =>
        x[i]! + w > region.left &&
        x[i]! - w < region.right &&
        y[i]! + h > region.top &&
        y[i]! - h < region.bottom,
    );
    expect(expected.length).toBeGreaterThan(4);
    expect(culling.places(region).sort((a, b) => a - b)).toEqual(expected);
    expect(culling.at(x[200]!, y[200]!, 4)).toBe(200);
    expect(culling.at(-500, -500, 4)).toBe(-1);
    const { links } = scene.folding;
    const meets = (a: number, b: number) =>
      Math.max(x[a]!, x[b]!) > region.left &&
      Math.min(x[a]!, x[b]!) < region.right &&
      Math.max(y[a]!, y[b]!) > region.top &&
      Math.min(y[a]!, y[b]!) < region.bottom;
    const { short, long } = culling.links(region);
    const found = new Set([...short, ...long]);
    expect(found.size).toBe(short.length + long.length);
    const needed = [...Array(links.length / 2).keys()].filter((i) => meets(links[2 * i]!, links[2 * i + 1]!));
    expect(needed.length).toBeGreaterThan(10);
    expect(needed.filter((link) => !found.has(link))).toEqual([]);
    expect(culling.bundles.reduce((sum, { count }) => sum + count, 0)).toBe(links.length / 2);
  });

  it('draws around open scopes, and folds them by their labels', () => {
    const scene = sceneFor(SMALL, new Set());
    const hulls = hullsOf(scene);
    expect(hulls.map(({ scope }) => scope)).toEqual([0, 1]);
    const [outer, inner] = hulls as [(typeof hulls)[0], (typeof hulls)[0]];
    expect(outer.left).toBeLessThan(inner.left);
    expect(labelAt(hulls, inner.left + 12, inner.top + 6)).toBe(1);
    expect(labelAt(hulls, -999, 0)).toBe(-1);
  });

  it('moves each place from where its nodes were', () => {
    const [folded, open] = [sceneFor(SMALL, new Set([1])), sceneFor(SMALL, new Set())];
    const start = startOf(folded, open)!;
    expect(start.x[1]).toBe(folded.x[1]);
    expect(start.x[2]).toBe(folded.x[1]);
    expect(startOf(null, open)).toBeNull();
    expect(startOf(sceneFor(SMALL, new Set(), false), open)).toBeNull();
  });

  it('is the same picture as SVG, with nothing that breaks the file', () => {
    const graph = {
      ...SMALL,
      nodes: SMALL.nodes.map((node) => (node.label === 'a' ? { ...node, label: 'a<"&' } : node)),
    };
    for (const scale of [1, 0.3, 0.05]) {
      const pen = new SvgPen();
      const scene = sceneFor(graph, new Set([1]));
      const all = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
      paint(pen, scene, new Culling(scene), all, scale, (token) => token);
      const text = pen.document(400, 300, '#fff', 'a & b');
      expect(text).not.toContain('NaN');
      const read = new DOMParser().parseFromString(text, 'text/html').querySelector('svg')!;
      expect(read.querySelectorAll('path').length).toBeGreaterThan(3);
      if (scale === 1) expect([...read.querySelectorAll('text')].map((t) => t.textContent)).toContain('a<"&');
    }
  });
});

describe('the camera', () => {
  it('keeps the point under the hand, and its limits', () => {
    const camera = { x: 10, y: 20, scale: 0.5 };
    const nearer = zoomed(camera, 2, 100, 80, 0.1);
    expect((100 - nearer.x) / nearer.scale).toBeCloseTo((100 - 10) / 0.5);
    expect(zoomed(camera, 1e-9, 0, 0, 0.1).scale).toBe(0.1);
    expect(zoomed(camera, 1e9, 0, 0, 0.1).scale).toBe(3);
  });

  it('shows all of a drawing, or a place at its edge', () => {
    const view = { width: 400, height: 300 };
    const { x, y, scale } = fitted({ width: 1000, height: 200 }, view);
    expect(scale).toBeCloseTo(0.364);
    expect([x, y + 100 * scale]).toEqual([18, 150]);
    const there = showing({ x: 0, y: 0, scale: 1 }, 500, 100, { width: 50, height: 20 }, view);
    expect(there).toEqual({ x: 400 - 58 - 500, y: 0, scale: 1 });
  });
});

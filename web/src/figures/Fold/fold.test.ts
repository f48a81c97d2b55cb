import { beforeAll, describe, expect, it } from 'vitest';
import { testLibrary } from '../../engine/testing/payload.ts';
import type { Domain } from '../../engine/types.ts';
import { FoldState } from './fold.svelte.ts';
import { prepare, type Loaded } from './lesson.svelte.ts';
import { FoldNet } from './net.ts';
import { axesOf, directions, isSolid, Places } from './place.ts';
import { whatHappens } from './words.ts';

const POINTS = [
  { x1: 1, x2: 2, label: 1 },
  { x1: -2, x2: 0.5, label: 0 },
  { x1: 3, x2: -1.5, label: 1 },
];
const DOMAIN: Domain = { x1: [-6, 6], x2: [-6, 6] };
const FRAME = { width: 300, height: 200 };
// W1 (2, 2), b1, W2, b2: as the kernel has them.
const THETA = Float64Array.of(1.2, -0.5, 0.6, 1, 0.8, -1, 1, 0.5, -3);
let loaded: Loaded[];

beforeAll(async () => {
  loaded = await prepare(testLibrary());
}, 60_000);

function state(units = 2, theta = THETA, act = 0): FoldState {
  const { payload, kernels } = loaded[act]!;
  const net = new FoldNet({
    payload,
    kernels,
    widths: [2, units, 1],
    points: POINTS,
    domain: DOMAIN,
    size: 21,
  });
  return new FoldState(net, theta);
}

const sum = (x1: number, x2: number, unit: number): number =>
  x1 * THETA[unit]! + x2 * THETA[2 + unit]! + THETA[4 + unit]!;

describe('a net that folds', () => {
  it('computes what the neurons say, at every point of the grid and of the data', () => {
    const { net } = state();
    const X = net.array('X').slice();
    const [z, a] = [net.layouts[2]!, net.layouts[3]!].map(({ variable }) => net.array(variable));
    expect(net.layouts.map(({ kind }) => kind)).toEqual(['input', 'linear', 'shift', 'activation']);
    for (let row = 0; row < net.rows; row++) {
      for (const unit of [0, 1]) {
        const expected = sum(X[row * 2]!, X[row * 2 + 1]!, unit);
        expect(z![row * 2 + unit]).toBeCloseTo(expected, 12);
        expect(a![row * 2 + unit]).toBeCloseTo(Math.max(expected, 0), 12);
      }
    }
  });

  it('shows the learner’s own point in the graph, and keeps it out of the cost', () => {
    const fold = state();
    const entry = { variable: 'W1', index: [0, 1] };
    const before = fold.gradient(entry);
    fold.setProbe(2, -3);
    expect(fold.neurons[0]!.map(({ value }) => value)).toEqual([2, -3]);
    expect(fold.neurons[1]![0]!.value).toBeCloseTo(Math.max(sum(2, -3, 0), 0), 12);
    expect(fold.gradient(entry)).toBe(before);
  });

  it('moves both pictures with one weight', () => {
    const fold = state();
    const { version } = fold;
    fold.change({ variable: 'b1', index: [0] }, 5);
    expect(fold.version).toBe(version + 1);
    expect(fold.parameter({ variable: 'b1', index: [0] })).toBe(5);
    expect(fold.neurons[1]![0]!.value).toBe(5);
    fold.change({ variable: 'b1', index: [0] }, NaN);
    expect(fold.parameter({ variable: 'b1', index: [0] })).toBe(5);
  });

  it('draws each fold where the sum is zero, and the side below it as below', () => {
    const fold = state();
    const { folds } = fold.sheet(0, false);
    const X = fold.net.array('X');
    folds.forEach((line, unit) => {
      expect(line.count).toBeGreaterThan(10);
      for (let end = 0; end < line.count; end++) {
        const [p, q, t] = [line.from[end]! * 2, line.to[end]! * 2, line.along[end]!];
        const [x1, x2] = [0, 1].map((i) => X[p + i]! + (X[q + i]! - X[p + i]!) * t);
        expect(sum(x1!, x2!, unit)).toBeCloseTo(0, 4);
        const below = line.below[end]! * 2;
        expect(sum(X[below]!, X[below + 1]!, unit)).toBeLessThan(0);
      }
    });
  });
});

describe('where it is drawn', () => {
  it('rests at computed pictures: rows stand where their numbers say', () => {
    const fold = state();
    const places = new Places();
    for (const at of [0, 1, 2, 3]) {
      fold.place(places, at, FRAME);
      const { variable } = fold.net.layouts[at]!;
      const values = fold.net.array(variable);
      for (const row of [0, 7, fold.net.gridRows, fold.net.probe]) {
        const [u, v] = [values[row * 2]!, values[row * 2 + 1]!];
        expect(places.at[row * 2]).toBeCloseTo(places.origin[0] + u * places.axes[0]![0], 2);
        expect(places.at[row * 2 + 1]).toBeCloseTo(places.origin[1] + v * places.axes[1]![1], 2);
      }
    }
  });

  it('keeps all data within the frame in every picture, and between them', () => {
    const fold = state(3, Float64Array.of(0.26, -3, 2.13, -2.2, 1.35, 1.48, -3.7, -5.2, -3.9, 7, 3, 3, -7));
    const places = new Places();
    for (let at = 0; at <= 3; at += 0.25) {
      fold.view = { turn: 20 + at * 70, tilt: 30 };
      fold.place(places, at, FRAME);
      for (let row = fold.net.gridRows; row < fold.net.probe; row++) {
        expect(Math.abs(places.at[row * 2]! - FRAME.width / 2)).toBeLessThan(FRAME.width / 2);
        expect(Math.abs(places.at[row * 2 + 1]! - FRAME.height / 2)).toBeLessThan(FRAME.height / 2);
      }
    }
  });

  it('turns three axes as a solid body', () => {
    for (const view of [
      { turn: 0, tilt: 0 },
      { turn: 35, tilt: 25 },
      { turn: -120, tilt: 80 },
    ]) {
      const axes = directions(view);
      const row = (i: 0 | 1) => axes.map((axis) => axis[i]);
      const dot = (a: number[], b: number[]) => a.reduce((s, x, i) => s + x * b[i]!, 0);
      // The paper's two directions, seen from space: of length one, and square to each other.
      expect(dot(row(0), row(0))).toBeCloseTo(1);
      expect(dot(row(1), row(1))).toBeCloseTo(1);
      expect(dot(row(0), row(1))).toBeCloseTo(0);
    }
  });

  it('shows at most three axes of a wide layer, those that are chosen', () => {
    const wide = state(5, new Float64Array(2 * 5 + 5 + 5 + 1).fill(0.5));
    const last = wide.net.layouts.at(-1)!;
    wide.chosen = [0, 3, 4];
    expect(axesOf(last, wide.chosen)).toEqual([0, 3, 4]);
    expect(isSolid(last, wide.chosen)).toBe(true);
    expect(wide.sheet(3, false).axes).toEqual(['a₁', 'a₄', 'a₅']);
    expect(isSolid(wide.net.layouts[0]!, wide.chosen)).toBe(false);
    wide.choose(4);
    expect(wide.chosen).toEqual([0, 3, 4]);
    wide.choose(1);
    expect(wide.chosen).toEqual([3, 4, 1]);
    // A layer of three has its own three axes, whatever is chosen.
    expect(axesOf({ ...last, width: 3 }, wide.chosen)).toEqual([0, 1, 2]);
  });
});

it('says whether a picture is computed or drawn', () => {
  const { layouts } = state().net;
  expect(whatHappens(layouts, 1).caption).toBe('times the weights: turned, stretched, sheared');
  expect(whatHappens(layouts, 1.4).caption).toBe('in between: drawn, not computed');
  expect(whatHappens(layouts, 1.4).sliding).toBe('towards + bias');
});

it('draws the lines of a second layer where its sum is zero, and those of the first beside them', () => {
  const theta = Float64Array.of(1, 0.3, -0.4, 1, 0.5, -1, 0.8, -1.1, 0.9, 0.6, -0.7, -1.2, 1, 1, 0.2);
  const { payload, kernels } = loaded[3]!;
  const net = new FoldNet({ payload, kernels, widths: [2, 2, 2, 1], points: POINTS, domain: DOMAIN });
  const fold = new FoldState(net, theta);
  expect(net.layouts).toHaveLength(7);
  const { folds, older } = fold.sheet(0, false, 2);
  expect(older).toHaveLength(2);
  const X = net.array('X');
  const second = (x1: number, x2: number): number => {
    const a = [0, 1].map((j) => Math.max(0, x1 * theta[j]! + x2 * theta[2 + j]! + theta[4 + j]!));
    return a[0]! * theta[6]! + a[1]! * theta[8]! + theta[10]!;
  };
  const line = folds[0]!;
  expect(line.count).toBeGreaterThan(10);
  const step = 12 / net.size;
  for (let end = 0; end < line.count; end++) {
    const [p, q, t] = [line.from[end]! * 2, line.to[end]! * 2, line.along[end]!];
    const [x1, x2] = [0, 1].map((i) => X[p + i]! + (X[q + i]! - X[p + i]!) * t);
    // Exact where its grid edge lies on one side of every first fold; at a corner within a cell of it.
    expect(Math.abs(second(x1!, x2!))).toBeLessThan(2 * step);
  }
});

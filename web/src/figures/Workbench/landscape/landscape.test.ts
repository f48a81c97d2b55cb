/** The state of a landscape, on kernels that Python writes for this test. */

import { beforeAll, describe, expect, it } from 'vitest';
import { answerTo, kernelHere } from '../../../engine/testing/answers.ts';
import type { LandscapeValue } from '../../../engine/python/protocol.ts';
import type { Session } from '../session.svelte.ts';
import { Landscape, MOST_STEPS, type Form } from './landscape.svelte.ts';
import { bandsOf, heightsOf } from './paint.ts';
import { shapeOf, whereWords } from './words.ts';

/** As much of a session as a landscape needs. */
class Bench {
  inputs: Record<string, Float64Array>;
  land: Landscape;

  constructor(
    private readonly written: LandscapeValue,
    inputs: Record<string, number[]>,
  ) {
    this.inputs = Object.fromEntries(
      Object.entries(inputs).map(([name, numbers]) => [name, Float64Array.from(numbers)]),
    );
    this.land = new Landscape(this as unknown as Session, async () => settled(this.land));
  }

  get given() {
    return { ...this.inputs };
  }

  give(numbers: Record<string, Float64Array>): void {
    this.inputs = { ...this.inputs, ...numbers };
    this.land.follow();
  }

  ask = () => Promise.resolve(this.written);
  kernels = kernelHere;

  async open(form?: Form): Promise<Landscape> {
    await this.land.load();
    if (form) this.land.show(form);
    await settled(this.land);
    return this.land;
  }
}

/** Until nothing more is wished for. */
async function settled(land: Landscape): Promise<void> {
  const inner = land as unknown as { pumping: boolean };
  do await new Promise((done) => setTimeout(done));
  while (inner.pumping);
}

function written(source: string, example: string): LandscapeValue {
  const answer = answerTo({ kind: 'landscape', source, example });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

let bowl: LandscapeValue;
let cliff: LandscapeValue;

beforeAll(() => {
  bowl = written('def f(a, b):\n    return a**2 + 3 * b**2 + b', 'a = 1.0\nb = 2.0');
  cliff = written('def f(x):\n    return x**2 if x > 1 else 5.0 - x', 'x = 2.0');
});
const onBowl = () => new Bench(bowl, { a: [1], b: [2] });

describe('a landscape', () => {
  it('begins as a contour of the first two numbers, around the inputs', async () => {
    const land = await onBowl().open();
    expect(land.form).toBe('contour');
    expect([land.label('s'), land.label('t')]).toEqual(['a', 'b']);
    expect(land.at).toEqual({ s: 1, t: 2 });
    const { s, t, value, same } = land.grid!;
    expect(same.every(Boolean)).toBe(true);
    for (const i of [0, 7, value.length - 1]) {
      const [a, b] = [s[i % s.length]!, t[Math.floor(i / s.length)]!];
      expect(value[i]).toBeCloseTo(a * a + 3 * b * b + b, 12);
    }
    expect(land.here).toMatchObject({ value: 15, slope_s: 2, slope_t: 13, ss: 2, st: 0, tt: 6 });
    expect([land.here!.steep, land.here!.gentle]).toEqual([6, 2]);
    expect(land.here!.low.s).toBeCloseTo(0);
    expect(land.here!.low.t).toBeCloseTo(-1 / 6);
    expect(whereWords(land)).toContain('shaped like a bowl');
  });

  it('moves the inputs of the session, and stays the same picture', async () => {
    const bench = onBowl();
    const land = await bench.open();
    const { grid } = land;
    land.to({ s: 0.5, t: -0.25 });
    await settled(land);
    expect([bench.inputs.a![0], bench.inputs.b![0]]).toEqual([0.5, -0.25]);
    expect(land.grid).toBe(grid);
    expect(land.here!.slope_s).toBe(1);
  });

  it('follows the inputs along its directions, and is drawn anew where another one moves', async () => {
    const bench = onBowl();
    const land = await bench.open('curve');
    const { grid } = land;
    bench.give({ a: Float64Array.of(1.5) });
    await settled(land);
    expect(land.at.s).toBe(1.5);
    expect(land.grid).toBe(grid);
    bench.give({ b: Float64Array.of(0) });
    await settled(land);
    expect(land.grid).not.toBe(grid);
    expect(land.grid!.value[0]).toBeCloseTo(land.grid!.s[0]! ** 2, 12);
  });

  it('goes downhill by the kernel, step for step', async () => {
    const bench = onBowl();
    const land = await bench.open();
    land.rate = 0.1;
    await land.descend();
    expect(land.path.length).toBe(MOST_STEPS + 1);
    expect(land.path[1]).toMatchObject({ s: 0.8, t: expect.closeTo(2 - 1.3, 12) as number });
    const values = land.path.map(({ value }) => value);
    expect(values.every((value, i) => i === 0 || value <= values[i - 1]!)).toBe(true);
    expect(bench.inputs.b![0]).toBeCloseTo(-1 / 6, 6);
    expect(land.descending).toBe(false);
  });

  it('says when steps are too large, and when there is nowhere to go', async () => {
    const bench = onBowl();
    const land = await bench.open();
    land.rate = 1e200;
    await land.descend();
    expect(land.note).toContain('smaller learning rate');
    await settled(land);
    expect([land.at.s, land.at.t]).toEqual([land.path[0]!.s, land.path[0]!.t]);
    expect(bench.inputs.a![0]).toBe(land.path[0]!.s);
    bench.give({ a: Float64Array.of(0), b: Float64Array.of(-1 / 6) });
    await settled(land);
    land.choose('s', 0);
    land.show('curve');
    await settled(land);
    land.rate = 0.1;
    await land.descend();
    expect(land.note).toContain('come to rest');
    expect(land.path.length).toBe(1);
  });

  it('goes along the gradient and along chance, at right angles to one another', async () => {
    const land = await onBowl().open();
    land.choose('s', 'gradient');
    land.choose('t', 'random');
    await settled(land);
    expect(land.at).toEqual({ s: 0, t: 0 });
    // The slope along the gradient is its length; at right angles to it there is none.
    expect(land.here!.slope_s).toBeCloseTo(Math.hypot(2, 13), 10);
    expect(land.here!.slope_t).toBeCloseTo(0, 10);
    const before = land.grid!.value[0];
    land.draw();
    await settled(land);
    expect(land.grid!.value).toHaveLength(land.grid!.s.length * land.grid!.t.length);
    expect(Number.isFinite(before)).toBe(true);
  });

  it('never has one direction twice', async () => {
    const land = await onBowl().open();
    land.choose('s', 1);
    expect(land.choice).toEqual({ s: 1, t: 0 });
  });

  it('marks where the code takes another branch', async () => {
    const land = await new Bench(cliff, { x: [2] }).open();
    expect(land.form).toBe('curve');
    const { s, same } = land.grid!;
    expect([...same]).toEqual([...s].map((x) => Number(x > 1)));
    expect(heightsOf(land.grid!)!.low).toBeGreaterThan(1);
    expect(land.options).toEqual([{ value: 0, label: 'x' }]);
  });

  it('is coarse while another input keeps moving, and fine when it rests', async () => {
    const three = written('def f(a, b, c):\n    return a * b * c', 'a = 1.0\nb = 1.0\nc = 1.0');
    const bench = new Bench(three, { a: [1], b: [1], c: [1] });
    const land = await bench.open();
    expect(land.grid!.s.length).toBe(101);
    for (const c of [2, 3]) {
      bench.give({ c: Float64Array.of(c) });
      await settled(land);
    }
    expect(land.grid!.s.length).toBe(31);
    expect(land.grid!.value[0]).toBeCloseTo(3 * land.grid!.s[0]! * land.grid!.t[0]!, 12);
    await new Promise((done) => setTimeout(done, 300));
    await settled(land);
    expect(land.grid!.s.length).toBe(101);
  });

  it('keeps what is moved in sight', async () => {
    const bench = onBowl();
    const land = await bench.open('curve');
    bench.give({ a: Float64Array.of(40) });
    await settled(land);
    const [low, high] = land.range('s');
    expect(low < 40 && 40 < high).toBe(true);
    expect(land.grid!.s[0]).toBe(low);
  });
});

describe('heights and shapes', () => {
  const grid = (value: number[], same = value.map(() => 1)) => ({
    s: Float64Array.from(value.keys()),
    t: Float64Array.of(0),
    value: Float64Array.from(value),
    same: Uint8Array.from(same),
  });

  it('looks past what is no number, what is beyond, and what is not traced', () => {
    expect(heightsOf(grid([NaN, Infinity, 1, 3]))).toEqual({ low: 1, high: 3 });
    expect(heightsOf(grid([1, 3, 900], [1, 1, 0]))).toEqual({ low: 1, high: 3 });
    expect(heightsOf(grid([NaN]))).toBeNull();
    const { low, high } = heightsOf(grid([2, 2, 2]))!;
    expect(low < 2 && high > 2).toBe(true);
    expect(heightsOf(grid([...Array(99).keys(), 1e12]))!.high).toBeLessThan(1000);
  });

  it('draws lines evenly, and where nearly all is low, closer towards the ground', () => {
    const plane = (height: (s: number, t: number) => number) => {
      const side = Float64Array.from({ length: 21 }, (_, i) => i / 10 - 1);
      const value = Float64Array.from({ length: 441 }, (_, i) =>
        height(side[i % 21]!, side[Math.floor(i / 21)]!),
      );
      return { s: side, t: side, value, same: new Uint8Array(441).fill(1) };
    };
    const even = plane((s, t) => s + t);
    const { levels, times, shapes } = bandsOf(even, heightsOf(even)!);
    expect(times).toBe(0);
    expect(shapes).toHaveLength(levels.length + 1);
    const gaps = levels.slice(1).map((level, i) => level - levels[i]!);
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0]!, 9);
    const steep = plane((s, t) => Math.abs(s * t) ** 9);
    const found = bandsOf(steep, { low: 0, high: 1 });
    expect(found.times).toBe(3);
    expect(found.levels.at(-1)).toBeCloseTo(1 / 3, 12);
    expect(found.levels[1]! / found.levels[0]!).toBeCloseTo(3, 9);
  });

  it('spaces the lines that cross one step of the grid', () => {
    const cliff = { ...grid([0, 1]), t: Float64Array.of(0, 1), value: Float64Array.of(0, 1, 0, 1) };
    cliff.same = new Uint8Array(4).fill(1);
    const { shapes, levels } = bandsOf({ ...cliff, value: Float64Array.of(0, 1, 0, 0) }, { low: 0, high: 1 });
    expect(shapes).toHaveLength(levels.length + 1);
    const found = bandsOf(cliff, { low: 0, high: 1 }).shapes.slice(1);
    const lefts = found.map(({ coordinates }) => Math.min(...coordinates.flat(2).map(([x]) => x!)));
    const gaps = lefts.slice(1).map((left, i) => left - lefts[i]!);
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0]!, 9);
  });

  it('takes what rounding leaves for no bend', () => {
    expect(shapeOf({ steep: 2e-17, gentle: -1e-18, slope_s: 0.5 })).toBe('a plane');
    expect(shapeOf({ steep: 2e-17, gentle: 1e-17, slope_s: 1e-17 })).toBe('a bowl');
  });

  it.each([
    [2, 1, 'a bowl'],
    [-1, -2, 'a dome'],
    [1, -1, 'a saddle'],
    [1, 1e-17, 'a valley with a level floor'],
    [0, -1, 'a ridge with a level top'],
    [0, 0, 'a plane'],
    [NaN, 1, 'unknown'],
  ])('%f and %f are %s', (steep, gentle, name) => expect(shapeOf({ steep, gentle })).toBe(name));
});

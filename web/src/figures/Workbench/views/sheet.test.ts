import { describe, expect, it } from 'vitest';
import type { RunningKernel } from '../../../engine/python/kernel.ts';
import type { SheetValue } from '../../../engine/python/protocol.ts';
import { cellName, columnName, rangesOf, SheetView, type Bench, type Cells } from './sheet.svelte.ts';

/** y = x[0] + x[1], as emit/sheet.py lays it out. */
const SHEET: Cells = {
  name: 'f',
  rows: 8,
  columns: 5,
  blocks: [
    { name: 'x', label: 'x', part: 'input', shape: [2], origin: null },
    { name: 'y', label: 'y', part: 'forward', shape: [], origin: null },
    { name: 'rate', label: 'rate', part: 'update', shape: [], origin: null },
  ],
  cells: [
    { row: 1, column: 0, kind: 'title', part: 'input', text: 'inputs' },
    { row: 2, column: 0, kind: 'name', part: 'input', text: 'x', block: 0 },
    { row: 2, column: 3, kind: 'number', part: 'input', value: 1, block: 0, index: 0 },
    { row: 2, column: 4, kind: 'number', part: 'input', value: 2, block: 0, index: 1 },
    { row: 5, column: 0, kind: 'name', part: 'forward', text: 'y', block: 1 },
    {
      row: 5,
      column: 3,
      kind: 'formula',
      part: 'forward',
      text: '=SUM(D3:E3)',
      value: 3,
      block: 1,
      index: 0,
    },
    { row: 7, column: 3, kind: 'number', part: 'update', value: 0.1, block: 2, index: 0 },
  ],
  module: 'export const sheet = …',
  inputs: [
    { name: 'x', shape: [2], data: [1, 2] },
    { name: 'rate', shape: [], data: [0.1] },
  ],
};

class FakeBench implements Bench {
  answer = {};
  given: Record<string, Float64Array> = { x: Float64Array.of(1, 2) };
  selection: { name: string; index: number | null } | null = null;
  seen: Record<string, Float64Array>[] = [];
  closed = 0;
  constructor(private readonly sheet: SheetValue) {}

  isLit(name: string): boolean {
    return this.selection?.name === name;
  }
  point(name: string, index: number | null = null): void {
    this.selection = { name, index };
  }
  unpoint(): void {
    this.selection = null;
  }
  move(name: string, index: number, number: number): void {
    this.given = { ...this.given, [name]: this.given[name]!.with(index, number) };
  }
  ask(): Promise<SheetValue> {
    return Promise.resolve(this.sheet);
  }
  kernels(): Promise<RunningKernel> {
    const run = (inputs: Record<string, Float64Array>) => {
      this.seen.push(inputs);
      return Promise.resolve({ ...inputs, y: Float64Array.of(40 + this.seen.length) });
    };
    return Promise.resolve({ run, close: () => (this.closed += 1) } as unknown as RunningKernel);
  }
}

async function opened(): Promise<{ bench: FakeBench; view: SheetView }> {
  const bench = new FakeBench(SHEET);
  const view = new SheetView(bench);
  await view.load();
  return { bench, view };
}

describe('a sheet', () => {
  it('shows what the kernel says, not what the answer kept', async () => {
    const { view } = await opened();
    expect(view.shown(view.at({ row: 5, column: 3 })!)).toBe('41.00');
    await view.refresh();
    expect(view.shown(view.at({ row: 5, column: 3 })!)).toBe('42.00');
  });

  it('begins at the first input and moves as spreadsheets do', async () => {
    const { view, bench } = await opened();
    expect(view.cursor).toEqual({ row: 2, column: 3 });
    expect(view.key('ArrowRight')).toBe(true);
    expect(view.cursor).toEqual({ row: 2, column: 4 });
    expect(bench.selection).toEqual({ name: 'x', index: 1 });
    view.key('ArrowRight');
    expect(view.cursor.column).toBe(4);
    view.key('ArrowLeft');
    view.key('ArrowDown', true);
    expect(view.cursor).toEqual({ row: 5, column: 3 });
    view.key('Home');
    expect(view.cursor.column).toBe(0);
    view.key('End', true);
    expect(view.cursor).toEqual({ row: 7, column: 4 });
    expect(view.key('a')).toBe(false);
  });

  it('outlines what a formula reads and lights all cells of a value', async () => {
    const { view } = await opened();
    view.go(5, 3);
    expect(view.isRead({ row: 2, column: 3 })).toBe(true);
    expect(view.isRead({ row: 2, column: 4 })).toBe(true);
    expect(view.isRead({ row: 5, column: 3 })).toBe(false);
    expect(view.isLit(view.at({ row: 5, column: 0 })!)).toBe(true);
    expect(view.title(view.active)).toBe('y');
    view.go(2, 4);
    expect(view.title(view.active)).toBe('x[1]');
    view.point({ row: 5, column: 3 });
    expect(view.isLit(view.at({ row: 5, column: 0 })!)).toBe(true);
    expect(view.cursor).toEqual({ row: 2, column: 4 });
    view.point(null);
    expect(view.session.selection).toBeNull();
  });

  it('changes an input of the function, or the learning rate, and nothing else', async () => {
    const { view, bench } = await opened();
    expect(view.change(view.at({ row: 2, column: 4 })!, 7)).toBe(true);
    expect([...bench.given.x!]).toEqual([1, 7]);
    expect(view.change(view.at({ row: 7, column: 3 })!, 0.5)).toBe(true);
    await Promise.resolve();
    expect(bench.seen.at(-1)!.rate![0]).toBe(0.5);
    expect(view.change(view.at({ row: 5, column: 3 })!, 0)).toBe(false);
  });

  it('does not ask its kernel about other code', async () => {
    const { view, bench } = await opened();
    const before = bench.seen.length;
    bench.given = { w: Float64Array.of(1, 2) };
    await view.refresh();
    bench.given = { x: Float64Array.of(1, 2, 3) };
    await view.refresh();
    expect(bench.seen.length).toBe(before);
  });

  it('says what cannot be a sheet, and where', async () => {
    const view = new SheetView(new FakeBench({ refused: 'no solve', remedy: 'take Python', line: 3 }));
    await view.load();
    expect(view.problem).toEqual({ message: 'Line 3: no solve.', remedy: 'take Python' });
    expect(view.cells).toBeNull();
  });

  it('closes its kernel, also one that comes too late', async () => {
    const { view, bench } = await opened();
    const late = view.load();
    view.close();
    await late;
    expect(bench.closed).toBe(1);
  });
});

it('names cells and reads them', () => {
  expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  expect(cellName({ row: 2, column: 3 })).toBe('D3');
  expect(rangesOf('=LOG10(D4)+ATAN2(A1,AB12)*1E+307')).toEqual(
    ['D4', 'A1', 'AB12'].map((text) => rangesOf(`=${text}`)[0]),
  );
  expect(rangesOf('=NORM.S.DIST(D4:E5,TRUE)')).toEqual([
    { from: { row: 3, column: 3 }, to: { row: 4, column: 4 } },
  ]);
  expect(rangesOf('D4')).toEqual([]);
});

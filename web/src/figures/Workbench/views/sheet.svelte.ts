/**
 * The function as a spreadsheet: its cells, what stands in them now, where the cursor is and what is lit. No view, and
 * no mathematics: the formulas are for reading and for taking along, the numbers come from a kernel.
 */

import type { RunningKernel } from '../../../engine/python/kernel.ts';
import type { Mishap, SheetBlock, SheetCell, SheetValue } from '../../../engine/python/protocol.ts';
import { toNumber } from '../../../engine/python/sent.ts';
import { formatNumber } from '../../../parts/format.ts';
import { Latest } from '../latest.ts';
import { placeOf } from '../numbers.ts';

type Numbers = Readonly<Record<string, Float64Array>>;
export type Cells = Extract<SheetValue, { cells: SheetCell[] }>;

/** What a sheet needs of a session. */
export interface Bench {
  readonly answer: object | null;
  /** All that a kernel of the function takes, as it is now. */
  readonly given: Numbers;
  readonly selection: { name: string; index: number | null } | null;
  isLit(name: string): boolean;
  point(name: string, index?: number | null): void;
  unpoint(): void;
  move(name: string, index: number, number: number): void;
  ask(kind: 'sheet', extra?: Record<string, unknown>): Promise<SheetValue>;
  kernels(module: string, name: string): Promise<RunningKernel>;
}

export interface Place {
  row: number;
  column: number;
}

/** From one corner to the other, both included. */
export interface Range {
  from: Place;
  to: Place;
}

/** A cell or a range within a formula; a word before a parenthesis is a function. */
const REFERENCE = /\b([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?(?![\d(])/g;
/** The learning rate, an input that the function does not have. */
const RATE = 'rate';
/** Rows that a page key goes. */
const PAGE = 10;

export class SheetView {
  cells = $state.raw<Cells | null>(null);
  problem = $state.raw<{ message: string; remedy: string } | null>(null);
  /** By name of a block: what its cells hold now. */
  values = $state.raw<Numbers>({});
  cursor = $state.raw<Place>({ row: 0, column: 0 });
  readonly active = $derived.by(() => this.at(this.cursor));
  readonly precedents = $derived.by(() => rangesOf(this.active?.text ?? ''));
  private readonly grid = $derived.by(() => gridOf(this.cells));
  private rate = $state.raw<Numbers>({});
  private kernel: RunningKernel | null = null;
  private asked = 0;
  private readonly latest = new Latest();

  constructor(readonly session: Bench) {}

  /** Fetches the cells of the function; those that come too late are dropped. */
  async load(): Promise<void> {
    const turn = (this.asked += 1);
    try {
      const sheet = await this.session.ask('sheet');
      if (turn !== this.asked) return;
      if ('refused' in sheet) {
        const where = sheet.line === null ? '' : `Line ${sheet.line}: `;
        this.refuse({ message: `${where}${sheet.refused}.`, remedy: sheet.remedy });
        return;
      }
      const kernel = await this.session.kernels(sheet.module, 'sheet');
      if (turn !== this.asked) {
        kernel.close();
        return;
      }
      this.take(sheet, kernel);
      await this.refresh();
    } catch (thrown) {
      if (turn === this.asked) this.refuse(thrown as Mishap);
    }
  }

  close(): void {
    this.asked += 1;
    this.kernel?.close();
    this.kernel = null;
  }

  /** Works the numbers out anew. */
  refresh(): Promise<void> {
    return this.latest.run(async () => {
      const { kernel, given } = this;
      if (!kernel || !given) return;
      const found = await kernel.run(given, null);
      if (kernel === this.kernel) this.values = found;
    });
  }

  // Cells ----------------------------------------------------------------------------------------------------

  at({ row, column }: Place): SheetCell | null {
    return this.grid.get(row)?.get(column) ?? null;
  }

  /** The cells of a row, from the left. */
  row(row: number): Iterable<SheetCell> {
    return this.grid.get(row)?.values() ?? [];
  }

  blockOf(cell: SheetCell | null): SheetBlock | null {
    return (cell?.block !== undefined && this.cells?.blocks[cell.block]) || null;
  }

  /** The number in a cell; null where there are words. */
  number(cell: SheetCell): number | null {
    const block = this.blockOf(cell);
    return block && cell.index !== undefined ? (this.values[block.name]?.[cell.index] ?? null) : null;
  }

  /** What a cell shows. */
  shown(cell: SheetCell): string {
    if (cell.index === undefined) return cell.text ?? '';
    const number = this.number(cell);
    return number === null ? '' : Number.isNaN(number) ? '#NUM!' : formatNumber(number, 4);
  }

  /** What a cell is, in words: "z1[0, 2]". */
  title(cell: SheetCell | null): string {
    const block = this.blockOf(cell);
    if (!block) return '';
    const place = cell?.index !== undefined && block.shape.length ? placeOf(cell.index, block.shape) : '';
    return `${block.label}${place}`;
  }

  /** Whether its value is pointed at, here or in another view. */
  isLit(cell: SheetCell): boolean {
    const block = this.blockOf(cell);
    return block !== null && this.session.isLit(block.name);
  }

  /** Whether the cell at the cursor reads it. */
  isRead({ row, column }: Place): boolean {
    return this.precedents.some(
      ({ from, to }) => from.row <= row && row <= to.row && from.column <= column && column <= to.column,
    );
  }

  // What a person does ---------------------------------------------------------------------------------------

  go(row: number, column: number): void {
    const { rows, columns } = this.cells ?? { rows: 1, columns: 1 };
    this.cursor = { row: clamp(row, rows), column: clamp(column, columns) };
    const block = this.blockOf(this.active);
    if (block) this.session.point(block.name, this.active?.index ?? null);
  }

  /** Points at the value of a cell, in every view. */
  point(place: Place | null): void {
    const cell = place && this.at(place);
    const block = this.blockOf(cell);
    if (block) this.session.point(block.name, cell?.index ?? null);
    else this.session.unpoint();
  }

  /** Moves the cursor as the keys of a spreadsheet do; false for a key that has no meaning. */
  key(key: string, far = false): boolean {
    const { row, column } = this.cursor;
    const { rows, columns } = this.cells ?? { rows: 1, columns: 1 };
    const steps: Record<string, [number, number]> = {
      ArrowUp: far ? [this.edge(-1), column] : [row - 1, column],
      ArrowDown: far ? [this.edge(1), column] : [row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1],
      ArrowRight: [row, far ? columns - 1 : column + 1],
      Home: [far ? 0 : row, 0],
      End: [far ? rows - 1 : row, columns - 1],
      PageUp: [row - PAGE, column],
      PageDown: [row + PAGE, column],
    };
    const step = steps[key];
    if (!step) return false;
    this.go(...step);
    return true;
  }

  /** Changes an input; whether the cell is one. */
  change(cell: SheetCell, number: number): boolean {
    const block = this.blockOf(cell);
    if (!block || cell.kind !== 'number' || cell.index === undefined) return false;
    if (block.name in this.rate) {
      this.rate = { [block.name]: Float64Array.of(number) };
      void this.refresh();
    } else this.session.move(block.name, cell.index, number);
    return true;
  }

  /** What the kernel takes; null where the session has gone on to other code, whose cells are still to come. */
  private get given(): Numbers | null {
    const all: Numbers = { ...this.session.given, ...this.rate };
    const found: Record<string, Float64Array> = {};
    for (const { name, data } of this.cells?.inputs ?? []) {
      const numbers = all[name];
      if (numbers?.length !== data.length) return null;
      found[name] = numbers;
    }
    return found;
  }

  /** The next cell up or down that has something in it where this column has a gap. */
  private edge(direction: number): number {
    const { row, column } = this.cursor;
    const last = (this.cells?.rows ?? 1) - 1;
    let next = row + direction;
    while (next > 0 && next < last && !this.at({ row: next, column })) next += direction;
    return next;
  }

  private take(cells: Cells, kernel: RunningKernel): void {
    this.kernel?.close();
    this.kernel = kernel;
    this.cells = cells;
    this.problem = null;
    this.values = Object.fromEntries(
      cells.inputs.map(({ name, data }) => [name, Float64Array.from(data, toNumber)]),
    );
    const known = this.session.given;
    const rate = cells.inputs.at(-1);
    this.rate =
      rate && rate.name.startsWith(RATE) && !(rate.name in known)
        ? { [rate.name]: this.values[rate.name]! }
        : {};
    const first = cells.cells.find(({ kind }) => kind === 'number') ?? { row: 0, column: 0 };
    this.cursor = { row: first.row, column: first.column };
  }

  private refuse({ message, remedy }: { message: string; remedy: string }): void {
    this.problem = { message, remedy };
    this.cells = null;
    this.kernel?.close();
    this.kernel = null;
  }
}

function gridOf(cells: Cells | null): Map<number, Map<number, SheetCell>> {
  const grid = new Map<number, Map<number, SheetCell>>();
  for (const cell of cells?.cells ?? []) {
    let row = grid.get(cell.row);
    if (!row) grid.set(cell.row, (row = new Map()));
    row.set(cell.column, cell);
  }
  return grid;
}

function clamp(place: number, size: number): number {
  return Math.max(0, Math.min(place, size - 1));
}

/** 0 is A, 26 is AA. */
export function columnName(column: number): string {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

export function cellName({ row, column }: Place): string {
  return `${columnName(column)}${row + 1}`;
}

function columnOf(letters: string): number {
  return [...letters].reduce((total, letter) => total * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The cells and ranges that a formula reads. */
export function rangesOf(formula: string): Range[] {
  if (!formula.startsWith('=')) return [];
  return [...formula.matchAll(REFERENCE)].map(([, left, top, right, bottom]) => {
    const from = { row: Number(top) - 1, column: columnOf(left!) };
    return { from, to: right ? { row: Number(bottom) - 1, column: columnOf(right) } : from };
  });
}

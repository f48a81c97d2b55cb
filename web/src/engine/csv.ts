/** Reads a person's file: two numeric columns and a label. Never throws; a fault names line, reason and remedy. */

import { LIMITS } from './settings.ts';

export interface CsvTable {
  x1: number[];
  x2: number[];
  /** Index into `classes`. */
  label: number[];
  classes: string[];
  features: [string, string];
}

export interface CsvFault {
  /** Counted from 1; null where it is about the whole file. */
  line: number | null;
  reason: string;
  remedy: string;
}

export type CsvResult = { ok: true; table: CsvTable } | { ok: false; fault: CsvFault };

interface Row {
  line: number;
  cells: string[];
}

type Delimiter = ',' | ';' | '\t';

class Refusal extends Error {
  constructor(readonly fault: CsvFault) {
    super(fault.reason);
  }
}

function refuse(line: number | null, reason: string, remedy: string): never {
  throw new Refusal({ line, reason, remedy });
}

const MOST_BYTES = 5_000_000;
const LARGEST = 1e100;
const LABEL_NAMES = /^(label|class|target|species|kind|type|group|category|y)$/i;

export function readCsv(bytes: ArrayBuffer): CsvResult {
  try {
    return { ok: true, table: readText(decode(bytes)) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, fault: thrown.fault };
    const reason = 'The file could not be understood.';
    return {
      ok: false,
      fault: { line: null, reason, remedy: 'Save it as CSV with three columns: two numbers, a label.' },
    };
  }
}

/** The fault as one sentence. */
export function faultText(fault: CsvFault): string {
  return fault.line === null ? fault.reason : `Line ${fault.line}: ${fault.reason}`;
}

function decode(bytes: ArrayBuffer): string {
  if (bytes.byteLength === 0)
    refuse(null, 'The file is empty.', 'Choose a file with two numbers and a label per line.');
  if (bytes.byteLength > MOST_BYTES) {
    refuse(null, 'The file is larger than 5 MB.', `Keep at most ${LIMITS.rows} rows of three columns.`);
  }
  const start = new Uint8Array(bytes.slice(0, 2));
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Older spreadsheets write Western European letters as single bytes.
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  if (text.includes('\0')) {
    refuse(null, 'This is not a text file.', 'In the spreadsheet, choose “save as” and CSV.');
  }
  return text;
}

function readText(text: string): CsvTable {
  const delimiter = findDelimiter(text);
  const rows = dropEmptyColumn(records(text, delimiter));
  if (rows.length === 0) refuse(null, 'The file has no rows.', 'Give two numbers and a label per line.');
  for (const row of rows) checkWidth(row);
  const numeric = (cell: string) => number(cell, delimiter) !== null;
  const body = rows.length > 1 ? rows.slice(1) : rows;
  const shares = [0, 1, 2].map((c) => body.filter((row) => numeric(row.cells[c]!)).length / body.length);
  const labelColumn = findLabelColumn(shares, rows[0]!.cells);
  const [first, second] = [0, 1, 2].filter((c) => c !== labelColumn) as [number, number];
  const head = rows[0]!.cells;
  const hasHeader = rows.length > 1 && !numeric(head[first]!) && !numeric(head[second]!);
  const data = hasHeader ? rows.slice(1) : rows;
  if (data.length > LIMITS.rows) {
    const row = data[LIMITS.rows]!;
    refuse(row.line, `there are more than ${LIMITS.rows} rows.`, `Keep ${LIMITS.rows} rows at most.`);
  }
  const x1 = data.map((row) => cellNumber(row, first, delimiter));
  const x2 = data.map((row) => cellNumber(row, second, delimiter));
  const names = data.map((row) => cellLabel(row, labelColumn));
  const classes = findClasses(data, names);
  const features: [string, string] = hasHeader
    ? [head[first]!.trim() || 'x₁', head[second]!.trim() || 'x₂']
    : ['x₁', 'x₂'];
  return { x1, x2, label: names.map((name) => classes.indexOf(name)), classes, features };
}

// ── records ───────────────────────────────────────────────────────────────────────────────────────────────

/** The delimiter that gives the first rows the same number of columns, at least three. */
function findDelimiter(text: string): Delimiter {
  const candidates: Delimiter[] = ['\t', ';', ','];
  const sample = text.slice(0, 20000);
  const counts = candidates.map((delimiter) => {
    const widths = [...scan(sample, delimiter, false)].slice(0, 20).map((row) => row.cells.length);
    const same = widths.every((width) => width === widths[0]);
    return (widths[0] ?? 0) >= 3 ? (same ? 100 : 0) + Math.min(widths[0]!, 50) : 0;
  });
  const best = Math.max(...counts);
  return best === 0 ? ',' : candidates[counts.indexOf(best)]!;
}

function records(text: string, delimiter: Delimiter): Row[] {
  return [...scan(text, delimiter, true)];
}

/** Rows that hold anything. Quotes may enclose delimiters, line ends and doubled quotes. */
function* scan(text: string, delimiter: Delimiter, strict: boolean): Generator<Row> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const row: Row = { line, cells: [] };
    for (;;) {
      const cell = readCell(text, at, delimiter, line, strict);
      row.cells.push(cell.text);
      line += cell.lines;
      at = cell.end;
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    if (row.cells.some((cell) => cell.trim() !== '')) yield row;
  }
}

function readCell(text: string, start: number, delimiter: Delimiter, line: number, strict: boolean) {
  const ends = (c: string | undefined) => c === undefined || c === delimiter || c === '\n' || c === '\r';
  let at = start;
  while (text[at] === ' ') at++;
  if (text[at] !== '"') {
    while (!ends(text[at])) at++;
    return { text: text.slice(start, at), end: at, lines: 0 };
  }
  let inside = '';
  let lines = 0;
  for (at++; ; at++) {
    const c = text[at];
    if (c === undefined) {
      if (strict)
        refuse(line, 'a quotation mark is opened here and never closed.', 'Close it, or remove it.');
      return { text: inside, end: at, lines };
    }
    if (c === '"' && text[at + 1] === '"') at++;
    else if (c === '"') break;
    if (c === '\n' || (c === '\r' && text[at + 1] !== '\n')) lines++;
    inside += c;
  }
  at++;
  while (text[at] === ' ') at++;
  if (!ends(text[at])) {
    if (strict) {
      refuse(
        line + lines,
        'there is text after a closing quotation mark.',
        'Put the whole cell in quotes; write "" for a quote.',
      );
    }
    while (!ends(text[at])) at++;
  }
  return { text: inside, end: at, lines };
}

/** Some programs end every line with a delimiter. */
function dropEmptyColumn(rows: Row[]): Row[] {
  const extra = rows.every((row) => row.cells.length === 4 && row.cells[3]!.trim() === '');
  return extra ? rows.map((row) => ({ ...row, cells: row.cells.slice(0, 3) })) : rows;
}

function checkWidth(row: Row): void {
  const count = row.cells.length;
  if (count === 3) return;
  const columns = count === 1 ? '1 column' : `${count} columns`;
  const remedy =
    count < 3
      ? 'Give two numbers and a label per line, separated by commas, semicolons or tabs.'
      : 'Keep three columns: two numbers and a label. Numbers with decimal commas need semicolons between columns.';
  refuse(row.line, `there ${count === 1 ? 'is' : 'are'} ${columns}, but three are needed.`, remedy);
}

// ── cells ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The column with the fewest numbers; where all are numbers, the one a header calls a label, or the last. */
function findLabelColumn(shares: number[], head: string[]): number {
  const least = Math.min(...shares);
  const candidates = [0, 1, 2].filter((c) => shares[c] === least);
  const named = candidates.find((c) => LABEL_NAMES.test(head[c]!.trim()));
  return named ?? candidates[candidates.length - 1]!;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function number(cell: string, delimiter: Delimiter): number | null {
  let text = cell.trim().replace(/^\u2212/, '-');
  if (delimiter !== ',' && !text.includes('.')) text = text.replace(',', '.');
  return NUMBER.test(text) ? Number(text) : null;
}

function cellNumber(row: Row, column: number, delimiter: Delimiter): number {
  const cell = row.cells[column]!;
  const value = number(cell, delimiter);
  const where = `column ${column + 1}`;
  if (cell.trim() === '')
    refuse(row.line, `${where} is empty, but a number is needed.`, 'Fill it in, or remove the line.');
  if (value === null) {
    refuse(
      row.line,
      `“${shorten(cell)}” in ${where} is not a number.`,
      'Write numbers as 1.5 or 2e-3; only one column may hold words.',
    );
  }
  if (Math.abs(value) > LARGEST) {
    refuse(row.line, `“${shorten(cell)}” in ${where} is too large to draw.`, 'Use smaller units.');
  }
  return value;
}

function cellLabel(row: Row, column: number): string {
  const label = row.cells[column]!.trim();
  if (label === '')
    refuse(
      row.line,
      `column ${column + 1} is empty, but a label is needed.`,
      'Fill it in, or remove the line.',
    );
  return label;
}

function findClasses(data: Row[], names: string[]): string[] {
  const classes = [...new Set(names)];
  if (classes.length > LIMITS.classes) {
    const late = names.indexOf(classes[LIMITS.classes]!);
    refuse(
      data[late]!.line,
      `“${shorten(names[late]!)}” is the ${LIMITS.classes + 1}th kind of label; there may be 2 to ${LIMITS.classes}.`,
      'Merge kinds, or check that the label is a column of words or whole numbers.',
    );
  }
  if (classes.length < 2) {
    refuse(
      null,
      `All rows have the label “${shorten(classes[0] ?? '')}”.`,
      'Give rows of at least two kinds, so that there is something to tell apart.',
    );
  }
  const numbers = classes.every((name) => NUMBER.test(name));
  return classes.sort((a, b) => (numbers ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}

function shorten(text: string): string {
  const tidy = text.trim().replace(/\s+/g, ' ');
  return tidy.length > 24 ? `${tidy.slice(0, 23)}…` : tidy;
}

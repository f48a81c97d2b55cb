/** A person's file of plain numbers, in rows. Never throws; what is wrong is said with its line. */

export type ReadNumbers = { ok: true; numbers: Float64Array } | { ok: false; says: string };

const MOST_BYTES = 5_000_000;
const WORDS: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity, infinity: Infinity };

/** As many numbers as asked for; a first row of words is taken for headings. */
export function readNumbers(bytes: ArrayBuffer, count: number): ReadNumbers {
  if (bytes.byteLength > MOST_BYTES) return { ok: false, says: 'it is larger than 5 MB.' };
  const rows = new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\r|\n/)
    .map((text, index) => ({ line: index + 1, cells: cellsOf(text) }))
    .filter(({ cells }) => cells.length > 0);
  if (rows[0]?.cells.every((cell) => numberOf(cell) === null)) rows.shift();
  const found: number[] = [];
  for (const { line, cells } of rows) {
    for (const cell of cells) {
      const number = numberOf(cell);
      if (number === null)
        return { ok: false, says: `line ${line}: “${cell.slice(0, 20)}” is not a number.` };
      found.push(number);
    }
  }
  if (found.length !== count) {
    return { ok: false, says: `it has ${found.length} numbers, and ${count} are needed.` };
  }
  return { ok: true, numbers: Float64Array.from(found) };
}

function cellsOf(text: string): string[] {
  const separator = text.includes(';') ? ';' : /[,\t]/.test(text) ? /[,\t]/ : /\s+/;
  return text.trim() === ''
    ? []
    : text
        .trim()
        .split(separator)
        .map((cell) => cell.trim().replace(/^"|"$/g, ''));
}

function numberOf(cell: string): number | null {
  const word = WORDS[cell.toLowerCase()];
  if (word !== undefined) return word;
  // A decimal comma can only be one where something else parts the cells.
  const plain = cell.replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

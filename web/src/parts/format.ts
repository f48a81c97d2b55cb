/** Numbers as people read them: three significant digits, a true minus sign, a width that does not change. */

const MINUS = '−';
const FIGURE_SPACE = '\u2007';

/** A number with `digits` significant digits, at most `digits` + 1 decimals: −0.0213, 1.20, 317, 4.2e+6. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  return trueMinus(plain(value, digits));
}

function plain(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size === 0) return (0).toFixed(digits - 1);
  if (size >= 10 ** (digits + 2) || size < 10 ** -(digits + 1)) return value.toExponential(digits - 1);
  const before = Math.floor(Math.log10(Number(size.toPrecision(digits)))) + 1;
  return value.toFixed(Math.min(digits + 1, Math.max(0, digits - before)));
}

/** A number with fixed decimals: for columns and labels that change while someone watches. */
export function formatFixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const text = value.toFixed(decimals);
  return trueMinus(Number(text) === 0 ? text.replace('-', '') : text);
}

/** The same with its sign always written: for changes. */
export function formatSigned(value: number, digits = 3): string {
  const text = formatNumber(value, digits);
  return value > 0 ? `+${text}` : text;
}

/** Pads with spaces as wide as digits, before the number. */
export const padNumber = (text: string, length: number): string => text.padStart(length, FIGURE_SPACE);

/** Whole numbers with thin spaces between thousands: 12 345. */
export const formatCount = (value: number): string =>
  trueMinus(Math.round(value).toString()).replace(/\B(?=(\d{3})+$)/g, '\u202f');

export const formatPercent = (fraction: number): string => `${(fraction * 100).toFixed(0)}%`;

/** What someone typed, or null: accepts a true minus sign, a decimal comma and spaces. */
export function parseNumber(text: string): number | null {
  const cleaned = text.replace(/[−–]/g, '-').replace(/\s/g, '').replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cleaned)) return null;
  const value = Number(cleaned);
  return Number.isFinite(value) ? value : null;
}

/** Words of an error as a sentence. */
export const asSentence = (words: string): string =>
  words && `${words[0]!.toUpperCase()}${words.slice(1)}`.replace(/[.?!]?$/, (end) => end || '.');

const trueMinus = (text: string): string => text.replaceAll('-', MINUS);

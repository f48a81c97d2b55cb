/** Between numbers of the data and pixels of the plot. */
import type { Domain } from '../../engine/types.ts';

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const toX = (x1: number, domain: Domain, frame: Frame): number =>
  frame.left + ((x1 - domain.x1[0]) / (domain.x1[1] - domain.x1[0])) * frame.width;

export const toY = (x2: number, domain: Domain, frame: Frame): number =>
  frame.top + frame.height - ((x2 - domain.x2[0]) / (domain.x2[1] - domain.x2[0])) * frame.height;

export const fromX = (x: number, domain: Domain, frame: Frame): number =>
  domain.x1[0] + ((x - frame.left) / frame.width) * (domain.x1[1] - domain.x1[0]);

export const fromY = (y: number, domain: Domain, frame: Frame): number =>
  domain.x2[0] + ((frame.top + frame.height - y) / frame.height) * (domain.x2[1] - domain.x2[0]);

/** Round numbers within a range: about `count` of them, 1, 2 or 5 times a power of ten apart. */
export function ticks([low, high]: readonly [number, number], count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

const THOUSANDS = [
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** A tick's label: short. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3))
    return value.toExponential(0).replace('-', '−').replace('+', '');
  for (const [unit, letter] of THOUSANDS) {
    if (size >= unit) return `${Number((value / unit).toPrecision(3))}${letter}`.replace('-', '−');
  }
  return String(value).replace('-', '−');
}

/** What drawing an exercise needs whatever its kind: chance, coefficients, and which mistakes can be told apart. */

import type { Random } from '../engine/random.ts';
import type { Numbers, Structure } from './bank.ts';
import type { Place } from './exercise.ts';

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

export function shuffle<T>(random: Random, from: readonly T[]): T[] {
  const all = [...from];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

const between = (random: Random, [low, high]: [number, number]): number => low + random.below(high - low + 1);

export function coefficients(random: Random, structure: Structure): Numbers {
  const entries = Object.entries(structure.ranges);
  return Object.fromEntries(entries.map(([name, ends]) => [name, between(random, ends)]));
}

/** TeX with the drawn numbers in place of the coefficients' names. */
export const withNumbers = (tex: string, numbers: Numbers): string =>
  tex
    .replace(/k_\{(\d+)\}/g, (_, index: string) => String(numbers[`k${index}`]))
    // Two numbers side by side would read as one.
    .replace(/(\d) \\, (?=\d)/g, '$1 \\cdot ');

/** A slope of ordinary size: neither lost beside what it is made of, nor too large to compare. */
export const isOrdinary = ({ truth, names }: Place): boolean =>
  Math.abs(truth) > 1e-3 && Math.abs(truth) < 1e5 && Object.values(names).every((v) => Math.abs(v) < 1e6);

/** Two decimals, or half a percent of a larger number. */
export const toleranceOf = (truth: number): number => {
  const wide = Math.abs(truth) * 0.005;
  return wide <= 0.01 ? 0.01 : Number(wide.toPrecision(1));
};

/** The mistakes whose values differ from the truth; of two that give the same, the first is kept. */
export function tellApart(structure: Structure, places: Place[], tolerance?: number): Record<string, string> {
  const kept: [string, string][] = [];
  const same = (a: (p: Place) => number, b: (p: Place) => number) =>
    places.every((p) =>
      tolerance === undefined ? isNear(a(p), b(p)) : Math.abs(a(p) - b(p)) <= 2 * tolerance,
    );
  for (const [name, mistake] of Object.entries(structure.wrong)) {
    const value = (p: Place) => p.wrong[name]!;
    if (!places.every((p) => Number.isFinite(value(p)))) continue;
    if (same(value, (p) => p.truth)) continue;
    if (kept.some(([other]) => same(value, (p) => p.wrong[other]!))) continue;
    kept.push([name, mistake]);
  }
  return Object.fromEntries(kept);
}

/** Equal as far as doubles and a few roundings allow. */
export const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-7 * Math.max(Math.abs(a), Math.abs(b)) + 1e-11;

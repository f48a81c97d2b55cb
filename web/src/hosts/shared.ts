/** The state that a figure and Python both hold, and the kernels that came with it. */

import { Library, textReader } from '../engine/load.ts';
import { layout } from '../engine/net.ts';

export interface Shared {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  /** Called when the other side has changed something. */
  on<T>(name: string, follow: (value: T) => void): void;
  stop(): void;
}

export type Files = Readonly<Record<string, string>>;
export type Nested = number | string | Nested[];
export type Weights = Record<string, Nested>;

export const libraryOf = (files: Files): Library => new Library('', textReader(files));

const flat = (nested: Nested): number[] => (Array.isArray(nested) ? nested.flatMap(flat) : [Number(nested)]);

/** Numbers that JSON lacks travel as words. */
export const sendable = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** Weights by name, as Python has them. */
export function weightsOf(widths: readonly number[], theta: Float64Array): Weights {
  return Object.fromEntries(
    layout(widths).map(({ variable, kind, shape, offset, size }) => {
      const numbers = [...theta.subarray(offset, offset + size)].map(sendable);
      if (kind === 'bias') return [variable, numbers];
      const columns = shape[1]!;
      const rows = Array.from({ length: shape[0]! }, (_, i) => numbers.slice(i * columns, (i + 1) * columns));
      return [variable, rows];
    }),
  );
}

/** The same in the order of the kernel's parameters; what is not named stays. */
export function thetaOf(widths: readonly number[], weights: Weights, before: Float64Array): Float64Array {
  const theta = before.slice();
  for (const { variable, offset, size } of layout(widths)) {
    const given = weights[variable];
    const numbers = given === undefined ? [] : flat(given);
    if (numbers.length === size) theta.set(numbers, offset);
  }
  return theta;
}

/** At most so often; the last call is never lost. */
export function sparing(milliseconds: number, act: () => void): () => void {
  let timer = 0;
  return () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      act();
    }, milliseconds);
  };
}

/** What an exercise is, whatever its kind; and the address that reproduces it. */

import type { Family, Numbers } from './bank.ts';

export const KINDS = ['formula', 'number'] as const;
export type Kind = (typeof KINDS)[number];

/** Where an exercise comes from: the same address, the same exercise. */
export interface Address {
  kind: Kind;
  family: Family;
  level: number;
  seed: number;
}

export interface Line {
  tex: string;
}

interface Base {
  address: Address;
  /** What is given, in mathematical type. */
  given: Line[];
  /** The question; $…$ is TeX. */
  ask: string;
}

/** What an answer is compared with, at one place. */
export interface Place {
  /** The numbers that names stand for. */
  names: Numbers;
  truth: number;
  /** What each mistake gives here. */
  wrong: Numbers;
  /** Values whose product the truth is, outermost first. */
  factors: number[];
}

export interface FormulaExercise extends Base {
  kind: 'formula';
  /** TeX of what is asked for. */
  wanted: string;
  names: string[];
  places: Place[];
  /** Set where the answer must be a product of the slopes. */
  form: 'product' | null;
  /** Mistakes by the name of their value. */
  mistakes: Record<string, string>;
  /** How a right answer may look, for those who ask to see it. */
  solution: string;
}

export interface NumberExercise extends Base {
  kind: 'number';
  wanted: string;
  place: Place;
  tolerance: number;
  mistakes: Record<string, string>;
  solution: string;
}

export type Exercise = FormulaExercise | NumberExercise;

/** An answer as it is kept and put into links. */
export type Answer = string;

export interface Verdict {
  right: boolean;
  /** The mistake it shows, by name, if one is recognised. */
  mistake?: string;
  /** What is said about it; $…$ is TeX. */
  says: string;
  /** True where the answer could not be read: then nothing was judged. */
  unread?: boolean;
}

export const addressText = ({ kind, family, level, seed }: Address): string =>
  `${kind}.${family}.${level}.${seed}`;

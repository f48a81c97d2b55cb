/** What an exercise is, whatever its kind; and the address that reproduces it. */

import type { Family, Numbers } from './bank.ts';

export const KINDS = ['formula', 'number', 'order', 'arrow', 'edges'] as const;
export type Kind = (typeof KINDS)[number];

/** The families that each kind is drawn from. */
export const OFFERED: Record<Kind, readonly Family[]> = {
  formula: ['chain', 'reuse'],
  number: ['chain', 'reuse', 'graph', 'relu', 'inverse'],
  order: ['graph'],
  arrow: ['graph'],
  edges: ['graph', 'relu'],
};

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

/** A graph as it is drawn: places 0 to 1, across and down. */
export interface Picture {
  nodes: { name: string; at: [number, number] }[];
  edges: [string, string][];
  /** What stands at nodes and edges, where anything does. */
  values?: Record<string, string>;
  slopes?: string[];
  /** The node that the question is about. */
  marked?: string;
}

interface Base {
  address: Address;
  /** What it was drawn from. */
  source: { structure: string; numbers: Numbers };
  /** What is given, in mathematical type. */
  given: Line[];
  picture?: Picture;
  /** The question; $…$ is TeX. */
  ask: string;
  /** A right answer: as it would be handed in, but for formulas and numbers TeX to read. */
  solution: string;
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
}

export interface NumberExercise extends Base {
  kind: 'number';
  wanted: string;
  place: Place;
  tolerance: number;
  mistakes: Record<string, string>;
  /** What a mistake is about, in TeX, by the name of its value. */
  which: Record<string, string>;
}

/** One line of a backward pass: what arrived at `to` goes on to `from`. */
export interface Step {
  from: string;
  to: string;
  tex: string;
  /** The same to be heard. */
  says: string;
  /** Steps that must come before: all that bring something to `to`. */
  needs: number[];
}

export interface OrderExercise extends Base {
  kind: 'order';
  steps: Step[];
  /** How they are laid out: places in `steps`. */
  shuffled: number[];
}

export interface EdgesExercise extends Base {
  kind: 'edges';
  picture: Picture;
  /** The node whose influence is asked for. */
  start: string;
  right: number[];
  /** Edges that begin where a nudge of the start arrives. */
  moving: number[];
  paths: string[][];
  /** Units that sleep here: nothing passes through them. */
  asleep: string[];
}

export interface ArrowExercise extends Base {
  kind: 'arrow';
  picture: Picture;
  /** Arrows that are right, as `from>to`. */
  right: string[];
  /** What every other arrow shows. */
  wrong: Record<string, { mistake: string; which?: string }>;
}

export type Exercise = FormulaExercise | NumberExercise | OrderExercise | EdgesExercise | ArrowExercise;

/**
 * An answer as it is kept and put into links: what was typed; places of steps, `3.0.1.2`; edges and arrows,
 * `w>p p>C`.
 */
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

export const arrowText = ([from, to]: readonly [string, string]): string => `${from}>${to}`;

/** Arrows in an answer; what is not one is left out. */
export function arrowsIn(answer: Answer): [string, string][] {
  const found = [...answer.matchAll(/([A-Za-z])>([A-Za-z])/g)];
  return found.map(([, from, to]) => [from!, to!]);
}

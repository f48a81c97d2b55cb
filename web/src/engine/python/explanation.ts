/** An explanation as `explain` sends it: src/backsight/explaining/explanation.py says what each part means. */

import type { Origin } from '../payload.ts';
import type { Nested, Sent } from './sent.ts';

/** A value as it is shown; `entries` of arrays up to 4 × 4 only. */
export interface Shown {
  text: string;
  shape: number[];
  entries: Nested | null;
  least: Sent | null;
  greatest: Sent | null;
  norm: Sent | null;
}

/** An expression as NumPy source and as TeX; `where` are lines `v = …` that stand before it. */
export interface Symbols {
  text: string;
  tex: string;
  where: string[];
}

/** A stop of the way forward: a value with a name. */
export interface Step {
  name: string;
  tex: string;
  kind: 'input' | 'captured' | 'step';
  words: string;
  symbols: Symbols;
  numbers: Symbols | null;
  value: Shown;
  /** Names of the stops it is computed from: the edges of the graph. */
  sources: string[];
  moves: boolean;
  depth: number;
  origin: Origin | null;
}

/** A value is moved by so much, forward and back; how far another moves, divided by that. */
export interface Nudge {
  size: number;
  ahead: Sent;
  behind: Sent;
}

/** An edge of the way back: the share that comes through one use. */
export interface Use {
  through: string;
  why: string[];
  kind: 'number' | 'entries' | 'elementwise' | 'factor' | '';
  slope: Symbols | null;
  slope_value: Shown | null;
  symbols: Symbols;
  numbers: string;
  share: Shown;
  multiplies: number;
  origin: Origin | null;
  /** Where the slope is one number: difference quotients of this step alone, nudges from large to small. */
  nudges: Nudge[];
}

/** A stop of the way back: the sum of its uses' shares; the output itself has none. */
export interface Adjoint {
  name: string;
  symbol: string;
  tex: string;
  words: string;
  uses: Use[];
  numbers: string;
  value: Shown;
  /** Of an input that is one number: the quotients of the whole function. */
  nudges: Nudge[];
}

export interface Paths {
  source: string;
  entry: number[] | null;
  count: number;
  listed: { stops: string[]; numbers: string; contribution: Sent }[];
  contributions: Sent;
  derivative: Sent;
}

export interface ExplainValue {
  schema: 'backsight/explanation/1';
  name: string;
  output: string;
  wrt: string[];
  value: Nested;
  gradient: Nested;
  gradients: Record<string, Shown>;
  forward: Step[];
  reverse: Adjoint[];
  paths: Paths[];
  counts: {
    reverse: number;
    forward: number;
    passes: number;
    by_paths: number | null;
    cheaper: 'reverse' | 'forward' | 'both';
    words: string;
  };
  decisions: { text: string; outcome: boolean; numbers: string; origin: Origin | null }[];
  listings: { file: string; first: number; lines: string[] }[];
  notes: string[];
  /** The whole explanation as an HTML file that needs no other, where it was asked for. */
  page?: string;
}

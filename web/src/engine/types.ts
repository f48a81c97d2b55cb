/** Shapes that the engine hands to figures. No behaviour. */

import type { Origin } from './payload.ts';

/** Something said to a person: what happened and what to do about it. */
export interface Message {
  kind: 'note' | 'fault';
  text: string;
  remedy: string;
}

/** An entry of a named array: `W1` at [0, 2]. */
export interface Entry {
  variable: string;
  index: readonly number[];
}

/** An entry and its number. */
export interface Valued extends Entry {
  number: number;
}

/** A place on the drawn net. Layer 0 are the inputs; an edge belongs to the layer it ends in. */
export type Place =
  | { kind: 'neuron'; layer: number; unit: number }
  | { kind: 'edge'; layer: number; from: number; to: number }
  | { kind: 'cost' };

export interface Point {
  x1: number;
  x2: number;
  /** Index into the class names. */
  label: number;
  /** Kept for testing: never trained on. */
  test: boolean;
  /** Where it comes from: the row of the generated set or of the file; -1 for a point a person added. */
  base: number;
  /** Was it moved or added by the person? */
  own: boolean;
}

/** The rectangle of the data plane that is drawn. */
export interface Domain {
  x1: readonly [number, number];
  x2: readonly [number, number];
}

/** The net's outputs over a grid: row 0 is the top (largest x2), column 0 the left. */
export interface Surface {
  size: number;
  classes: number;
  /** size × size × classes, row-major: output y_k at each cell's centre. */
  values: Float32Array;
  domain: Domain;
}

/** Sampled at a bounded number of epochs; all arrays have the same length. NaN where there is no test set. */
export interface History {
  epoch: readonly number[];
  trainCost: readonly number[];
  testCost: readonly number[];
  trainAccuracy: readonly number[];
  testAccuracy: readonly number[];
}

export type Status = 'running' | 'paused' | 'stuck' | 'overflow' | 'done';

/** A hidden unit whose local slope is exactly 0 on every training example. */
export interface DeadUnit {
  layer: number;
  unit: number;
  /** True only when nothing that feeds it can move: it is dead for good. */
  stays: boolean;
  /** "gradient exactly 0 now", and why it stays so or what could revive it. */
  words: string[];
}

/** What stopped training with Inf or NaN. */
export interface OverflowReport {
  epoch: number;
  step: number;
  /** The first variable, in the order of computation, that held Inf or NaN. */
  variable: string;
  /** The operation that made it, e.g. "exp". */
  op: string;
  found: 'infinity' | 'not a number';
  /** The line of source it came from. */
  origin: Origin | null;
  words: string[];
  /** The epoch that `rewind` goes back to. */
  rewindEpoch: number;
}

/** One start in a comparison: what it believes and what it gives up on. */
export interface StartReport {
  seed: number;
  epoch: number;
  cost: number;
  accuracy: number;
  gradientLength: number;
  surface: Surface;
  /** Cost of each training example by itself, by point index; NaN for test points. */
  exampleCosts: Float64Array;
  /** Point indices it gets wrong. */
  givenUp: number[];
}

/** What happened after a small push of all the weights. */
export interface PushReport {
  /** The largest change made to a weight. */
  size: number;
  epochs: number;
  costBefore: number;
  costAfter: number;
  accuracyAfter: number;
  escaped: boolean;
}

/** A plateaued start beside one that succeeded. */
export interface Comparison {
  /** False while other starts are still being tried. */
  finished: boolean;
  /** Seeds tried so far, in order. */
  tried: number[];
  stuck: StartReport;
  succeeded: StartReport | null;
  push: PushReport | null;
  verdict: 'proved' | 'evidence' | 'still slow';
  reasons: string[];
}

/** A factor of a derivation with its numbers and its place on the net. */
export interface ShownFactor {
  tex: string;
  equals: string;
  words: string;
  number: number;
  place: Place | null;
  value: Entry;
  origin: Origin | null;
  /** Set where the factor is a sum over the next layer: its terms, each a product of factors. */
  terms: { factors: ShownFactor[]; product: number }[] | null;
}

/** One full path from the parameter to the cost. */
export interface ShownPath {
  factors: ShownFactor[];
  product: number;
}

/** The chain rule of one parameter entry, replayed with numbers. */
export interface ShownDerivation {
  entry: Entry;
  tex: string;
  /** Cost end first. Numbers are of `example`. */
  factors: ShownFactor[];
  /** The product of the factors. */
  product: number;
  /** The products of all examples in the scope, added: the gradient, by the chain rule. */
  total: number;
  /** In the scope "batch": each example's contribution (point index), summing to the gradient. */
  contributions: { point: number; product: number }[];
  /** The gradient the kernel computed for the scope (the example, or the batch). */
  gradient: Valued;
  /** Do the replayed numbers agree with the kernel's to rounding? */
  agrees: boolean;
  pathCount: number;
  /** The update of gradient descent with this gradient; for other optimisers, what theirs would be. */
  update: { before: number; rate: number; after: number };
}

/** One scalar step of the slow-motion pass. */
export interface PassMoment {
  direction: 'forward' | 'backward';
  /** The value being computed. */
  target: Valued;
  /** Where it appears on the net. */
  place: Place | null;
  /** What goes into it; a sum has one packet per term, each travelling along its edge. */
  packets: { place: Place | null; number: number; from: Valued[]; words: string }[];
  tex: string;
  words: string;
  op: string;
  origin: Origin | null;
}

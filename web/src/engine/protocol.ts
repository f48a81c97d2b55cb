/** What the page and the training worker say to each other. */

import type { Table } from './data.ts';
import type { Activation, Output } from './payload.ts';
import type { OptimiserName, StartName, Speed } from './settings.ts';
import type { Stop, TrainerOptions } from './trainer.ts';
import type { Comparison, DeadUnit, Domain, History, OverflowReport, Surface } from './types.ts';

export interface NetSpec {
  widths: readonly number[];
  activation: Activation;
  output: Output;
}

/** A net with a start, and what it learns from. */
export interface NetMessage {
  type: 'net';
  net: NetSpec;
  theta: Float64Array;
  table: Table;
  domain: Domain;
  options: TrainerOptions;
  /** The epoch to count on from, with the curves so far; 0: from the beginning. */
  epoch: number;
  running: boolean;
}

export type Command =
  /** `files`: by name, where they come along as text. */
  | { type: 'open'; base: string; files?: Readonly<Record<string, string>> }
  | NetMessage
  | { type: 'weight'; offset: number; value: number }
  | { type: 'table'; table: Table; domain: Domain }
  | { type: 'options'; options: Partial<TrainerOptions> }
  | { type: 'speed'; speed: Pick<Speed, 'unit' | 'perSecond'> }
  | { type: 'play' }
  | { type: 'pause' }
  | { type: 'step' }
  | { type: 'rewind' }
  | { type: 'frame' }
  | { type: 'compare'; start: StartName; seed: number };

/** Commands are numbered, so that a snapshot can say which of them it includes. */
export type ToWorker = Command & { serial: number };

/** Everything a frame shows. Answers one `frame`. */
export interface Snapshot {
  type: 'snapshot';
  /** The latest command that this includes. */
  serial: number;
  running: boolean;
  epoch: number;
  /** Rows of this epoch already used. */
  position: number;
  steps: number;
  theta: Float64Array;
  optimiser: OptimiserName;
  memory: Record<string, Float64Array>;
  trainCost: number;
  testCost: number;
  trainAccuracy: number;
  testAccuracy: number;
  /** Null when it has not changed since the last snapshot. */
  history: History | null;
  surface: Surface | null;
  dead: DeadUnit[];
  stopped: Stop | null;
  overflow: OverflowReport | null;
  epochsPerSecond: number;
  /** At the pace "one example": the row being looked at, within the table. */
  visiting: number | null;
}

export type FromWorker =
  | Snapshot
  /** Something stopped by itself: worth asking for a frame. */
  | { type: 'news' }
  /** There is nothing to show yet. Answers one `frame`. */
  | { type: 'empty' }
  | { type: 'comparison'; comparison: Comparison }
  | { type: 'failed'; text: string; remedy: string };

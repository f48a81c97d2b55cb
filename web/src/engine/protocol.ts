/** What the page and the training worker say to each other. */

import type { Table } from './data';
import type { Activation, Output } from './payload';
import type { OptimiserName, StartName, Speed } from './settings';
import type { Stop, TrainerOptions } from './trainer';
import type { Comparison, DeadUnit, Domain, History, OverflowReport, Surface } from './types';

export interface NetSpec {
  widths: readonly number[];
  activation: Activation;
  output: Output;
}

export type ToWorker =
  | { type: 'open'; base: string }
  /** A new net or a new start: epoch 0, unless `keep` asks to go on with the epochs counted so far. */
  | { type: 'net'; net: NetSpec; theta: Float64Array; table: Table; domain: Domain; options: TrainerOptions; keep: boolean; revision: number }
  | { type: 'theta'; theta: Float64Array; revision: number }
  | { type: 'restart'; theta: Float64Array; options: TrainerOptions; revision: number }
  | { type: 'table'; table: Table; domain: Domain }
  | { type: 'options'; options: Partial<TrainerOptions> }
  | { type: 'speed'; speed: Pick<Speed, 'unit' | 'perSecond'> }
  | { type: 'play' }
  | { type: 'pause' }
  | { type: 'step'; revision: number }
  | { type: 'rewind'; revision: number }
  | { type: 'frame' }
  | { type: 'compare'; start: StartName; seed: number }
  | { type: 'cancel' };

/** Everything a frame shows. Answers one `frame`. */
export interface Snapshot {
  type: 'snapshot';
  /** The latest change of weights by the page that this includes. */
  revision: number;
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

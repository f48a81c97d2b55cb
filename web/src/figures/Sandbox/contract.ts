/**
 * What the sandbox's state offers to views: everything they show and everything a person can do.
 *
 * Reading any getter inside a component is reactive. Large arrays (`parameters`, `surface.values`, `points`) are
 * replaced, never mutated. Methods never throw: what goes wrong is said in `message`.
 */

import type { NudgeKernels } from '../../engine/load.ts';
import type { Derivation, NetPayload, ValueRef } from '../../engine/payload.ts';
import type { Settings } from '../../engine/settings.ts';
import type {
  Comparison,
  DeadUnit,
  Domain,
  Entry,
  History,
  Message,
  OverflowReport,
  Place,
  Point,
  ShownDerivation,
  ShownPath,
  Status,
  Surface,
} from '../../engine/types.ts';
import type { Written } from '../Workbench/session.svelte.ts';
import type { EdgeView, LoadedNet, NeuronView, Rows, Selection } from './lens.svelte.ts';
import type { SlowMotion } from './slowmotion.svelte.ts';

export interface SandboxState {
  // ── loading and messages ────────────────────────────────────────────────────────────────────────────────
  /** Kernels are loaded and values can be shown. */
  readonly ready: boolean;
  /** The latest thing to tell the person, or null. */
  readonly message: Message | null;
  dismiss(): void;

  // ── settings ────────────────────────────────────────────────────────────────────────────────────────────
  readonly settings: Readonly<Settings>;
  /** Change any settings, also mid-run. Numbers out of range are clamped. */
  set(change: Partial<Settings>): void;

  // ── the net ─────────────────────────────────────────────────────────────────────────────────────────────
  /** Inputs, hidden layers, outputs: e.g. [2, 5, 2]. */
  readonly widths: readonly number[];
  readonly payload: NetPayload | null;
  /** By layer, inputs first. */
  readonly neurons: readonly (readonly NeuronView[])[];
  readonly edges: readonly EdgeView[];
  /** All parameters, flat; replaced at every snapshot. */
  readonly parameters: Float64Array;
  parameter(entry: Entry): number;
  /** Derivative of the cost by a parameter in the present scope. */
  gradient(entry: Entry): number;
  setParameter(entry: Entry, value: number): void;
  /** Layer is 1 … for hidden layers; `addLayer(1)` puts one before the first hidden layer. */
  addLayer(at?: number): void;
  removeLayer(layer: number): void;
  addUnit(layer: number): void;
  /** Without `unit`, the last one. The layer's only unit cannot be removed. */
  removeUnit(layer: number, unit?: number): void;
  readonly canAddLayer: boolean;

  // ── data ────────────────────────────────────────────────────────────────────────────────────────────────
  readonly points: readonly Point[];
  readonly classes: readonly string[];
  /** Names of the two features. */
  readonly features: readonly [string, string];
  readonly domain: Domain;
  /** Name, size and hash of the loaded file. */
  readonly file: { name: string; rows: number; hash: string } | null;
  /** Set when a link names a file this page does not have: what to ask for. */
  readonly wanted: { name: string; hash: string } | null;
  /** The class that a click adds. */
  brush: number;
  addPoint(x1: number, x2: number, label?: number): void;
  movePoint(point: number, x1: number, x2: number): void;
  removePoint(point: number): void;
  /** Another draw of the same data set. */
  newData(): void;
  /** Reads a file; on a fault, says line, reason and remedy, and leaves the present data alone. */
  loadCsv(name: string, bytes: ArrayBuffer): Promise<boolean>;

  // ── training ────────────────────────────────────────────────────────────────────────────────────────────
  readonly status: Status;
  readonly epoch: number;
  /** Over the training examples. */
  readonly cost: number;
  readonly accuracy: number;
  /** Over the test examples; NaN if there are none. */
  readonly testCost: number;
  readonly testAccuracy: number;
  readonly history: History;
  readonly surface: Surface | null;
  /** Measured while running; 0 otherwise. */
  readonly epochsPerSecond: number;
  /** At the speed "one example at a time": the point being looked at, else null. */
  readonly visiting: number | null;
  play(): void;
  pause(): void;
  /** One update with one batch. */
  step(): void;
  /** Back to the same start, edited weights included. */
  reset(): void;
  /** The start of the next seed. */
  newStart(): void;
  /** Call once per drawn frame while the page is visible: asks for the next snapshot. */
  frame(): void;

  // ── selection, hovering, linked views ───────────────────────────────────────────────────────────────────
  readonly selection: Selection;
  select(selection: Selection): void;
  /** The point whose values the net shows. */
  readonly example: number;
  selectExample(point: number): void;
  /** Do gradients and derivations speak of the example or of the whole batch? */
  scope: 'example' | 'batch';
  /** What any view is pointing at: lit everywhere. */
  readonly lit: { entries: readonly Entry[]; places: readonly Place[] };
  light(entries: readonly Entry[], places?: readonly Place[]): void;
  isLit(target: Entry | Place): boolean;
  /** A number of the inspect kernel: index letters are resolved by `letters`, "n" by the example. */
  value(ref: ValueRef, letters?: Record<string, number>): number;

  // ── explanations ────────────────────────────────────────────────────────────────────────────────────────
  /** The derivation of the selected parameter (a selected neuron: of its bias), with numbers; else null. */
  readonly derivation: ShownDerivation | null;
  readonly template: Derivation | null;
  /** What the derivation speaks of: the net, the selected example, and the batch with the weights it is shown at. */
  readonly net: LoadedNet | null;
  readonly exampleRows: Rows | null;
  readonly batchRows: Rows | null;
  readonly batchParameters: Float64Array;
  /** Loaded when somebody asks why for the first time. */
  nudges(): Promise<NudgeKernels>;
  /** Its full paths, if there are at most 64; else an empty list. */
  paths(): ShownPath[];
  /** Lines of `payload.python` (from 0) that compute the selected parameter's gradient. */
  readonly litLines: readonly number[];
  /** Readable Python that reproduces the present numbers: arrays of this net and data above the gradient. */
  readonly pythonSource: string;
  /** The net's cost on the example or on the batch, as code and numbers for the workbench; null without any. */
  bench(scope: 'example' | 'batch'): Written | null;
  readonly slowMotion: SlowMotion | null;
  startSlowMotion(): void;
  stopSlowMotion(): void;
  readonly dead: readonly DeadUnit[];
  readonly overflow: OverflowReport | null;
  rewind(): void;
  readonly comparison: Comparison | null;
  /** Is a plateaued start being compared at this moment? */
  readonly comparing: boolean;
  compare(): void;

  // ── undo and links ──────────────────────────────────────────────────────────────────────────────────────
  /** What `undo` would take back, e.g. "remove layer 2"; null if nothing. */
  readonly undoable: string | null;
  undo(): void;
  /** The URL fragment that restores this start, with "#". */
  readonly link: string;
  /** How many own points and moves do not fit into the link. */
  readonly linkLeavesOut: number;
  /** Restores a fragment; a malformed one gives a message and the default state. */
  restore(fragment: string): void;
  /** Stops the worker. */
  close(): void;
}

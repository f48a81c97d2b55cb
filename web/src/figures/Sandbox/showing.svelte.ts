/** What the sandbox shows: the latest the worker said, what is selected, and numbers looked up through the lens. */

import { batchRows as rowsOfBatch } from '../../engine/batches.ts';
import type { Table } from '../../engine/data.ts';
import type { DataKernels, OptimiserKernels, StartKernels } from '../../engine/load.ts';
import { offsetOf, parameterCount } from '../../engine/net.ts';
import type { ValueRef } from '../../engine/payload.ts';
import { defaultLink } from '../../engine/permalink.ts';
import { sameEntry, samePlace } from '../../engine/places.ts';
import type { Snapshot } from '../../engine/protocol.ts';
import type { Settings } from '../../engine/settings.ts';
import type {
  Comparison,
  DeadUnit,
  Entry,
  Message,
  OverflowReport,
  Place,
  Status,
} from '../../engine/types.ts';
import type { History, Surface } from '../../engine/types.ts';
import type { Written } from '../Workbench/session.svelte.ts';
import type { DataState } from './dataset.ts';
import { Lens, type LoadedNet, type Rows, type Selection, type Subject } from './lens.svelte.ts';
import { benchCode, pythonSource } from './python.ts';
import { SlowMotion } from './slowmotion.svelte.ts';

/** Kernels that all nets share. */
export interface Shared {
  data: DataKernels;
  starts: StartKernels;
  optimisers: OptimiserKernels;
}

const NO_HISTORY: History = { epoch: [], trainCost: [], testCost: [], trainAccuracy: [], testAccuracy: [] };
const NO_POINTS: DataState = {
  points: [],
  classes: [],
  features: ['x₁', 'x₂'],
  domain: { x1: [-6, 6], x2: [-6, 6] },
  file: null,
  based: 0,
};
/** While running, numbers of a whole batch are refreshed this often, in milliseconds. */
const BATCH_EVERY = 250;

/** Views see these fields through `SandboxState`, where they are read-only. */
export class Showing implements Subject {
  scope = $state<'example' | 'batch'>('example');
  brush = $state(0);
  settings = $state.raw<Settings>(defaultLink().settings);
  message = $state.raw<Message | null>(null);
  status = $state<Status>('paused');
  epoch = $state(0);
  cost = $state(NaN);
  accuracy = $state(NaN);
  testCost = $state(NaN);
  testAccuracy = $state(NaN);
  history = $state.raw<History>(NO_HISTORY);
  surface = $state.raw<Surface | null>(null);
  epochsPerSecond = $state(0);
  visiting = $state<number | null>(null);
  dead = $state.raw<readonly DeadUnit[]>([]);
  overflow = $state.raw<OverflowReport | null>(null);
  comparison = $state.raw<Comparison | null>(null);
  selection = $state.raw<Selection>({ kind: 'nothing' });
  example = $state(0);
  lit = $state.raw<{ entries: readonly Entry[]; places: readonly Place[] }>({ entries: [], places: [] });
  slowMotion = $state.raw<SlowMotion | null>(null);

  net = $state.raw<LoadedNet | null>(null);
  parameters = $state.raw<Float64Array>(new Float64Array());
  batchParameters = $state.raw<Float64Array>(new Float64Array());
  memory = $state.raw<Record<string, Float64Array>>({});
  protected shared = $state.raw<Shared | null>(null);
  protected data = $state.raw<DataState>(NO_POINTS);
  protected table = $state.raw<Table | null>(null);
  /** Rows of this epoch already used. */
  protected position = $state(0);

  /** The latest weights, also of a net whose kernels are still on their way. */
  protected theta: Float64Array = new Float64Array();
  /** Snapshots older than these commands are out of date in what they say of the run, and of weights. */
  protected runSerial = 0;
  protected weightSerial = 0;
  #batchAt = 0;
  readonly #lens = new Lens(this);

  readonly ready: boolean = $derived(this.net !== null && this.table !== null);
  readonly intendedWidths = $derived([2, ...this.settings.hidden, Math.max(2, this.data.classes.length)]);
  readonly widths: readonly number[] = $derived(this.net?.widths ?? this.intendedWidths);
  readonly payload = $derived(this.net?.payload ?? null);
  readonly points = $derived(this.data.points);
  readonly classes = $derived(this.data.classes);
  readonly features = $derived(this.data.features);
  readonly domain = $derived(this.data.domain);
  readonly file = $derived(this.data.file);
  readonly optimisers = $derived(this.shared?.optimisers ?? null);
  readonly optimiser = $derived(this.settings.optimiser);
  readonly rate = $derived(this.settings.rate);
  readonly comparing: boolean = $derived(this.comparison !== null && !this.comparison.finished);
  readonly exampleRows: Rows | null = $derived.by(() => this.#rows([this.table?.rowOf[this.example] ?? 0]));

  /** The batch that the next update uses. */
  readonly batchRows: Rows | null = $derived.by(() => {
    const { batch, seed } = this.settings;
    const trainCount = this.table?.trainCount ?? 0;
    return this.#rows(
      rowsOfBatch({ trainCount, batch, seed }, batch ? this.epoch : 0, batch ? this.position : 0),
    );
  });

  #rows(rows: ArrayLike<number>): Rows | null {
    const { table } = this;
    if (!table || table.rows === 0 || rows.length === 0 || table.rows !== this.points.length) return null;
    const { classes } = table;
    const X = new Float64Array(rows.length * 2);
    const T = new Float64Array(rows.length * classes);
    const points = Int32Array.from(rows, (row) => table.pointOf[row]!);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      X.set(table.X.subarray(row * 2, row * 2 + 2), i * 2);
      T.set(table.T.subarray(row * classes, (row + 1) * classes), i * classes);
    }
    return { X, T, points };
  }

  // ── through the lens ────────────────────────────────────────────────────────────────────────────────────

  get neurons() {
    return this.#lens.neurons;
  }

  get edges() {
    return this.#lens.edges;
  }

  get derivation() {
    return this.#lens.derivation;
  }

  get template() {
    return this.#lens.template;
  }

  get litLines() {
    return this.#lens.litLines;
  }

  get pythonSource(): string {
    const rows = this.scope === 'batch' ? this.batchRows : this.exampleRows;
    return this.net && rows ? pythonSource(this.net, this.parameters, rows) : '';
  }

  bench(scope: 'example' | 'batch'): Written | null {
    const rows = scope === 'batch' ? this.batchRows : this.exampleRows;
    return this.net && rows ? benchCode(this.net, this.parameters, rows) : null;
  }

  parameter(entry: Entry): number {
    return this.#lens.parameter(entry);
  }

  gradient(entry: Entry): number {
    return this.#lens.gradient(entry);
  }

  value(ref: ValueRef, letters?: Record<string, number>): number {
    return this.#lens.value(ref, letters);
  }

  paths() {
    return this.#lens.paths();
  }

  // ── selecting and pointing ──────────────────────────────────────────────────────────────────────────────

  select(selection: Selection): void {
    this.selection = selection;
  }

  selectExample(point: number): void {
    if (point in this.points) this.example = point;
  }

  light(entries: readonly Entry[], places: readonly Place[] = []): void {
    this.lit = { entries, places };
  }

  isLit(target: Entry | Place): boolean {
    if ('kind' in target) return this.lit.places.some((place) => samePlace(place, target));
    return this.lit.entries.some((entry) => sameEntry(entry, target));
  }

  startSlowMotion(): void {
    if (!this.ready || this.points.length === 0) return;
    this.pause();
    this.slowMotion?.pause();
    this.slowMotion = new SlowMotion(() => this.#lens.moments);
  }

  stopSlowMotion(): void {
    this.slowMotion?.pause();
    this.slowMotion = null;
  }

  dismiss(): void {
    this.message = null;
  }

  protected say(kind: Message['kind'], text: string, remedy = ''): void {
    this.message = { kind, text, remedy };
  }

  // ── taking in ───────────────────────────────────────────────────────────────────────────────────────────

  /** Pauses training; what trains says how. */
  pause(): void {}

  /** A net is loaded: nothing that was shown of another one stays. */
  protected showNet(net: LoadedNet, table: Table, theta: Float64Array, epoch: number): void {
    const { kernels, widths } = net;
    if (this.net?.kernels !== kernels || String(this.net.widths) !== String(widths)) {
      this.net = net;
      this.#fitSelection(widths);
    }
    this.table = table;
    this.epoch = epoch;
    this.position = 0;
    if (epoch === 0) this.history = NO_HISTORY;
    this.memory = {};
    this.visiting = null;
    this.showParameters(theta);
  }

  protected showParameters(theta: Float64Array): void {
    this.parameters = theta;
    this.batchParameters = theta;
  }

  #fitSelection(widths: readonly number[]): void {
    const s = this.selection;
    const gone =
      (s.kind === 'parameter' && offsetOf(widths, s.entry) < 0) ||
      (s.kind === 'neuron' && !(s.unit < (widths[s.layer] ?? 0)));
    if (gone) this.selection = { kind: 'nothing' };
    this.lit = { entries: [], places: [] };
  }

  /** Takes over a snapshot, unless it is older than what the person did since. */
  protected showSnapshot(s: Snapshot): boolean {
    if (s.serial < this.runSerial || s.theta.length !== parameterCount(this.widths)) return false;
    this.status = s.stopped ?? (s.running ? 'running' : 'paused');
    this.epoch = s.epoch;
    this.position = s.position;
    this.cost = s.trainCost;
    this.accuracy = s.trainAccuracy;
    this.testCost = s.testCost;
    this.testAccuracy = s.testAccuracy;
    if (s.history) this.history = s.history;
    if (s.surface) this.surface = s.surface;
    this.epochsPerSecond = s.epochsPerSecond;
    this.memory = s.optimiser === this.settings.optimiser ? s.memory : {};
    this.dead = s.dead;
    this.overflow = s.overflow;
    this.#visit(s.visiting);
    if (s.serial < this.weightSerial) return true;
    this.theta = s.theta;
    this.parameters = s.theta;
    this.#refreshBatch();
    return true;
  }

  /** At the pace of one example, the net shows the one being looked at. */
  #visit(row: number | null): void {
    const point = row === null ? null : (this.table?.pointOf[row] ?? null);
    this.visiting = point;
    if (point !== null) this.example = point;
  }

  #refreshBatch(): void {
    const now = performance.now();
    if (this.status === 'running' && now - this.#batchAt < BATCH_EVERY) return;
    this.#batchAt = now;
    this.batchParameters = this.parameters;
  }
}

/** The sandbox's state, without a view. `contract.ts` says what each member is for. */

import { batchRows as rowsOfBatch } from '../../engine/batches.ts';
import { faultText, readCsv } from '../../engine/csv.ts';
import { table as makeTable, type Table } from '../../engine/data.ts';
import { explain } from '../../engine/errors.ts';
import {
  Library,
  netId,
  payloadBase,
  type DataKernels,
  type OptimiserKernels,
  type StartKernels,
} from '../../engine/load.ts';
import { carryOver, offsetOf, parameterCount, startParameters } from '../../engine/net.ts';
import type { ValueRef } from '../../engine/payload.ts';
import { decodeLink, defaultLink, encodeLink, type LinkState } from '../../engine/permalink.ts';
import { sameEntry, samePlace } from '../../engine/places.ts';
import type { Snapshot } from '../../engine/protocol.ts';
import { LIMITS, SPEEDS, type Settings } from '../../engine/settings.ts';
import { sha256 } from '../../engine/sha256.ts';
import { connectWorker, Training, type Connect } from '../../engine/training.ts';
import type {
  Comparison,
  DeadUnit,
  Entry,
  History,
  Message,
  OverflowReport,
  Place,
  Status,
  Surface,
} from '../../engine/types.ts';
import type { SandboxState } from './contract.ts';
import {
  editsOf,
  fromFile,
  generated,
  resplit,
  withEdits,
  withMoved,
  without,
  withPoint,
  type DataState,
} from './dataset.ts';
import { Lens, type LoadedNet, type Rows, type Selection, type Subject } from './lens.svelte.ts';
import { pythonSource } from './python.ts';
import { clean } from './settle.ts';
import { SlowMotion } from './slowmotion.svelte.ts';

export type { SandboxState } from './contract.ts';
export type { EdgeView, NeuronView, Selection } from './lens.svelte.ts';
export type { SlowMotion } from './slowmotion.svelte.ts';

interface Shared {
  data: DataKernels;
  starts: StartKernels;
  optimisers: OptimiserKernels;
}

/** What `undo` brings back. */
interface Memento {
  label: string;
  settings: Settings;
  units: number[][];
  theta: Float64Array;
  start: Float64Array;
  linkWeights: Float64Array | null;
  data: DataState;
  epoch: number;
}

const NO_HISTORY: History = { epoch: [], trainCost: [], testCost: [], trainAccuracy: [], testAccuracy: [] };
const UNDO_DEPTH = 20;
/** While running, numbers of a whole batch are refreshed this often, in milliseconds. */
const BATCH_EVERY = 250;

/** The state of the page's sandbox: kernels from the page's payload, training in a worker, start from the URL. */
export function createSandbox(page: Document, fragment: string): Sandbox {
  return new Sandbox(new Library(payloadBase(page)), connectWorker, fragment);
}

export class Sandbox implements SandboxState, Subject {
  scope = $state<'example' | 'batch'>('example');
  brush = $state(0);
  #settings = $state.raw<Settings>(defaultLink().settings);
  #message = $state.raw<Message | null>(null);
  #net = $state.raw<LoadedNet | null>(null);
  #shared = $state.raw<Shared | null>(null);
  #parameters = $state.raw<Float64Array>(new Float64Array());
  #batchParameters = $state.raw<Float64Array>(new Float64Array());
  #data = $state.raw<DataState>({
    points: [],
    classes: [],
    features: ['x₁', 'x₂'],
    domain: { x1: [-6, 6], x2: [-6, 6] },
    file: null,
    based: 0,
  });
  #table = $state.raw<Table | null>(null);
  #status = $state<Status>('paused');
  #progress = $state.raw({
    epoch: 0,
    position: 0,
    cost: NaN,
    accuracy: NaN,
    testCost: NaN,
    testAccuracy: NaN,
  });
  #history = $state.raw<History>(NO_HISTORY);
  #surface = $state.raw<Surface | null>(null);
  #epochsPerSecond = $state(0);
  #visiting = $state<number | null>(null);
  #memory = $state.raw<Record<string, Float64Array>>({});
  #dead = $state.raw<readonly DeadUnit[]>([]);
  #overflow = $state.raw<OverflowReport | null>(null);
  #comparison = $state.raw<Comparison | null>(null);
  #selection = $state.raw<Selection>({ kind: 'nothing' });
  #example = $state(0);
  #lit = $state.raw<{ entries: readonly Entry[]; places: readonly Place[] }>({ entries: [], places: [] });
  #slowMotion = $state.raw<SlowMotion | null>(null);
  #wanted = $state.raw<{ name: string; hash: string } | null>(null);
  #linkWeights = $state.raw<Float64Array | null>(null);
  #past = $state.raw<readonly Memento[]>([]);

  /** Numbers that stay with a unit through changes of structure. */
  #units: number[][] = [];
  #nextUnit = 0;
  /** What `reset` goes back to. */
  #start: Float64Array = new Float64Array();
  /** The latest weights, also of a net whose kernels are still on their way. */
  #theta: Float64Array = new Float64Array();
  #building = 0;
  /** Snapshots older than these commands are out of date in what they say of the run, and of weights. */
  #runSerial = 0;
  #weightSerial = 0;
  #batchAt = 0;
  /** Edits of a link that wait for its file. */
  #waiting: LinkState | null = null;
  readonly #library: Library;
  readonly #training: Training;
  readonly #lens: Lens;

  constructor(library: Library, connect: Connect, fragment = '') {
    this.#library = library;
    this.#lens = new Lens(this);
    this.#training = new Training(connect, library.base, {
      snapshot: (snapshot) => this.#receive(snapshot),
      comparison: (comparison) => {
        if (this.#status === 'stuck') this.#comparison = comparison;
      },
      failed: (text, remedy) => {
        this.#status = 'paused';
        this.#say('fault', text, remedy);
      },
    });
    void this.#open(fragment);
  }

  async #open(fragment: string): Promise<void> {
    const { settings } = decodeLink(fragment).state;
    const id = netId(settings.hidden.length, settings.activation, settings.output);
    const library = this.#library;
    try {
      // The net's own files are asked for at the same time; `#begin` finds them on their way.
      void Promise.allSettled([library.netKernels(id), library.netPayload(id)]);
      const [data, starts, optimisers] = await Promise.all([
        library.data(),
        library.starts(),
        library.optimisers(),
      ]);
      this.#shared = { data, starts, optimisers };
      this.restore(fragment);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  // ── loading and messages ────────────────────────────────────────────────────────────────────────────────

  get ready(): boolean {
    return this.#net !== null && this.#table !== null;
  }

  get message(): Message | null {
    return this.#message;
  }

  dismiss(): void {
    this.#message = null;
  }

  #say(kind: Message['kind'], text: string, remedy = ''): void {
    this.#message = { kind, text, remedy };
  }

  #fail(thrown: unknown): void {
    const { text, remedy } = explain(thrown);
    this.#say('fault', text, remedy);
  }

  // ── settings ────────────────────────────────────────────────────────────────────────────────────────────

  get settings(): Readonly<Settings> {
    return this.#settings;
  }

  set(change: Partial<Settings>): void {
    const before = this.#settings;
    const next = clean(before, change);
    const differs = (...keys: (keyof Settings)[]) =>
      keys.some((key) => String(before[key]) !== String(next[key]));
    if (!this.#shared) {
      this.#settings = next;
      return;
    }
    if (differs('data') && next.data === 'csv' && !this.#data.file) {
      return this.#say('note', 'Choose a file to learn from.', 'Two numeric columns and a label; CSV.');
    }
    const renewed = differs('hidden', 'activation', 'output', 'start', 'seed', 'data');
    if (renewed) this.#keep(differs('data') ? 'change the data' : 'change the net');
    this.#settings = next;
    if (differs('data', 'noise', 'points', 'dataSeed')) this.#regenerate(differs('data'));
    else if (differs('testShare')) this.#data = resplit(this.#data, next);
    if (differs('speed')) this.#sendSpeed();
    if (renewed) return this.#renew(!differs('seed'));
    if (differs('data', 'noise', 'points', 'dataSeed', 'testShare', 'standardise')) this.#sendTable();
    if (differs('rate', 'batch', 'optimiser')) this.#sendOptions();
  }

  #sendSpeed(): void {
    const { unit, perSecond } = SPEEDS.find((speed) => speed.value === this.#settings.speed)!;
    this.#training.send({ type: 'speed', speed: { unit, perSecond } });
  }

  #sendOptions(): void {
    this.#dropFindings();
    this.#runSerial = this.#training.send({ type: 'options', options: this.#options() });
    if (this.#status !== 'running') this.#status = 'paused';
  }

  #options() {
    const { rate, batch, optimiser, seed } = this.#settings;
    return { rate, batch, optimiser, seed };
  }

  // ── the net ─────────────────────────────────────────────────────────────────────────────────────────────

  get widths(): readonly number[] {
    return this.#net?.widths ?? this.#intendedWidths;
  }

  get net(): LoadedNet | null {
    return this.#net;
  }

  get payload() {
    return this.#net?.payload ?? null;
  }

  get neurons() {
    return this.#lens.neurons;
  }

  get edges() {
    return this.#lens.edges;
  }

  get parameters(): Float64Array {
    return this.#parameters;
  }

  parameter(entry: Entry): number {
    return this.#lens.parameter(entry);
  }

  gradient(entry: Entry): number {
    return this.#lens.gradient(entry);
  }

  setParameter(entry: Entry, value: number): void {
    const offset = offsetOf(this.#intendedWidths, entry);
    if (offset < 0 || Number.isNaN(value)) return;
    const weight = Math.min(Math.max(value, -LIMITS.weight), LIMITS.weight);
    this.#theta = this.#theta.with(offset, weight);
    if (this.epoch === 0 && this.#status !== 'running') this.#start = this.#theta;
    this.#linkWeights = this.#theta;
    this.#dropFindings();
    if (this.#theta.length === this.#parameters.length) this.#showParameters(this.#theta);
    this.#weightSerial = this.#training.send({ type: 'weight', offset, value: weight });
    if (this.#status === 'running') return;
    this.#runSerial = this.#weightSerial;
    this.#status = 'paused';
  }

  get canAddLayer(): boolean {
    return this.#settings.hidden.length < LIMITS.layers;
  }

  addLayer(at = this.#settings.hidden.length + 1): void {
    const where = Math.round(at);
    if (!this.canAddLayer || !(where >= 1 && where <= this.#settings.hidden.length + 1)) return;
    this.#restructure('add a layer', this.#units.toSpliced(where, 0, this.#freshUnits(3)));
  }

  removeLayer(layer: number): void {
    if (!this.#isHidden(layer)) return;
    this.#restructure(`remove layer ${layer}`, this.#units.toSpliced(layer, 1));
  }

  addUnit(layer: number): void {
    if (!this.#isHidden(layer) || this.#units[layer]!.length >= LIMITS.units) return;
    this.#restructure(
      'add a unit',
      this.#units.with(layer, [...this.#units[layer]!, ...this.#freshUnits(1)]),
    );
  }

  removeUnit(layer: number, unit = (this.#units[layer]?.length ?? 0) - 1): void {
    if (!this.#isHidden(layer) || this.#units[layer]!.length <= 1 || !(unit in this.#units[layer]!)) return;
    this.#restructure(
      `remove a unit of layer ${layer}`,
      this.#units.with(layer, this.#units[layer]!.toSpliced(unit, 1)),
    );
  }

  #isHidden(layer: number): boolean {
    return Number.isInteger(layer) && layer >= 1 && layer <= this.#settings.hidden.length;
  }

  get #intendedWidths(): number[] {
    return [2, ...this.#settings.hidden, Math.max(2, this.#data.classes.length)];
  }

  #freshUnits(count: number): number[] {
    return Array.from({ length: count }, () => this.#nextUnit++);
  }

  /** A start of the seed for the present settings: epoch 0. */
  #renew(keepRunning: boolean): void {
    const widths = this.#intendedWidths;
    this.#units = widths.map((width) => this.#freshUnits(width));
    this.#start = this.#seededStart();
    this.#linkWeights = null;
    this.#begin(this.#start, 0, keepRunning && this.#status === 'running');
  }

  #seededStart(): Float64Array {
    const { start, seed } = this.#settings;
    return startParameters(this.#shared!.starts, start, this.#intendedWidths, seed);
  }

  /** Other layers or units. A net that has not learned yet simply starts anew; else what survives stays. */
  #restructure(label: string, units: number[][]): void {
    if (!this.#shared) return;
    this.#keep(label);
    const untouched = this.epoch === 0 && this.#linkWeights === null && this.#status !== 'running';
    const before = this.#units;
    this.#settings = { ...this.#settings, hidden: units.slice(1, -1).map((layer) => layer.length) };
    if (untouched) return this.#renew(false);
    const theta = this.#seededStart();
    this.#start = theta.slice();
    carryOver(before, this.#theta, units, theta);
    this.#units = units;
    this.#linkWeights = theta;
    if (this.epoch === 0) this.#start = theta;
    this.#begin(theta, this.epoch, this.#status === 'running');
  }

  /** Shows and trains a net from these weights, as soon as its kernels are there. */
  #begin(theta: Float64Array, epoch: number, running: boolean): void {
    const { activation, output, speed } = this.#settings;
    const widths = this.#intendedWidths;
    const building = ++this.#building;
    this.#theta = theta;
    this.#status = running ? 'running' : 'paused';
    this.#dropFindings();
    this.stopSlowMotion();
    // Nothing that is on its way from the worker is about this net.
    this.#runSerial = this.#weightSerial = Infinity;
    void (async () => {
      const id = netId(widths.length - 2, activation, output);
      const [kernels, payload] = await Promise.all([
        this.#library.netKernels(id),
        this.#library.netPayload(id),
      ]);
      if (building !== this.#building) return;
      const known = this.#net;
      const same = known?.kernels === kernels && String(known.widths) === String(widths);
      if (!same) this.#net = { widths, payload, kernels };
      if (!same) this.#fitSelection(widths);
      this.#table = this.#makeTable();
      this.#progress = { ...this.#progress, epoch, position: 0 };
      if (epoch === 0) this.#history = NO_HISTORY;
      this.#memory = {};
      this.#visiting = null;
      this.#showParameters(this.#theta);
      this.#runSerial = this.#weightSerial = this.#training.send({
        type: 'net',
        net: { widths, activation, output },
        theta: this.#theta,
        table: this.#table,
        domain: this.#data.domain,
        options: this.#options(),
        epoch,
        running: this.#status === 'running',
      });
      if (!known || speed !== this.#settings.speed) this.#sendSpeed();
    })().catch((thrown: unknown) => this.#fail(thrown));
  }

  #showParameters(theta: Float64Array): void {
    this.#parameters = theta;
    this.#batchParameters = theta;
  }

  #fitSelection(widths: readonly number[]): void {
    const s = this.#selection;
    const gone =
      (s.kind === 'parameter' && offsetOf(widths, s.entry) < 0) ||
      (s.kind === 'neuron' && !(s.unit < (widths[s.layer] ?? 0)));
    if (gone) this.#selection = { kind: 'nothing' };
    this.#lit = { entries: [], places: [] };
  }

  // ── data ────────────────────────────────────────────────────────────────────────────────────────────────

  get points() {
    return this.#data.points;
  }

  get classes() {
    return this.#data.classes;
  }

  get features() {
    return this.#data.features;
  }

  get domain() {
    return this.#data.domain;
  }

  get file() {
    return this.#data.file;
  }

  get wanted() {
    return this.#wanted;
  }

  addPoint(x1: number, x2: number, label = this.brush): void {
    if (!Number.isFinite(x1 + x2) || !(label in this.classes)) return;
    if (this.points.length >= LIMITS.rows) {
      return this.#say('note', `There are ${LIMITS.rows} points already.`, 'Remove some before adding more.');
    }
    this.#setData(withPoint(this.#data, x1, x2, label));
  }

  movePoint(point: number, x1: number, x2: number): void {
    if (point in this.points && Number.isFinite(x1 + x2)) this.#setData(withMoved(this.#data, point, x1, x2));
  }

  removePoint(point: number): void {
    if (!(point in this.points)) return;
    this.#keep('remove a point');
    this.#setData(without(this.#data, point));
  }

  newData(): void {
    this.#keep('draw new data');
    this.set({ dataSeed: (this.#settings.dataSeed + 1) % (LIMITS.seed + 1) });
  }

  async loadCsv(name: string, bytes: ArrayBuffer): Promise<boolean> {
    const result = readCsv(bytes);
    if (!result.ok) {
      this.#say('fault', `${name}: ${faultText(result.fault)}`, result.fault.remedy);
      return false;
    }
    if (!this.#shared) return false;
    const hash = sha256(new Uint8Array(bytes));
    const { rows } = { rows: result.table.x1.length };
    const waiting = this.#wanted?.hash === hash ? this.#waiting : null;
    const other = this.#wanted !== null && waiting === null;
    this.#keep('load the file');
    this.#settings = { ...this.#settings, data: 'csv' };
    this.#data = fromFile(result.table, name, hash, this.#settings);
    this.#wanted = this.#waiting = null;
    this.brush = 0;
    this.#example = 0;
    if (waiting) this.#data = withEdits(this.#data, waiting.points);
    this.#renew(false);
    if (waiting?.weights) this.#useWeights(waiting.weights);
    if (other)
      this.#say(
        'note',
        `${name} is not the file the link was made with.`,
        'Its training will differ from the link’s.',
      );
    else this.#say('note', `${name}: ${rows} rows of ${this.classes.length} kinds.`);
    return true;
  }

  #regenerate(replaced: boolean): void {
    if (this.#settings.data === 'csv' && this.#data.file) return;
    const own = replaced ? [] : this.#data.points.filter((point) => point.base < 0);
    const data = generated(this.#shared!.data, this.#settings);
    this.#data = { ...data, points: [...data.points, ...own] };
    this.#wanted = this.#waiting = null;
    this.brush = Math.min(this.brush, data.classes.length - 1);
    this.#example = Math.min(this.#example, Math.max(0, this.points.length - 1));
  }

  #setData(data: DataState): void {
    this.#data = data;
    this.#example = Math.max(0, Math.min(this.#example, data.points.length - 1));
    this.#sendTable();
  }

  #makeTable(): Table {
    return makeTable(
      this.#shared!.data,
      this.points,
      this.#intendedWidths.at(-1)!,
      this.#settings.standardise,
    );
  }

  #sendTable(): void {
    if (!this.#shared || !this.#net) return;
    this.#dropFindings();
    this.#table = this.#makeTable();
    const serial = this.#training.send({ type: 'table', table: this.#table, domain: this.#data.domain });
    if (this.#status === 'running') return;
    this.#runSerial = serial;
    this.#status = 'paused';
  }

  // ── training ────────────────────────────────────────────────────────────────────────────────────────────

  get status(): Status {
    return this.#status;
  }

  get epoch(): number {
    return this.#progress.epoch;
  }

  get cost(): number {
    return this.#progress.cost;
  }

  get accuracy(): number {
    return this.#progress.accuracy;
  }

  get testCost(): number {
    return this.#progress.testCost;
  }

  get testAccuracy(): number {
    return this.#progress.testAccuracy;
  }

  get history(): History {
    return this.#history;
  }

  get surface(): Surface | null {
    return this.#surface;
  }

  get epochsPerSecond(): number {
    return this.#epochsPerSecond;
  }

  get visiting(): number | null {
    return this.#visiting;
  }

  play(): void {
    if (!this.#canTrain()) return;
    this.stopSlowMotion();
    this.#comparison = null;
    this.#status = 'running';
    this.#runSerial = this.#training.send({ type: 'play' });
  }

  pause(): void {
    if (this.#status !== 'running') return;
    this.#status = 'paused';
    this.#runSerial = this.#training.send({ type: 'pause' });
  }

  step(): void {
    if (!this.#canTrain()) return;
    this.pause();
    this.#comparison = null;
    this.#status = 'paused';
    this.#runSerial = this.#weightSerial = this.#training.send({ type: 'step' });
  }

  #canTrain(): boolean {
    if (!this.ready) return false;
    if (this.#status === 'overflow') {
      this.#say(
        'note',
        'The numbers have left what a computer can hold.',
        'Rewind, or reset; then try a smaller learning rate.',
      );
      return false;
    }
    if (this.points.some((point) => !point.test)) return true;
    this.#say('note', 'There are no points to learn from.', 'Click into the plane to add some of each kind.');
    return false;
  }

  reset(): void {
    if (!this.#shared) return;
    if (this.epoch > 0) this.#keep('reset');
    const edited = this.#start.some((value, i) => value !== this.#seededStart()[i]);
    this.#linkWeights = edited ? this.#start : null;
    this.#begin(this.#start, 0, false);
  }

  newStart(): void {
    this.set({ seed: (this.#settings.seed + 1) % (LIMITS.seed + 1) });
  }

  frame(): void {
    this.#training.frame();
  }

  #receive(s: Snapshot): void {
    if (s.serial < this.#runSerial || s.theta.length !== parameterCount(this.widths)) return;
    const status: Status = s.stopped ?? (s.running ? 'running' : 'paused');
    const wasStuck = this.#status === 'stuck';
    this.#status = status;
    const { epoch, position, trainCost, trainAccuracy, testCost, testAccuracy } = s;
    this.#progress = { epoch, position, cost: trainCost, accuracy: trainAccuracy, testCost, testAccuracy };
    if (s.history) this.#history = s.history;
    if (s.surface) this.#surface = s.surface;
    this.#epochsPerSecond = s.epochsPerSecond;
    this.#memory = s.optimiser === this.#settings.optimiser ? s.memory : {};
    this.#dead = s.dead;
    this.#overflow = s.overflow;
    this.#visit(s.visiting);
    if (s.serial >= this.#weightSerial) {
      this.#theta = s.theta;
      this.#parameters = s.theta;
      this.#refreshBatch(status === 'running');
    }
    if (status === 'stuck' && !wasStuck) this.compare();
  }

  /** At the pace of one example, the net shows the one being looked at. */
  #visit(row: number | null): void {
    const point = row === null ? null : (this.#table?.pointOf[row] ?? null);
    this.#visiting = point;
    if (point !== null) this.#example = point;
  }

  #refreshBatch(running: boolean): void {
    const now = performance.now();
    if (running && now - this.#batchAt < BATCH_EVERY) return;
    this.#batchAt = now;
    this.#batchParameters = this.#parameters;
  }

  // ── selection, hovering, linked views ───────────────────────────────────────────────────────────────────

  get selection(): Selection {
    return this.#selection;
  }

  select(selection: Selection): void {
    this.#selection = selection;
  }

  get example(): number {
    return this.#example;
  }

  selectExample(point: number): void {
    if (point in this.points) this.#example = point;
  }

  get lit() {
    return this.#lit;
  }

  light(entries: readonly Entry[], places: readonly Place[] = []): void {
    this.#lit = { entries, places };
  }

  isLit(target: Entry | Place): boolean {
    if ('kind' in target) return this.#lit.places.some((place) => samePlace(place, target));
    return this.#lit.entries.some((entry) => sameEntry(entry, target));
  }

  value(ref: ValueRef, letters?: Record<string, number>): number {
    return this.#lens.value(ref, letters);
  }

  get exampleRows(): Rows | null {
    return this.#rows(this.points.length ? [this.#table?.rowOf[this.#example] ?? 0] : []);
  }

  /** The batch that the next update uses. */
  get batchRows(): Rows | null {
    const { batch, seed } = this.#settings;
    const { epoch, position } = this.#progress;
    const trainCount = this.#table?.trainCount ?? 0;
    return this.#rows(rowsOfBatch({ trainCount, batch, seed }, batch ? epoch : 0, batch ? position : 0));
  }

  get batchParameters(): Float64Array {
    return this.#batchParameters;
  }

  #rows(rows: ArrayLike<number>): Rows | null {
    const table = this.#table;
    if (!table || rows.length === 0 || table.rows !== this.points.length) return null;
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

  // ── explanations ────────────────────────────────────────────────────────────────────────────────────────

  get optimisers() {
    return this.#shared?.optimisers ?? null;
  }

  get optimiser() {
    return this.#settings.optimiser;
  }

  get memory() {
    return this.#memory;
  }

  get rate() {
    return this.#settings.rate;
  }

  get derivation() {
    return this.#lens.derivation;
  }

  get template() {
    return this.#lens.template;
  }

  paths() {
    return this.#lens.paths();
  }

  get litLines() {
    return this.#lens.litLines;
  }

  get pythonSource(): string {
    const rows = this.scope === 'batch' ? this.batchRows : this.exampleRows;
    return this.#net && rows ? pythonSource(this.#net, this.#parameters, rows) : '';
  }

  get slowMotion(): SlowMotion | null {
    return this.#slowMotion;
  }

  startSlowMotion(): void {
    if (!this.ready || this.points.length === 0) return;
    this.pause();
    this.#slowMotion?.pause();
    this.#slowMotion = new SlowMotion(() => this.#lens.moments);
  }

  stopSlowMotion(): void {
    this.#slowMotion?.pause();
    this.#slowMotion = null;
  }

  get dead() {
    return this.#dead;
  }

  get overflow() {
    return this.#overflow;
  }

  rewind(): void {
    if (!this.ready) return;
    this.#status = 'paused';
    this.#dropFindings();
    this.#runSerial = this.#weightSerial = this.#training.send({ type: 'rewind' });
  }

  get comparison() {
    return this.#comparison;
  }

  get comparing(): boolean {
    return this.#comparison !== null && !this.#comparison.finished;
  }

  compare(): void {
    if (!this.ready || this.#status === 'running') return;
    const { start, seed } = this.#settings;
    this.#training.send({ type: 'compare', start, seed });
  }

  #dropFindings(): void {
    this.#comparison = null;
    this.#overflow = null;
  }

  // ── undo and links ──────────────────────────────────────────────────────────────────────────────────────

  get undoable(): string | null {
    return this.#past.at(-1)?.label ?? null;
  }

  #keep(label: string): void {
    if (!this.ready) return;
    const memento: Memento = {
      label,
      settings: this.#settings,
      units: this.#units,
      theta: this.#theta,
      start: this.#start,
      linkWeights: this.#linkWeights,
      data: this.#data,
      epoch: this.epoch,
    };
    this.#past = [...this.#past.slice(1 - UNDO_DEPTH), memento];
  }

  undo(): void {
    const memento = this.#past.at(-1);
    if (!memento) return;
    this.#past = this.#past.slice(0, -1);
    this.#settings = memento.settings;
    this.#units = memento.units;
    this.#start = memento.start;
    this.#linkWeights = memento.linkWeights;
    this.#data = memento.data;
    this.#example = Math.max(0, Math.min(this.#example, memento.data.points.length - 1));
    this.#begin(memento.theta, memento.epoch, false);
    this.#sendSpeed();
  }

  get link(): string {
    const { file } = this.#data;
    const classes = Math.max(2, this.classes.length);
    const wanted = this.#wanted ?? file;
    return encodeLink({
      settings: this.#settings,
      points: this.#waiting?.points ?? editsOf(this.#data),
      weights: this.#waiting?.weights ?? this.#linkWeights,
      classes: this.#waiting?.classes ?? classes,
      file: this.#settings.data === 'csv' && wanted ? { name: wanted.name, hash: wanted.hash } : null,
    });
  }

  get linkLeavesOut(): number {
    return Math.max(0, editsOf(this.#data).length - LIMITS.ownPointsInLink);
  }

  restore(fragment: string): void {
    if (!this.#shared) return;
    const { state, problem } = decodeLink(fragment);
    this.#settings = state.settings;
    this.#past = [];
    this.#example = 0;
    this.#wanted = this.#waiting = null;
    if (problem) this.#say('fault', problem, 'Ask for the link again, or go on from here.');
    this.#data = withEdits(generated(this.#shared.data, state.settings), state.points);
    const own = state.file !== null;
    if (own) {
      this.#wanted = state.file;
      this.#waiting = state;
      this.#say(
        'note',
        `This link was made with the file “${state.file!.name}”.`,
        'Choose that file to go on where the link begins.',
      );
    }
    this.#renew(false);
    if (state.weights && !own) this.#useWeights(state.weights);
  }

  #useWeights(weights: Float64Array): void {
    if (weights.length !== this.#start.length) return;
    this.#start = weights;
    this.#linkWeights = weights;
    this.#begin(weights, 0, false);
  }

  close(): void {
    this.stopSlowMotion();
    this.#training.close();
  }
}

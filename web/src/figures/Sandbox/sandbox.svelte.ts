/** The sandbox's state, without a view: what a person can do. `contract.ts` says what each member is for. */

import { faultText, readCsv, type CsvTable } from '../../engine/csv.ts';
import { table as makeTable, type Table } from '../../engine/data.ts';
import { explain } from '../../engine/errors.ts';
import { Library, netId, payloadBase, type NudgeKernels } from '../../engine/load.ts';
import { carryOver, offsetOf, startParameters } from '../../engine/net.ts';
import { decodeLink, encodeLink, type LinkState } from '../../engine/permalink.ts';
import type { Command, Snapshot } from '../../engine/protocol.ts';
import { LIMITS, SPEEDS, type Settings } from '../../engine/settings.ts';
import { sha256 } from '../../engine/sha256.ts';
import { connectWorker, Training, type Connect } from '../../engine/training.ts';
import type { Entry } from '../../engine/types.ts';
import type { SandboxState } from './contract.ts';
import * as dataset from './dataset.ts';
import type { DataState } from './dataset.ts';
import { clean } from './settle.ts';
import { Showing } from './showing.svelte.ts';

export type { SandboxState } from './contract.ts';
export type { EdgeView, NeuronView, Selection } from './lens.svelte.ts';
export type { SlowMotion } from './slowmotion.svelte.ts';

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

const UNDO_DEPTH = 20;
const NEW_LAYER = 3;

/** The state of the page's sandbox: kernels from the page's payload, training in a worker, start from the URL. */
export function createSandbox(page: Document, fragment: string): Sandbox {
  return new Sandbox(new Library(payloadBase(page)), connectWorker, fragment);
}

export class Sandbox extends Showing implements SandboxState {
  wanted = $state.raw<{ name: string; hash: string } | null>(null);
  /** Weights that differ from the start of the seed, for the link. */
  #linkWeights = $state.raw<Float64Array | null>(null);
  #past = $state.raw<readonly Memento[]>([]);
  /** Edits of a link that wait for its file. */
  #waiting = $state.raw<LinkState | null>(null);

  /** Numbers that stay with a unit through changes of structure. */
  #units: number[][] = [];
  #nextUnit = 0;
  /** What `reset` goes back to. */
  #start: Float64Array = new Float64Array();
  /** Counts nets asked for; `#loading` while the latest one's kernels are on their way. */
  #building = 0;
  #loading = false;
  readonly #library: Library;
  readonly #training: Training;

  readonly canAddLayer: boolean = $derived(this.settings.hidden.length < LIMITS.layers);
  readonly undoable: string | null = $derived(this.#past.at(-1)?.label ?? null);
  readonly #edits = $derived(this.#waiting?.points ?? dataset.editsOf(this.data));
  readonly linkLeavesOut: number = $derived(Math.max(0, this.#edits.length - LIMITS.ownPointsInLink));
  readonly link: string = $derived.by(() => {
    const file = this.settings.data === 'csv' ? (this.wanted ?? this.file) : null;
    return encodeLink({
      settings: this.settings,
      points: this.#edits,
      weights: this.#waiting?.weights ?? this.#linkWeights,
      classes: this.#waiting?.classes ?? Math.max(2, this.classes.length),
      file: file && { name: file.name, hash: file.hash },
    });
  });

  constructor(library: Library, connect: Connect, fragment = '') {
    super();
    this.#library = library;
    this.#training = new Training(connect, library.base, {
      snapshot: (snapshot) => this.#receive(snapshot),
      comparison: (comparison) => {
        if (this.status === 'stuck') this.comparison = comparison;
      },
      failed: (text, remedy) => {
        this.status = 'paused';
        this.say('fault', text, remedy);
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
      this.shared = { data, starts, optimisers };
      this.restore(fragment);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  nudges(): Promise<NudgeKernels> {
    return this.#library.nudges();
  }

  close(): void {
    this.stopSlowMotion();
    this.#training.close();
  }

  #fail(thrown: unknown): void {
    const { text, remedy } = explain(thrown);
    this.say('fault', text, remedy);
  }

  // ── settings ────────────────────────────────────────────────────────────────────────────────────────────

  set(change: Partial<Settings>): void {
    const before = this.settings;
    const next = clean(before, change);
    const differs = (...keys: (keyof Settings)[]) =>
      keys.some((key) => String(before[key]) !== String(next[key]));
    if (!this.shared) return;
    if (differs('data') && next.data === 'csv' && !this.file) {
      return this.say('note', 'Choose a file to learn from.', 'Two numeric columns and a label; CSV.');
    }
    const renewed = differs('hidden', 'activation', 'output', 'start', 'seed', 'data');
    if (renewed) this.#keep(differs('data') ? 'change the data' : 'change the net');
    this.settings = next;
    const drawn = differs('data', 'noise', 'points', 'dataSeed');
    if (drawn) this.#draw(differs('data'));
    else if (differs('testShare')) this.data = dataset.resplit(this.data, next);
    if (differs('speed')) this.#sendSpeed();
    if (renewed) return this.#renew(!differs('seed'));
    if (drawn || differs('testShare', 'standardise')) this.#sendTable();
    if (differs('rate', 'batch', 'optimiser')) this.#tell({ type: 'options', options: this.#options() });
  }

  #sendSpeed(): void {
    const { unit, perSecond } = SPEEDS.find((speed) => speed.value === this.settings.speed)!;
    this.#training.send({ type: 'speed', speed: { unit, perSecond } });
  }

  #options() {
    const { rate, batch, optimiser, seed } = this.settings;
    return { rate, batch, optimiser, seed };
  }

  /** Something changed that findings spoke of. Where nothing runs, the status is "paused" again. */
  #tell(command: Command): void {
    this.#dropFindings();
    const serial = this.#training.send(command);
    if (this.status === 'running') return;
    this.runSerial = serial;
    this.status = 'paused';
  }

  #dropFindings(): void {
    this.comparison = null;
    this.overflow = null;
  }

  // ── the net ─────────────────────────────────────────────────────────────────────────────────────────────

  setParameter(entry: Entry, value: number): void {
    const offset = offsetOf(this.intendedWidths, entry);
    if (offset < 0 || Number.isNaN(value)) return;
    const weight = Math.min(Math.max(value, -LIMITS.weight), LIMITS.weight);
    this.theta = this.theta.with(offset, weight);
    if (this.epoch === 0 && this.status !== 'running') this.#start = this.theta;
    this.#linkWeights = this.theta;
    // A net on its way takes these weights with it.
    if (this.#loading) return;
    this.showParameters(this.theta);
    this.#tell({ type: 'weight', offset, value: weight });
    this.weightSerial = this.#training.serial;
  }

  addLayer(at = this.settings.hidden.length + 1): void {
    if (!this.canAddLayer || !(Number.isInteger(at) && at >= 1 && at <= this.settings.hidden.length + 1))
      return;
    this.#restructure('add a layer', this.#units.toSpliced(at, 0, this.#freshUnits(NEW_LAYER)));
  }

  removeLayer(layer: number): void {
    if (this.#isHidden(layer)) this.#restructure(`remove layer ${layer}`, this.#units.toSpliced(layer, 1));
  }

  addUnit(layer: number): void {
    const units = this.#units[layer];
    if (!units || !this.#isHidden(layer) || units.length >= LIMITS.units) return;
    this.#restructure('add a unit', this.#units.with(layer, [...units, ...this.#freshUnits(1)]));
  }

  removeUnit(layer: number, unit = (this.#units[layer]?.length ?? 0) - 1): void {
    const units = this.#units[layer];
    if (!units || !this.#isHidden(layer) || units.length <= 1 || !(unit in units)) return;
    this.#restructure(`remove a unit of layer ${layer}`, this.#units.with(layer, units.toSpliced(unit, 1)));
  }

  #isHidden(layer: number): boolean {
    return Number.isInteger(layer) && layer >= 1 && layer <= this.settings.hidden.length;
  }

  #freshUnits(count: number): number[] {
    return Array.from({ length: count }, () => this.#nextUnit++);
  }

  #seededStart(): Float64Array {
    const { start, seed } = this.settings;
    return startParameters(this.shared!.starts, start, this.intendedWidths, seed);
  }

  /** The start of the seed for the present settings, at epoch 0. */
  #renew(keepRunning: boolean): void {
    this.#units = this.intendedWidths.map((width) => this.#freshUnits(width));
    this.#linkWeights = null;
    this.#start = this.#seededStart();
    this.#begin(this.#start, 0, keepRunning && this.status === 'running');
  }

  /** Other layers or units. A net that has not learned yet simply starts anew; else what survives stays. */
  #restructure(label: string, units: number[][]): void {
    if (!this.shared) return;
    this.#keep(label);
    const untouched = this.epoch === 0 && this.#linkWeights === null && this.status !== 'running';
    const before = this.#units;
    this.settings = { ...this.settings, hidden: units.slice(1, -1).map((layer) => layer.length) };
    if (untouched) return this.#renew(false);
    const theta = this.#seededStart();
    this.#start = theta.slice();
    carryOver(before, this.theta, units, theta);
    this.#units = units;
    this.#linkWeights = theta;
    if (this.epoch === 0) this.#start = theta;
    this.#begin(theta, this.epoch, this.status === 'running');
  }

  /** Shows and trains a net from these weights, as soon as its kernels are there. */
  #begin(theta: Float64Array, epoch: number, running: boolean): void {
    const building = ++this.#building;
    this.#loading = true;
    this.theta = theta;
    this.status = running ? 'running' : 'paused';
    this.#dropFindings();
    this.stopSlowMotion();
    // Nothing that is on its way from the worker is about this net.
    this.runSerial = this.weightSerial = Infinity;
    const { activation, output } = this.settings;
    const widths = this.intendedWidths;
    const id = netId(widths.length - 2, activation, output);
    Promise.all([this.#library.netKernels(id), this.#library.netPayload(id)])
      .then(([kernels, payload]) => {
        if (building !== this.#building) return;
        const first = this.net === null;
        this.#loading = false;
        const table = this.#makeTable();
        this.showNet({ widths, payload, kernels }, table, this.theta, epoch);
        this.runSerial = this.weightSerial = this.#training.send({
          type: 'net',
          net: { widths, activation, output },
          theta: this.theta,
          table,
          domain: this.domain,
          options: this.#options(),
          epoch,
          running: this.status === 'running',
        });
        if (first) this.#sendSpeed();
      })
      .catch((thrown: unknown) => this.#fail(thrown));
  }

  // ── data ────────────────────────────────────────────────────────────────────────────────────────────────

  addPoint(x1: number, x2: number, label = this.brush): void {
    if (!Number.isFinite(x1 + x2) || !(label in this.classes)) return;
    if (this.points.length >= LIMITS.rows) {
      return this.say('note', `There are ${LIMITS.rows} points already.`, 'Remove some before adding more.');
    }
    this.#setData(dataset.withPoint(this.data, x1, x2, label));
  }

  movePoint(point: number, x1: number, x2: number): void {
    if (!(point in this.points) || !Number.isFinite(x1 + x2)) return;
    this.#setData(dataset.withMoved(this.data, point, x1, x2));
  }

  removePoint(point: number): void {
    if (!(point in this.points)) return;
    this.#keep('remove a point');
    this.#setData(dataset.without(this.data, point));
  }

  newData(): void {
    this.#keep('draw new data');
    this.set({ dataSeed: (this.settings.dataSeed + 1) % (LIMITS.seed + 1) });
  }

  async loadCsv(name: string, bytes: ArrayBuffer): Promise<boolean> {
    const result = readCsv(bytes);
    if (!result.ok) {
      this.say('fault', `${name}: ${faultText(result.fault)}`, result.fault.remedy);
      return false;
    }
    if (!this.shared) return false;
    this.#useTable(name, result.table, sha256(new Uint8Array(bytes)));
    return true;
  }

  #useTable(name: string, table: CsvTable, hash: string): void {
    const waiting = this.wanted?.hash === hash ? this.#waiting : null;
    const unlike = this.wanted !== null && waiting === null;
    this.#keep('load the file');
    this.settings = { ...this.settings, data: 'csv' };
    this.data = dataset.fromFile(table, name, hash, this.settings);
    this.#forgetWanted();
    this.brush = 0;
    this.example = 0;
    if (waiting) this.data = dataset.withEdits(this.data, waiting.points);
    this.#renew(false);
    if (waiting?.weights) this.#useWeights(waiting.weights);
    if (!unlike) return this.say('note', `${name}: ${table.x1.length} rows of ${this.classes.length} kinds.`);
    this.say(
      'note',
      `${name} is not the file the link was made with.`,
      'Its training will differ from the link’s.',
    );
  }

  /** The data set of the settings; points a person added stay, unless the set is another one. */
  #draw(replaced: boolean): void {
    if (this.settings.data === 'csv' && this.file) return;
    const own = replaced ? [] : this.points.filter((point) => point.base < 0);
    const drawn = dataset.generated(this.shared!.data, this.settings);
    this.data = { ...drawn, points: [...drawn.points, ...own] };
    this.#forgetWanted();
    this.brush = Math.min(this.brush, this.classes.length - 1);
    this.#clampExample();
  }

  #forgetWanted(): void {
    this.wanted = null;
    this.#waiting = null;
  }

  #clampExample(): void {
    this.example = Math.max(0, Math.min(this.example, this.points.length - 1));
  }

  #setData(data: DataState): void {
    this.data = data;
    this.#clampExample();
    this.#sendTable();
  }

  #makeTable(): Table {
    return makeTable(this.shared!.data, this.points, this.intendedWidths.at(-1)!, this.settings.standardise);
  }

  #sendTable(): void {
    if (!this.shared || this.#loading) return;
    this.table = this.#makeTable();
    this.#tell({ type: 'table', table: this.table, domain: this.domain });
  }

  // ── training ────────────────────────────────────────────────────────────────────────────────────────────

  play(): void {
    if (!this.#canTrain()) return;
    this.stopSlowMotion();
    this.comparison = null;
    this.status = 'running';
    if (!this.#loading) this.runSerial = this.#training.send({ type: 'play' });
  }

  override pause(): void {
    if (this.status !== 'running') return;
    this.status = 'paused';
    if (!this.#loading) this.runSerial = this.#training.send({ type: 'pause' });
  }

  step(): void {
    if (!this.#canTrain() || this.#loading) return;
    this.pause();
    this.comparison = null;
    this.status = 'paused';
    this.runSerial = this.weightSerial = this.#training.send({ type: 'step' });
  }

  #canTrain(): boolean {
    if (!this.ready) return false;
    if (this.status === 'overflow') {
      const remedy = 'Rewind, or reset; then try a smaller learning rate.';
      this.say('note', 'The numbers have left what a computer can hold.', remedy);
      return false;
    }
    if (this.points.some((point) => !point.test)) return true;
    this.say('note', 'There are no points to learn from.', 'Click into the plane to add some of each kind.');
    return false;
  }

  reset(): void {
    if (!this.shared) return;
    if (this.epoch > 0) this.#keep('reset');
    const seeded = this.#seededStart();
    this.#linkWeights = this.#start.some((value, i) => value !== seeded[i]) ? this.#start : null;
    this.#begin(this.#start, 0, false);
  }

  newStart(): void {
    this.set({ seed: (this.settings.seed + 1) % (LIMITS.seed + 1) });
  }

  rewind(): void {
    if (!this.ready || this.#loading) return;
    this.status = 'paused';
    this.#dropFindings();
    this.runSerial = this.weightSerial = this.#training.send({ type: 'rewind' });
  }

  compare(): void {
    if (!this.ready || this.status === 'running') return;
    const { start, seed } = this.settings;
    this.#training.send({ type: 'compare', start, seed });
  }

  frame(): void {
    this.#training.frame();
  }

  #receive(snapshot: Snapshot): void {
    const before = this.status;
    if (this.showSnapshot(snapshot) && this.status === 'stuck' && before !== 'stuck') this.compare();
  }

  // ── undo and links ──────────────────────────────────────────────────────────────────────────────────────

  #keep(label: string): void {
    if (!this.ready) return;
    const memento: Memento = {
      label,
      settings: this.settings,
      units: this.#units,
      theta: this.theta,
      start: this.#start,
      linkWeights: this.#linkWeights,
      data: this.data,
      epoch: this.epoch,
    };
    this.#past = [...this.#past.slice(1 - UNDO_DEPTH), memento];
  }

  undo(): void {
    const memento = this.#past.at(-1);
    if (!memento) return;
    this.#past = this.#past.slice(0, -1);
    this.settings = memento.settings;
    this.#units = memento.units;
    this.#start = memento.start;
    this.#linkWeights = memento.linkWeights;
    this.data = memento.data;
    this.#clampExample();
    this.#begin(memento.theta, memento.epoch, false);
    this.#sendSpeed();
  }

  restore(fragment: string): void {
    if (!this.shared) return;
    const { state, problem } = decodeLink(fragment);
    this.settings = state.settings;
    this.#past = [];
    this.example = 0;
    this.#forgetWanted();
    if (problem) this.say('fault', problem, 'Ask for the link again, or go on from here.');
    const drawn = dataset.generated(this.shared.data, state.settings);
    this.data = state.file ? drawn : dataset.withEdits(drawn, state.points);
    this.#renew(false);
    this.#sendSpeed();
    if (state.file) this.#askFor(state, state.file);
    else if (state.weights) this.#useWeights(state.weights);
  }

  #askFor(state: LinkState, file: { name: string; hash: string }): void {
    this.wanted = file;
    this.#waiting = state;
    const remedy = 'Choose that file to go on where the link begins.';
    this.say('note', `This link was made with the file “${file.name}”.`, remedy);
  }

  #useWeights(weights: Float64Array): void {
    if (weights.length !== this.#start.length) return;
    this.#start = weights;
    this.#linkWeights = weights;
    this.#begin(weights, 0, false);
  }
}

/**
 * Training: batches in a fixed order, kernels, and a watch over what comes out. Pure: no clock of its own, no
 * worker, no DOM. The trajectory depends on the start, the data, the settings and the seed alone.
 */

import { batchRows, batchSize, epochOrder, type BatchPlan } from './batches.ts';
import type { Table } from './data.ts';
import { Recorder, type Sample } from './history.ts';
import type { OptimiserKernels } from './load.ts';
import { netDims, parameterCount, trainingKernel, views } from './net.ts';
import type { Kernel, NetKernels } from './payload.ts';
import { Progress } from './progress.ts';
import type { OptimiserName } from './settings.ts';

export interface TrainerOptions {
  rate: number;
  /** Examples per update; 0: all. */
  batch: number;
  optimiser: OptimiserName;
  /** Seed of the batch order. */
  seed: number;
}

/** Everything that decides how training goes on. */
export interface TrainerState {
  epoch: number;
  /** Rows of this epoch already used. */
  position: number;
  steps: number;
  theta: Float64Array;
  /** The optimiser's arrays, by name. */
  memory: Record<string, Float64Array>;
}

/** The step that made a number infinite or undefined: the state before it and the rows it used. */
export interface Breakdown {
  before: TrainerState;
  lo: number;
  hi: number;
  X: Float64Array;
  T: Float64Array;
}

export type Stop = 'done' | 'stuck' | 'overflow';

export class Trainer {
  readonly theta: Float64Array;
  epoch = 0;
  steps = 0;
  position = 0;
  stopped: Stop | null = null;
  breakdown: Breakdown | null = null;

  private readonly gradientFlat: Float64Array;
  private readonly progress = new Progress();
  private table!: Table;
  private options: TrainerOptions;
  /** The kernel that trains, on its own copy of the training rows in this epoch's order. */
  private train!: Kernel;
  private evaluation!: Kernel;
  private evaluationFlat!: Float64Array;
  private prediction!: Kernel;
  private update!: Kernel;
  private memory!: Record<string, Float64Array>;
  /** Examples per update. */
  private size = 0;
  /** Which epoch's order the training rows are in; -1: the table's own. */
  private ordered = -1;
  private recent!: [TrainerState, TrainerState];
  private best!: { cost: number; state: TrainerState };

  constructor(
    private readonly net: NetKernels,
    private readonly optimisers: OptimiserKernels,
    readonly widths: readonly number[],
    theta: Float64Array,
    table: Table,
    options: TrainerOptions,
    /** Whoever needs few samples asks for few: what is sampled changes no step. */
    readonly history = new Recorder(),
  ) {
    this.theta = theta.slice();
    this.gradientFlat = new Float64Array(parameterCount(widths));
    this.options = { ...options };
    this.setTable(table);
    this.createOptimiser();
    this.remember();
  }

  get runnable(): boolean {
    return this.table.trainCount > 0;
  }

  get rows(): Table {
    return this.table;
  }

  get settings(): Readonly<TrainerOptions> {
    return this.options;
  }

  private get plan(): BatchPlan {
    const { batch, seed } = this.options;
    return { trainCount: this.table.trainCount, batch, seed };
  }

  // ── changes ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Other data: weights and the optimiser's memory stay, the epoch under way ends here. */
  setTable(table: Table): void {
    this.table = table;
    const { rows, trainCount } = table;
    const parameters = views(this.widths, this.theta);
    this.train = trainingKernel(this.net, this.widths).create(netDims(this.widths, trainCount), {
      ...parameters,
      ...views(this.widths, this.gradientFlat, 'd'),
      X: table.X.slice(0, trainCount * 2),
      T: table.T.slice(0, trainCount * table.classes),
    });
    this.evaluationFlat = new Float64Array(this.theta.length);
    this.evaluation = trainingKernel(this.net, this.widths).create(netDims(this.widths, rows), {
      ...parameters,
      ...views(this.widths, this.evaluationFlat, 'd'),
      X: table.X,
      T: table.T,
    });
    this.prediction = this.net.predict.create(netDims(this.widths, rows), { ...parameters, X: table.X });
    this.ordered = -1;
    this.position = 0;
    this.size = batchSize(this.plan);
    this.changed();
  }

  setOptions(change: Partial<TrainerOptions>): void {
    const before = this.options;
    this.options = { ...before, ...change };
    if (this.options.optimiser !== before.optimiser) this.createOptimiser();
    if (this.options.batch !== before.batch || this.options.seed !== before.seed) {
      this.position = 0;
      this.ordered = -2;
      this.size = batchSize(this.plan);
    }
    this.update.arrays.lr![0] = this.options.rate;
    this.changed();
  }

  /** A person changed a weight; the optimiser's memory stays. */
  setWeight(offset: number, value: number): void {
    this.theta[offset] = value;
    this.changed();
  }

  /** Counts on from an epoch, with the curves so far. */
  continueFrom(epoch: number, history: Recorder | null): void {
    this.epoch = epoch;
    if (history) this.history.copy(history);
    this.history.rewind(epoch);
    this.changed();
  }

  /** To the best state sampled so far. */
  rewind(): void {
    this.restore(this.best.state);
    this.history.rewind(this.epoch);
    this.changed();
  }

  /** Going on after "done" or "stuck": the verdict is not given again. */
  goOn(): void {
    if (this.stopped === 'overflow') return;
    if (this.stopped) this.progress.hush();
    this.stopped = null;
  }

  get rewindEpoch(): number {
    return this.best.state.epoch;
  }

  private changed(): void {
    this.stopped = null;
    this.breakdown = null;
    this.progress.restart(this.epoch);
    if (this.update) this.remember();
  }

  private createOptimiser(): void {
    const module = this.optimisers[this.options.optimiser];
    const arrays: Record<string, Float64Array> = {
      theta: this.theta,
      theta_next: this.theta,
      g: this.gradientFlat,
      lr: Float64Array.of(this.options.rate),
    };
    this.memory = {};
    for (const port of module.ports) {
      const name = port.name.replace(/_next$/, '');
      if (port.role !== 'output' || name === port.name || name === 'theta') continue;
      const array = new Float64Array(port.shape.length ? this.theta.length : 1);
      this.memory[name] = arrays[name] = arrays[port.name] = array;
    }
    this.update = module.create({ p: this.theta.length }, arrays);
  }

  // ── running ─────────────────────────────────────────────────────────────────────────────────────────────

  /** One update with the next batch. */
  step(): void {
    if (this.stopped || !this.runnable) return;
    if (this.history.last < 0) this.sample();
    this.advance();
    if (!this.finite()) this.breakDown();
    else if (this.position === 0) this.endEpoch();
  }

  /** Up to `count` epochs, until something stops it or `timeIsUp` says so. */
  run(count: number, timeIsUp: () => boolean): number {
    if (this.stopped || !this.runnable) return 0;
    if (this.history.last < 0) this.sample();
    const size = this.table.trainCount * this.theta.length;
    // Asking the clock costs as much as a small epoch's tenth.
    const mask = size < 4000 ? 15 : size < 40000 ? 3 : 0;
    let finished = 0;
    while (finished < count && !this.stopped) {
      do this.advance();
      while (this.position !== 0);
      if (!this.finite()) this.breakDown();
      else this.endEpoch();
      finished++;
      if ((finished & mask) === 0 && timeIsUp()) break;
    }
    return finished;
  }

  /** The rows (of the table) that the next step uses. */
  nextBatch(): Int32Array {
    return batchRows(this.plan, this.epoch, this.position);
  }

  private advance(): void {
    this.arrange();
    const lo = this.position;
    const hi = Math.min(lo + this.size, this.table.trainCount);
    this.train.run(lo, hi);
    this.update.run();
    this.steps++;
    this.position = hi === this.table.trainCount ? 0 : hi;
    if (this.position === 0) this.epoch++;
  }

  private endEpoch(): void {
    if (this.history.due(this.epoch)) this.sample();
    const older = this.recent[0];
    this.copyTo(older);
    this.recent = [this.recent[1], older];
  }

  private arrange(): void {
    const wanted = this.size >= this.table.trainCount ? -1 : this.epoch;
    if (this.ordered === wanted) return;
    const { X, T, classes } = this.table;
    const rows = epochOrder(this.plan, this.epoch);
    const into = this.train.arrays as { X: Float64Array; T: Float64Array };
    for (let row = 0; row < rows.length; row++) {
      const from = rows[row]!;
      into.X[row * 2] = X[from * 2]!;
      into.X[row * 2 + 1] = X[from * 2 + 1]!;
      for (let c = 0; c < classes; c++) into.T[row * classes + c] = T[from * classes + c]!;
    }
    this.ordered = wanted;
  }

  // ── looking ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Cost and accuracy of the present weights. */
  survey(): Sample {
    const { rows, trainCount } = this.table;
    this.prediction.run(0, rows);
    return {
      trainCost: this.costOf(0, trainCount),
      testCost: this.costOf(trainCount, rows),
      trainAccuracy: this.accuracyOf(0, trainCount),
      testAccuracy: this.accuracyOf(trainCount, rows),
    };
  }

  /** Length of the gradient over all training examples. */
  gradientLength(): number {
    if (!this.runnable) return NaN;
    this.evaluation.run(0, this.table.trainCount);
    const norm = this.optimisers.norm.create({ p: this.theta.length }, { g: this.evaluationFlat });
    norm.run();
    return norm.arrays.length![0]!;
  }

  /** The cost of each training row alone. */
  exampleCosts(): Float64Array {
    return Float64Array.from({ length: this.table.trainCount }, (_, row) => this.costOf(row, row + 1));
  }

  /** Training rows whose largest output is not their class. */
  wrongRows(): number[] {
    this.prediction.run(0, this.table.rows);
    return [...Array(this.table.trainCount).keys()].filter((row) => !this.right(row));
  }

  state(): TrainerState {
    const memory = Object.fromEntries(
      Object.entries(this.memory).map(([name, array]) => [name, array.slice()]),
    );
    const { epoch, position, steps } = this;
    return { epoch, position, steps, theta: this.theta.slice(), memory };
  }

  private costOf(lo: number, hi: number): number {
    if (lo === hi) return NaN;
    this.evaluation.run(lo, hi);
    return this.evaluation.arrays.cost![0]!;
  }

  private accuracyOf(lo: number, hi: number): number {
    let right = 0;
    for (let row = lo; row < hi; row++) if (this.right(row)) right++;
    return lo === hi ? NaN : right / (hi - lo);
  }

  private right(row: number): boolean {
    const { classes, T } = this.table;
    const y = this.prediction.arrays.y!;
    let largest = 0;
    for (let c = 1; c < classes; c++) {
      if (y[row * classes + c]! > y[row * classes + largest]!) largest = c;
    }
    return T[row * classes + largest] === 1;
  }

  /**
   * Will plain gradient descent never move again? Every entry must be 0 itself: a length may underflow. With batches
   * the gradient of all says too little, since what cancels in all of them need not cancel in a few: there, no
   * example may ask for anything.
   */
  cannotMove = (): boolean => {
    if (this.options.optimiser !== 'gd' || !this.runnable) return false;
    const { trainCount } = this.table;
    const part = this.size < trainCount ? 1 : trainCount;
    for (let row = 0; row < trainCount; row += part) {
      this.evaluation.run(row, row + part);
      if (!this.evaluationFlat.every((slope) => slope === 0)) return false;
    }
    return true;
  };

  private sample(): void {
    const sample = this.survey();
    if (!Number.isFinite(sample.trainCost)) return;
    this.history.add(this.epoch, sample);
    if (sample.trainCost < this.best.cost) this.best = { cost: sample.trainCost, state: this.state() };
    const verdict = this.progress.tell(this.epoch, sample.trainCost, sample.trainAccuracy, this.cannotMove);
    if (verdict) this.stopped = verdict === 'done' ? 'done' : 'stuck';
  }

  // ── breaking down and going back ────────────────────────────────────────────────────────────────────────

  private finite(): boolean {
    return Number.isFinite(this.train.arrays.cost![0]!);
  }

  /** Finds the step that broke, by replaying from the last state known to be good, and stops before it. */
  private breakDown(): void {
    const start = this.recent[0].theta.every(Number.isFinite) ? this.recent[0] : this.best.state;
    const end = this.steps;
    this.restore(start);
    let before = this.state();
    while (this.steps < end) {
      before = this.state();
      this.advance();
      if (!this.finite() || !this.theta.every(Number.isFinite)) break;
    }
    this.restore(before);
    this.arrange();
    const lo = this.position;
    const hi = Math.min(lo + this.size, this.table.trainCount);
    const { X, T } = this.train.arrays as { X: Float64Array; T: Float64Array };
    this.breakdown = { before, lo, hi, X: X.slice(), T: T.slice() };
    this.history.rewind(this.epoch);
    this.stopped = 'overflow';
  }

  private remember(): void {
    this.recent = [this.state(), this.state()];
    const cost = this.runnable ? this.costOf(0, this.table.trainCount) : Infinity;
    this.best = { cost: Number.isFinite(cost) ? cost : Infinity, state: this.state() };
  }

  private copyTo(state: TrainerState): void {
    state.epoch = this.epoch;
    state.position = this.position;
    state.steps = this.steps;
    state.theta.set(this.theta);
    for (const name in this.memory) state.memory[name]!.set(this.memory[name]!);
  }

  private restore(state: TrainerState): void {
    this.epoch = state.epoch;
    this.position = state.position;
    this.steps = state.steps;
    this.theta.set(state.theta);
    for (const name in this.memory) this.memory[name]!.set(state.memory[name]!);
  }
}

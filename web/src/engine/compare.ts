/** A start that plateaued beside one that succeeds: what each believes, what a push does, and a verdict. */

import type { DataKernels, OptimiserKernels, StartKernels } from './load.ts';
import { Inspector } from './inspect.ts';
import { startParameters } from './net.ts';
import type { Activation, NetKernels } from './payload.ts';
import { GOOD } from './progress.ts';
import { Random, STREAM } from './random.ts';
import type { StartName } from './settings.ts';
import { deadUnits, judge, muteLayer } from './stuck.ts';
import { SurfaceMaker } from './surface.ts';
import { Trainer } from './trainer.ts';
import type { Comparison, Domain, PushReport, StartReport } from './types.ts';

export interface ComparisonSetting {
  net: NetKernels;
  data: DataKernels;
  starts: StartKernels;
  optimisers: OptimiserKernels;
  activation: Activation;
  start: StartName;
  seed: number;
  domain: Domain;
}

const OTHER_STARTS = 8;
const PUSH = 0.1;
/** Bounds the work of one trial run: rows × parameters × epochs. */
const WORK = 4e8;

/** Yields a comparison whenever it has grown, and null when a slice of work is over (`timeIsUp`). */
export function* compareStarts(
  stuck: Trainer,
  setting: ComparisonSetting,
  timeIsUp: () => boolean,
): Generator<Comparison | null> {
  const epochs = trialLength(stuck);
  const facts: Facts = {
    stuck: report(stuck, setting, setting.seed),
    push: null,
    succeeded: null,
    tried: [],
  };
  const state = () => summary(stuck, setting, facts);
  yield state();
  const pushed = fork(stuck, setting, nudged(stuck.theta, setting.seed), stuck.settings.seed);
  yield* trial(pushed, epochs, timeIsUp);
  facts.push = pushReport(pushed, facts.stuck);
  yield state();
  for (let i = 1; i <= OTHER_STARTS && !facts.succeeded; i++) {
    const seed = (setting.seed + i) % 2 ** 32;
    const theta = startParameters(setting.starts, setting.start, stuck.widths, seed);
    const other = fork(stuck, setting, theta, seed);
    yield* trial(other, epochs, timeIsUp);
    facts.tried = [...facts.tried, seed];
    const { trainAccuracy } = other.survey();
    if (trainAccuracy >= Math.max(GOOD, facts.stuck.accuracy)) facts.succeeded = report(other, setting, seed);
    yield state();
  }
  yield { ...state(), finished: true };
}

interface Facts {
  stuck: StartReport;
  push: PushReport | null;
  succeeded: StartReport | null;
  tried: number[];
}

/** As long as the stuck start was given, within the bound of work. */
function trialLength(stuck: Trainer): number {
  const work = stuck.rows.trainCount * stuck.theta.length;
  return Math.max(50, Math.min(stuck.epoch, 5000, Math.round(WORK / work)));
}

function fork(from: Trainer, setting: ComparisonSetting, theta: Float64Array, seed: number): Trainer {
  return new Trainer(setting.net, setting.optimisers, from.widths, theta, from.rows, {
    ...from.settings,
    seed,
  });
}

function* trial(trainer: Trainer, epochs: number, timeIsUp: () => boolean): Generator<null> {
  while (trainer.epoch < epochs && !trainer.stopped) {
    trainer.run(epochs - trainer.epoch, timeIsUp);
    if (timeIsUp()) yield null;
  }
}

/** Every weight moved by at most PUSH, by numbers of the seed's own stream. */
function nudged(theta: Float64Array, seed: number): Float64Array {
  const random = new Random(seed, STREAM.push);
  return theta.map((value) => value + PUSH * (2 * random.uniform() - 1));
}

function pushReport(pushed: Trainer, stuck: StartReport): PushReport {
  const { trainCost, trainAccuracy } = pushed.survey();
  return {
    size: PUSH,
    epochs: pushed.epoch,
    costBefore: stuck.cost,
    costAfter: trainCost,
    accuracyAfter: trainAccuracy,
    escaped: trainCost < stuck.cost * 0.95,
  };
}

function report(trainer: Trainer, setting: ComparisonSetting, seed: number): StartReport {
  const { trainCost, trainAccuracy } = trainer.survey();
  const { pointOf, rows } = trainer.rows;
  const exampleCosts = new Float64Array(rows).fill(NaN);
  trainer.exampleCosts().forEach((cost, row) => (exampleCosts[pointOf[row]!] = cost));
  const maker = new SurfaceMaker(
    setting.net,
    setting.data,
    trainer.widths,
    trainer.theta,
    setting.domain,
    trainer.rows.scaling,
  );
  return {
    seed,
    epoch: trainer.epoch,
    cost: trainCost,
    accuracy: trainAccuracy,
    gradientLength: trainer.gradientLength(),
    surface: maker.make(),
    exampleCosts,
    givenUp: trainer.wrongRows().map((row) => pointOf[row]!),
  };
}

function summary(stuck: Trainer, setting: ComparisonSetting, facts: Facts): Comparison {
  const judged = judge({
    cannotMove: stuck.cannotMove(),
    muteLayer: muteLayerOf(stuck, setting),
    recentFall: recentFall(stuck),
    pushEscaped: facts.push?.escaped ?? null,
    tried: facts.tried.length,
    succeededSeed: facts.succeeded?.seed ?? null,
  });
  return { finished: false, ...facts, ...judged };
}

function muteLayerOf(stuck: Trainer, setting: ComparisonSetting): number {
  const { X, T, trainCount, classes } = stuck.rows;
  const inspector = new Inspector(setting.net, stuck.widths, trainCount);
  inspector.run(stuck.theta, X.subarray(0, trainCount * 2), T.subarray(0, trainCount * classes));
  const dead = deadUnits(inspector, stuck.theta, setting.activation, stuck.settings.optimiser);
  return muteLayer(inspector, dead);
}

/** How the cost fell over the later half of the recorded epochs: by what share, and did it slow down? */
function recentFall(stuck: Trainer): { share: number; steady: boolean } {
  const { epoch, trainCost } = stuck.history;
  const last = epoch.length - 1;
  if (last < 4) return { share: 0, steady: false };
  const costAt = (part: number) => trainCost[epoch.findIndex((e) => e >= epoch[last]! * part)]!;
  const [half, late, now] = [costAt(0.5), costAt(0.75), trainCost[last]!];
  const [earlier, later] = [half - late, late - now];
  // What settles falls ever less; what crawls along a slope falls as much in the last quarter as before.
  const steady = later > 1e-5 * now && later > earlier / 2;
  return { share: Math.max(0, (half - now) / half), steady };
}

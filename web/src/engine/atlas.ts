/**
 * A whole field of starts of one net, each trained by the sandbox's own trainer and certified by its own judge. Pure:
 * no clock, no worker. What becomes of a start depends on the plan and its seed alone.
 */

import { compareStarts, type ComparisonSetting } from './compare.ts';
import { domainOf, generate, table, type Table } from './data.ts';
import { Recorder } from './history.ts';
import { Inspector } from './inspect.ts';
import { netId, type Library } from './load.ts';
import { startParameters, views } from './net.ts';
import { GOOD } from './progress.ts';
import type { Settings } from './settings.ts';
import { deadUnits } from './stuck.ts';
import { SurfaceMaker } from './surface.ts';
import { Trainer } from './trainer.ts';
import type { Comparison, Domain, History, Point, Surface } from './types.ts';

/** The certificate looks at the costs after a half, three quarters and all of the epochs, and wants five samples. */
const SAMPLES = 4;

/** What every start of a field is given. */
export interface Plan {
  settings: Settings;
  epochs: number;
  /** A bias for all hidden units to begin with; null: 0, as starts have it. */
  bias: number | null;
}

export type Fate = 'learned' | 'overflow' | Comparison['verdict'];

export interface Outcome {
  seed: number;
  fate: Fate;
  cost: number;
  accuracy: number;
  /** Hidden units that are dead at birth, and at the end. */
  bornDead: number;
  dead: number;
}

export interface Replay {
  outcome: Outcome;
  history: History;
  before: Surface;
  after: Surface;
  /** Points it gets wrong in the end. */
  wrong: number[];
  /** The certificate; null where none is needed. */
  certificate: Comparison | null;
}

type Kernels = Omit<ComparisonSetting, 'seed'>;

export class Bench {
  readonly widths: readonly number[];
  private readonly rows: Table;
  private readonly inspector: Inspector;

  private constructor(
    private readonly kernels: Kernels,
    private readonly plan: Plan,
    readonly points: readonly Point[],
  ) {
    const { hidden, standardise } = plan.settings;
    this.widths = [2, ...hidden, 2];
    this.rows = table(kernels.data, points, 2, standardise);
    this.inspector = new Inspector(kernels.net, this.widths, this.rows.trainCount);
  }

  static async open(library: Library, plan: Plan): Promise<Bench> {
    const { hidden, activation, output, start } = plan.settings;
    const [net, data, starts, optimisers] = await Promise.all([
      library.netKernels(netId(hidden.length, activation, output)),
      library.data(),
      library.starts(),
      library.optimisers(),
    ]);
    const points = generate(data, plan.settings);
    const kernels = { net, data, starts, optimisers, activation, start, domain: domainOf(points) };
    return new Bench(kernels, plan, points);
  }

  get domain(): Domain {
    return this.kernels.domain;
  }

  /** A start before its first step. */
  theta(seed: number): Float64Array {
    const theta = startParameters(this.kernels.starts, this.plan.settings.start, this.widths, seed);
    if (this.plan.bias === null) return theta;
    const named = views(this.widths, theta);
    for (let layer = 1; layer < this.widths.length - 1; layer++) named[`b${layer}`]!.fill(this.plan.bias);
    return theta;
  }

  /** What becomes of a start: few samples on the way, and no more of a certificate than its verdict. */
  outcome(seed: number): Outcome {
    const theta = this.theta(seed);
    const trainer = this.trained(theta, seed, new Recorder(Math.max(1, this.plan.epochs / SAMPLES)));
    let fate = this.plainFate(trainer);
    if (fate === null) {
      // A proof is final at once, another verdict once the push has been tried.
      for (const comparison of this.compare(trainer, seed)) {
        if (!comparison || (comparison.verdict !== 'proved' && !comparison.push)) continue;
        fate = comparison.verdict;
        break;
      }
    }
    return this.told(trainer, seed, theta, fate!);
  }

  /** The identical start once more, with its curve, its pictures and its whole certificate. */
  replay(seed: number): Replay {
    const theta = this.theta(seed);
    const trainer = this.trained(theta, seed, new Recorder());
    let certificate: Comparison | null = null;
    if (this.plainFate(trainer) === null) {
      for (const comparison of this.compare(trainer, seed)) certificate = comparison ?? certificate;
    }
    const fate = certificate?.verdict ?? this.plainFate(trainer)!;
    return {
      outcome: this.told(trainer, seed, theta, fate),
      history: trainer.history.view(),
      before: this.surface(theta),
      after: this.surface(trainer.theta),
      wrong: trainer.wrongRows().map((row) => this.rows.pointOf[row]!),
      certificate,
    };
  }

  /** Every start is given all of its epochs: a verdict on the way does not end it. */
  private trained(theta: Float64Array, seed: number, history: Recorder): Trainer {
    const { net, optimisers } = this.kernels;
    const options = { ...this.plan.settings, seed };
    const trainer = new Trainer(net, optimisers, this.widths, theta, this.rows, options, history);
    while (trainer.epoch < this.plan.epochs && trainer.stopped !== 'overflow') {
      trainer.run(this.plan.epochs - trainer.epoch, () => false);
      trainer.goOn();
    }
    return trainer;
  }

  private plainFate(trainer: Trainer): Fate | null {
    if (trainer.stopped === 'overflow') return 'overflow';
    return trainer.survey().trainAccuracy >= GOOD ? 'learned' : null;
  }

  private compare(trainer: Trainer, seed: number): Generator<Comparison | null> {
    return compareStarts(trainer, { ...this.kernels, seed }, () => false);
  }

  private told(trainer: Trainer, seed: number, born: Float64Array, fate: Fate): Outcome {
    const { trainCost, trainAccuracy } = trainer.survey();
    return {
      seed,
      fate,
      cost: trainCost,
      accuracy: trainAccuracy,
      bornDead: this.dead(born),
      dead: this.dead(trainer.theta),
    };
  }

  private dead(theta: Float64Array): number {
    const { X, T, trainCount, classes } = this.rows;
    this.inspector.run(theta, X.subarray(0, trainCount * 2), T.subarray(0, trainCount * classes));
    return deadUnits(this.inspector, theta, this.kernels.activation, this.plan.settings.optimiser).length;
  }

  private surface(theta: Float64Array): Surface {
    const { net, data, domain } = this.kernels;
    return new SurfaceMaker(net, data, this.widths, theta, domain, this.rows.scaling).make();
  }
}

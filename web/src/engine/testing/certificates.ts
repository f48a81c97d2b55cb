/**
 * For tests and `python -m benchmarks.certificates`: starts are trained, certified, and trained on for ten times as
 * long, while every certificate ever given is held against what really happens.
 */

import { compareStarts } from '../compare.ts';
import { domainOf, generate, table, type Table } from '../data.ts';
import { Inspector } from '../inspect.ts';
import { netId, type Library } from '../load.ts';
import { startParameters } from '../net.ts';
import type { Activation, NetKernels, Output } from '../payload.ts';
import { GOOD } from '../progress.ts';
import { Random } from '../random.ts';
import { DEFAULTS, type DataSet, type OptimiserName, type Settings, type StartName } from '../settings.ts';
import { deadUnits, muteLayer } from '../stuck.ts';
import { Trainer } from '../trainer.ts';
import type { Comparison } from '../types.ts';

export const EPOCHS = 1000;
const TIMES = 10;
const LOOKS = 200;
/** A stream of its own for what is drawn here. */
const STREAM = 12;

export interface Examined {
  seed: number;
  /** What the start had become when its certificate was due. */
  then: 'learned' | 'overflow' | Comparison['verdict'];
  /** Had it learned after ten times as many epochs? */
  learned: boolean;
  /** Units said to stay dead, now or later, and looks at them afterwards. */
  units: number;
  looks: number;
  /** Certificates that did not hold, in words. */
  wrong: string[];
}

/** Even seeds: the atlas and its choices. Odd seeds: anything the sandbox offers. */
export function settingsOf(seed: number): Settings {
  const random = new Random(seed, STREAM);
  const one = <T>(...among: readonly T[]): T => among[random.below(among.length)]!;
  const anything = seed % 2 === 1;
  return {
    ...DEFAULTS,
    points: anything ? 40 : 60,
    testShare: anything ? one(0, 0.25) : 0,
    data: one<DataSet>('rings', 'rings', anything ? 'xor' : 'rings', 'fruit'),
    dataSeed: anything ? 1 + random.below(50) : 1,
    hidden: anything ? one([1], [2], [4], [8], [3, 3], [4, 2], [2, 3, 2]) : [3],
    activation: one<Activation>('relu', 'relu', 'relu', 'relu', 'leaky_relu', 'tanh', 'sigmoid', 'softplus'),
    output: anything ? one<Output>('softmax', 'squared') : 'softmax',
    rate: one(0.1, 0.5, 1, 3, 5, anything ? 20 : 3),
    batch: anything ? one(0, 0, 0, 16) : 0,
    optimiser: anything ? one<OptimiserName>('gd', 'gd', 'gd', 'gd', 'gd', 'momentum', 'adam') : 'gd',
    start: one<StartName>('he', 'xavier', 'uniform'),
    standardise: one(true, false),
    seed,
  };
}

interface Certified {
  layer: number;
  unit: number;
  epoch: number;
  says: Float64Array;
}

export async function examine(library: Library, seed: number): Promise<Examined> {
  const settings = settingsOf(seed);
  const { hidden, activation, output } = settings;
  const [net, data, starts, optimisers] = await Promise.all([
    library.netKernels(netId(hidden.length, activation, output)),
    library.data(),
    library.starts(),
    library.optimisers(),
  ]);
  const widths = [2, ...hidden, 2];
  const points = generate(data, settings);
  const rows = table(data, points, 2, settings.standardise);
  const theta = startParameters(starts, settings.start, widths, seed);
  const trainer = new Trainer(net, optimisers, widths, theta, rows, settings);
  const watch = new Watch(net, rows, trainer, settings);
  watch.run(EPOCHS);
  const result: Examined = { seed, then: 'learned', learned: false, units: 0, looks: 0, wrong: watch.wrong };
  if (trainer.stopped === 'overflow') result.then = 'overflow';
  else if (trainer.survey().trainAccuracy < GOOD) {
    const setting = { ...settings, net, data, starts, optimisers, domain: domainOf(points) };
    result.then = certificate(trainer, setting);
    watch.hold(result.then === 'proved');
  }
  watch.run(EPOCHS * TIMES);
  result.learned = trainer.stopped !== 'overflow' && trainer.survey().trainAccuracy >= GOOD;
  return { ...result, units: watch.certified.size, looks: watch.looks };
}

/** The sandbox's verdict: it is final once the push has been tried. */
function certificate(trainer: Trainer, setting: Parameters<typeof compareStarts>[1]): Comparison['verdict'] {
  for (const comparison of compareStarts(trainer, setting, () => false)) {
    if (comparison?.push) return comparison.verdict;
  }
  throw new Error('the comparison ended without a push');
}

/** Looks at a net in training again and again; what was certified once must be so at every later look. */
class Watch {
  readonly certified = new Map<string, Certified>();
  readonly wrong: string[] = [];
  looks = 0;
  /** The weights when it was proved that none moves, and whether it was proved that nothing gets through. */
  private held: Float64Array | null = null;
  private mute = false;
  private readonly inspector: Inspector;

  constructor(
    net: NetKernels,
    private readonly rows: Table,
    private readonly trainer: Trainer,
    private readonly settings: Settings,
  ) {
    this.inspector = new Inspector(net, trainer.widths, rows.trainCount);
    this.look();
  }

  run(until: number): void {
    const { trainer } = this;
    while (trainer.epoch < until && trainer.stopped !== 'overflow') {
      trainer.run(Math.min((EPOCHS * TIMES) / LOOKS, until - trainer.epoch), () => false);
      trainer.goOn();
      this.look();
    }
  }

  /** From here on a proof has been given. */
  hold(proved: boolean): void {
    if (!proved) return;
    if (this.trainer.cannotMove()) this.held = this.trainer.theta.slice();
    this.mute = muteLayer(this.inspector, this.found()) > 0;
    if (!this.held && !this.mute) this.wrong.push('proved, but for neither reason');
  }

  private found() {
    const { trainer, settings } = this;
    return deadUnits(this.inspector, trainer.theta, settings.activation, settings.optimiser);
  }

  private look(): void {
    const { trainer, rows } = this;
    if (trainer.stopped === 'overflow') return;
    const { trainCount, classes } = rows;
    this.inspector.run(
      trainer.theta,
      rows.X.subarray(0, trainCount * 2),
      rows.T.subarray(0, trainCount * classes),
    );
    const found = this.found();
    for (const known of this.certified.values()) this.check(known);
    for (const { layer, unit, stays } of found) {
      const key = `${layer}.${unit}`;
      if (stays && !this.certified.has(key))
        this.certified.set(key, { layer, unit, epoch: trainer.epoch, says: this.says(layer, unit) });
    }
    if (this.held && !same(this.held, trainer.theta)) this.complain('a weight moved');
    if (this.mute && !this.saysTheSame()) this.complain('the net tells examples apart');
  }

  private check({ layer, unit, epoch, says }: Certified): void {
    this.looks++;
    const slope = (row: number) => this.inspector.at(`slope_a${layer}_z${layer}`, [row, unit]);
    for (let row = 0; row < this.rows.trainCount; row++) {
      if (slope(row) !== 0)
        return this.complain(`unit ${unit} of layer ${layer}, certified at ${epoch}, revived`);
    }
    if (!same(says, this.says(layer, unit)))
      this.complain(`unit ${unit} of layer ${layer} says something else`);
  }

  private says(layer: number, unit: number): Float64Array {
    return Float64Array.from({ length: this.rows.trainCount }, (_, row) =>
      this.inspector.at(`a${layer}`, [row, unit]),
    );
  }

  private saysTheSame(): boolean {
    const y = (row: number) => this.inspector.at('y', [row, 0]);
    for (let row = 1; row < this.rows.trainCount; row++) if (y(row) !== y(0)) return false;
    return true;
  }

  private complain(what: string): void {
    const text = `seed ${this.settings.seed}, epoch ${this.trainer.epoch}: ${what}`;
    if (this.wrong.length < 5) this.wrong.push(text);
  }
}

const same = (a: Float64Array, b: Float64Array) => a.every((value, i) => value === b[i]);

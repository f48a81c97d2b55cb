import { beforeAll, describe, expect, it } from 'vitest';
import { generate, table, type Table } from './data.ts';
import { Inspector } from './inspect.ts';
import type { DataKernels, OptimiserKernels, StartKernels } from './load.ts';
import { startParameters, views } from './net.ts';
import type { NetKernels } from './payload.ts';
import { Random } from './random.ts';
import { DEFAULTS, type OptimiserName } from './settings.ts';
import { deadUnits, judge, muteLayer, type Findings } from './stuck.ts';
import { testLibrary } from './testing/payload.ts';
import { Trainer } from './trainer.ts';

let nets: NetKernels[];
let data: DataKernels;
let starts: StartKernels;
let optimisers: OptimiserKernels;
let rows: Table;

beforeAll(async () => {
  const library = testLibrary();
  [data, starts, optimisers] = await Promise.all([library.data(), library.starts(), library.optimisers()]);
  nets = await Promise.all(
    ['relu-softmax', 'relu-squared'].map((kind) => library.netKernels(`net-3-${kind}`)),
  );
  rows = table(data, generate(data, { ...DEFAULTS, points: 30, testShare: 0 }), 2, true);
}, 60_000);

function look(net: NetKernels, widths: number[], theta: Float64Array, optimiser: OptimiserName = 'gd') {
  const inspector = new Inspector(net, widths, rows.rows);
  inspector.run(theta, rows.X, rows.T);
  return deadUnits(inspector, theta, 'relu', optimiser);
}

const WIDTHS = [2, 3, 3, 3, 2];

/** A start with biases pushed down here and there, so that units are dead; some weights are exactly 0. */
function wounded(seed: number): Float64Array {
  const theta = startParameters(starts, 'he', WIDTHS, seed);
  const random = new Random(seed, 99);
  for (const [name, values] of Object.entries(views(WIDTHS, theta))) {
    const bias = name.startsWith('b') && name !== 'b4';
    values.forEach((_, i) => {
      const u = random.uniform();
      if (bias && u < 0.6) values[i] = -1 - 3 * u;
      if (!bias && u < 0.15) values[i] = 0;
    });
  }
  return theta;
}

describe('deadUnits', () => {
  it('says "stays so" only of units that do stay dead', () => {
    let stayed = 0;
    let woken = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const net = nets[seed % 2]!;
      const theta = wounded(seed);
      const before = look(net, WIDTHS, theta);
      const options = { rate: 2, batch: seed % 3 ? 0 : 7, optimiser: 'gd', seed } as const;
      const trainer = new Trainer(net, optimisers, WIDTHS, theta, rows, options);
      for (let i = 0; i < 400; i++) trainer.step();
      const after = look(net, WIDTHS, trainer.theta);
      for (const { layer, unit, stays } of before) {
        const dead = after.some((u) => u.layer === layer && u.unit === unit);
        if (stays) {
          stayed++;
          expect(dead, `seed ${seed} layer ${layer} unit ${unit}`).toBe(true);
        } else if (!dead) woken++;
      }
    }
    // The test would say nothing if neither ever happened.
    expect(stayed).toBeGreaterThan(50);
    expect(woken).toBeGreaterThan(2);
  });

  it('never says "stays so" when an optimiser has a memory', () => {
    for (const optimiser of ['momentum', 'adam'] as const) {
      for (const unit of look(nets[0]!, WIDTHS, wounded(3), optimiser)) {
        expect(unit.stays).toBe(false);
        expect(unit.words.join(' ')).toContain('wake up');
      }
    }
  });

  it('finds nothing to complain of in a healthy net', () => {
    const theta = startParameters(starts, 'he', WIDTHS, 1);
    const named = views(WIDTHS, theta);
    for (const name of ['b1', 'b2', 'b3']) named[name]!.fill(20);
    for (const name of ['W2', 'W3']) named[name]!.fill(0.1);
    expect(look(nets[0]!, WIDTHS, theta)).toEqual([]);
  });
});

describe('what is proved', () => {
  it('is no layer that stays dead but tells examples apart: a saturated tanh says 1 here and -1 there', async () => {
    const net = await testLibrary().netKernels('net-1-tanh-softmax');
    const widths = [2, 1, 2];
    const theta = new Float64Array(7);
    const look = (w1: number, b1: number) => {
      theta.set([w1, 0, b1, 0.5, -0.5, 0, 0]);
      const inspector = new Inspector(net, widths, rows.rows);
      inspector.run(theta, rows.X, rows.T);
      const dead = deadUnits(inspector, theta, 'tanh', 'gd');
      return { stays: dead.length === 1 && dead[0]!.stays, mute: muteLayer(inspector, dead) };
    };
    expect(look(1e6, 0)).toEqual({ stays: true, mute: 0 });
    expect(look(1, 1e6)).toEqual({ stays: true, mute: 1 });
    expect(look(1, 0)).toEqual({ stays: false, mute: 0 });
  });

  it('is no standstill that only the gradient of all examples shows: a few of them still pull', async () => {
    const net = await testLibrary().netKernels('net-1-tanh-softmax');
    const widths = [2, 2, 2];
    // At zero weights the two classes pull at the outputs' biases with equal force.
    const trainer = (batch: number) =>
      new Trainer(net, optimisers, widths, new Float64Array(12), rows, {
        rate: 0.5,
        batch,
        optimiser: 'gd',
        seed: 1,
      });
    expect(trainer(0).gradientLength()).toBe(0);
    expect(trainer(0).cannotMove()).toBe(true);
    const few = trainer(4);
    expect(few.gradientLength()).toBe(0);
    expect(few.cannotMove()).toBe(false);
    few.step();
    expect(few.theta.some((value) => value !== 0)).toBe(true);
  });

  it('is no gradient whose length underflows', async () => {
    const net = await testLibrary().netKernels('net-1-relu-softmax');
    const tiny = new Float64Array([1e-170, 0, 0, 1e-170, -1e-170, 0, 0]);
    const trainer = new Trainer(net, optimisers, [2, 1, 2], tiny, rows, {
      rate: 0.5,
      batch: 0,
      optimiser: 'gd',
      seed: 1,
    });
    expect(trainer.gradientLength()).toBe(0);
    expect(trainer.cannotMove()).toBe(false);
  });
});

describe('judge', () => {
  const plain: Findings = {
    cannotMove: false,
    muteLayer: 0,
    recentFall: { share: 0, steady: false },
    pushEscaped: false,
    tried: 3,
    succeededSeed: 5,
  };

  it.each<[string, Partial<Findings>]>([
    ['proved', { muteLayer: 1 }],
    ['proved', { cannotMove: true }],
    ['evidence', {}],
    ['evidence', { succeededSeed: null, tried: 8 }],
    ['still slow', { recentFall: { share: 0.2, steady: false } }],
    ['still slow', { recentFall: { share: 0.001, steady: true } }],
    ['still slow', { pushEscaped: true }],
  ])('%s', (verdict, change) => {
    const judged = judge({ ...plain, ...change });
    expect(judged.verdict).toBe(verdict);
    expect(judged.reasons.length).toBeGreaterThan(0);
  });
});

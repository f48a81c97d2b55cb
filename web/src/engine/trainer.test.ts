import { beforeAll, describe, expect, it } from 'vitest';
import { generate, table, type Table } from './data.ts';
import { netId, type DataKernels, type Library, type OptimiserKernels, type StartKernels } from './load.ts';
import { startParameters } from './net.ts';
import { explainOverflow } from './overflow.ts';
import { DEFAULTS, type Settings } from './settings.ts';
import { testLibrary } from './testing/payload.ts';
import { Trainer, type TrainerOptions } from './trainer.ts';

let library: Library;
let data: DataKernels;
let starts: StartKernels;
let optimisers: OptimiserKernels;

beforeAll(async () => {
  library = testLibrary();
  [data, starts, optimisers] = await Promise.all([library.data(), library.starts(), library.optimisers()]);
}, 60_000);

async function trainer(change: Partial<Settings> = {}): Promise<Trainer> {
  const settings = { ...DEFAULTS, ...change };
  const widths = [2, ...settings.hidden, 2];
  const net = await library.netKernels(netId(settings.hidden.length, settings.activation, settings.output));
  const rows: Table = table(data, generate(data, settings), 2, settings.standardise);
  const theta = startParameters(starts, settings.start, widths, settings.seed);
  const { rate, batch, optimiser, seed } = settings;
  const options: TrainerOptions = { rate, batch, optimiser, seed };
  return new Trainer(net, optimisers, widths, theta, rows, options);
}

const never = () => false;

describe('Trainer', () => {
  it('learns the rings from the default start', async () => {
    const t = await trainer();
    t.run(3000, never);
    expect(t.stopped).toBe('done');
    expect(t.survey().trainAccuracy).toBeGreaterThan(0.95);
  });

  it.each([0, 1, 4, 16])('has one trajectory however the work is cut up (batch %i)', async (batch) => {
    const [whole, pieces, steps] = await Promise.all([
      trainer({ batch }),
      trainer({ batch }),
      trainer({ batch }),
    ]);
    whole!.run(40, never);
    for (let i = 0; i < 40; i++) pieces!.run(1, () => true);
    while (steps!.epoch < 40) steps!.step();
    expect(pieces!.theta).toEqual(whole!.theta);
    expect(steps!.theta).toEqual(whole!.theta);
    expect(steps!.history.view()).toEqual(whole!.history.view());
  });

  it('trains differently with another batch order, and the same with the same seed', async () => {
    const [a, b, c] = await Promise.all([
      trainer({ batch: 4 }),
      trainer({ batch: 4 }),
      trainer({ batch: 4 }),
    ]);
    c!.setOptions({ seed: 99 });
    [a, b, c].forEach((t) => t!.run(5, never));
    expect(b!.theta).toEqual(a!.theta);
    expect(c!.theta).not.toEqual(a!.theta);
  });

  it('keeps a bounded history that ends near the present', async () => {
    const t = await trainer({ rate: 1e-5, optimiser: 'gd' });
    t.run(1400, never);
    expect(t.history.epoch.length).toBeLessThanOrEqual(512);
    expect(t.history.epoch[0]).toBe(0);
    expect(t.epoch - t.history.last).toBeLessThan(t.history.stride);
  });

  it('names the operation that overflowed and rewinds to before', async () => {
    const change = {
      activation: 'linear',
      hidden: [6, 6],
      rate: 100,
      optimiser: 'gd',
      output: 'softmax',
    } as const;
    const t = await trainer({ ...change, standardise: false });
    t.run(5000, never);
    expect(t.stopped).toBe('overflow');
    const id = netId(2, 'linear', 'softmax');
    const [net, payload] = await Promise.all([library.netKernels(id), library.netPayload(id)]);
    const report = explainOverflow(net, payload, 'gd', t)!;
    const equation = payload.gradient.equations.find((e) => e.output.name === report.variable);
    expect(equation?.op ?? 'gd').toBe(report.op);
    expect(report.words.length).toBeGreaterThan(1);
    expect(t.theta.every(Number.isFinite)).toBe(true);
    t.rewind();
    expect(Number.isFinite(t.survey().trainCost)).toBe(true);
    expect(t.stopped).toBeNull();
    t.setOptions({ rate: 0.01 });
    t.run(50, never);
    expect(t.stopped).toBeNull();
  });

  it('says at once that a net cannot move when the gradient is exactly 0', async () => {
    const t = await trainer({ activation: 'relu', optimiser: 'gd', hidden: [3] });
    // Hidden sums are negative everywhere, and the answers are already the shares of the classes.
    t.theta.fill(0);
    t.theta.fill(-50, 6, 9);
    t.setWeight(0, 0);
    t.run(20000, never);
    expect(['stuck', 'overflow']).toContain(t.stopped);
  });
});

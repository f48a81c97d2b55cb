import { it } from 'vitest';
import { generate, table } from './data.ts';
import { netId } from './load.ts';
import { startParameters } from './net.ts';
import { DEFAULTS, type Settings } from './settings.ts';
import { testLibrary } from './testing/payload.ts';
import { Trainer } from './trainer.ts';

it('sweeps', async () => {
  const library = testLibrary();
  const [data, starts, optimisers] = await Promise.all([library.data(), library.starts(), library.optimisers()]);
  const tries: Partial<Settings>[] = JSON.parse(process.env.TRIES!);
  for (const change of tries) {
    const base = { ...DEFAULTS, ...change };
    const net = await library.netKernels(netId(base.hidden.length, base.activation, base.output));
    let done = 0, ok = 0, at: number[] = [], test = 0;
    const fails: string[] = [];
    const N = Number(process.env.N ?? 100);
    const began = performance.now(); let epochs = 0;
    for (let seed = 1; seed <= N; seed++) {
      const s = { ...base, seed, dataSeed: seed };
      const widths = [2, ...s.hidden, 2];
      const rows = table(data, generate(data, s), 2, s.standardise);
      const t = new Trainer(net, optimisers, widths, startParameters(starts, s.start, widths, seed), rows, s);
      t.run(Number(process.env.E ?? 6000), () => false);
      epochs += t.epoch;
      const sv = t.survey();
      if (t.stopped === 'done') { done++; at.push(t.epoch); } else fails.push(`${seed}:${t.stopped}@${t.epoch} acc ${sv.trainAccuracy.toFixed(2)} cost ${sv.trainCost.toFixed(3)}`);
      if (sv.trainAccuracy >= 0.95) ok++;
      test += sv.testAccuracy;
    }
    at.sort((a, b) => a - b);
    console.log(JSON.stringify(change), `done ${done}/${N} acc>=.95 ${ok} median ${at[at.length >> 1]} p90 ${at[Math.floor(at.length * 0.9)]} test ${(test / N).toFixed(3)} epochs/s ${Math.round(epochs / (performance.now() - began) * 1000)}`, fails.slice(0, 6).join(' | '));
  }
}, 600000);

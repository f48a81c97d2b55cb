import { beforeAll, describe, expect, it } from 'vitest';
import { generate, domainOf, table } from './data.ts';
import type { Library } from './load.ts';
import { startParameters } from './net.ts';
import type { FromWorker, Snapshot } from './protocol.ts';
import { Random } from './random.ts';
import { TrainingServer } from './server.ts';
import { DEFAULTS } from './settings.ts';
import { testLibrary } from './testing/payload.ts';

let library: Library;

beforeAll(async () => {
  library = testLibrary();
  await Promise.all([library.data(), library.netKernels('net-1-tanh-softmax')]);
}, 60_000);

/** A server whose clock jumps about and whose frames come when chance wants them. */
async function train(seed: number, epochs: number): Promise<Snapshot> {
  const random = new Random(seed);
  const heard: FromWorker[] = [];
  const due: (() => void)[] = [];
  let clock = 0;
  const server = new TrainingServer({
    post: (message) => heard.push(structuredClone(message)),
    now: () => (clock += random.uniform() * 3),
    later: (callback) => due.push(callback),
    library: () => library,
  });
  let serial = 0;
  const send = (
    command: Parameters<TrainingServer['receive']>[0] extends infer M ? Omit<M & object, 'serial'> : never,
  ) => server.receive({ ...command, serial: ++serial } as Parameters<TrainingServer['receive']>[0]);
  const [data, starts] = await Promise.all([library.data(), library.starts()]);
  const settings = { ...DEFAULTS, batch: 16 };
  const points = generate(data, settings);
  const widths = [2, ...settings.hidden, 2];
  await send({ type: 'open', base: '' } as never);
  await send({ type: 'speed', speed: { unit: 'epoch', perSecond: Infinity } } as never);
  await send({
    type: 'net',
    net: { widths, activation: settings.activation, output: settings.output },
    theta: startParameters(starts, settings.start, widths, settings.seed),
    table: table(data, points, 2, true),
    domain: domainOf(points),
    options: settings,
    epoch: 0,
    running: true,
  } as never);
  const latest = () => heard.filter((m): m is Snapshot => m.type === 'snapshot').at(-1);
  while (!latest() || latest()!.running) {
    due.splice(0).forEach((callback) => callback());
    if (random.uniform() < 0.3) await send({ type: 'frame' } as never);
    else await new Promise((done) => setTimeout(done));
    if ((latest()?.epoch ?? 0) > epochs) throw new Error('it never stopped');
  }
  return latest()!;
}

describe('TrainingServer', () => {
  it('has one trajectory, whatever the clock and the frames do', async () => {
    const runs = [await train(1, 20000), await train(2, 20000), await train(3, 20000)];
    expect(runs[0]!.stopped).toBe('done');
    for (const run of runs) {
      expect(run.epoch).toBe(runs[0]!.epoch);
      expect(run.theta).toEqual(runs[0]!.theta);
    }
  });

  it('answers a frame before there is a net, and says so when files are missing', async () => {
    const heard: FromWorker[] = [];
    const server = new TrainingServer({
      post: (message) => heard.push(message),
      now: () => 0,
      later: () => {},
      library: () => library,
    });
    await server.receive({ type: 'frame', serial: 1 });
    expect(heard).toEqual([{ type: 'empty' }]);
  });
});

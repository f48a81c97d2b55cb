import { execFileSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectLocally, until } from '../../engine/testing/local.ts';
import { python, testLibrary } from '../../engine/testing/payload.ts';
import { Sandbox } from './sandbox.svelte.ts';

const open: Sandbox[] = [];

async function sandbox(fragment = ''): Promise<Sandbox> {
  const library = testLibrary();
  const s = new Sandbox(library, connectLocally(library), fragment);
  open.push(s);
  await until(
    () => s.frame(),
    () => s.ready && s.surface !== null,
  );
  return s;
}

const settle = (s: Sandbox, holds: () => boolean, limit?: number) => until(() => s.frame(), holds, limit);
const csv = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

beforeAll(async () => {
  // The first to ask waits for Python.
  await Promise.all([testLibrary().data(), testLibrary().netKernels('net-1-tanh-softmax')]);
}, 60_000);

afterEach(() => open.splice(0).forEach((s) => s.close()));

describe('Sandbox', () => {
  it('shows values before anything is pressed', async () => {
    const s = await sandbox();
    expect(s.widths).toEqual([2, 4, 2]);
    expect(s.neurons.map((layer) => layer.length)).toEqual([2, 4, 2]);
    expect(s.neurons.flat().every((n) => Number.isFinite(n.value))).toBe(true);
    expect(s.edges).toHaveLength(16);
    expect(s.edges.every((e) => Number.isFinite(e.weight) && Number.isFinite(e.gradient))).toBe(true);
    expect(s.status).toBe('paused');
    expect(s.cost).toBeGreaterThan(0);
    expect(s.surface!.values).toHaveLength(64 * 64 * 2);
  });

  it.each(['linear', 'relu', 'softplus'])('shows values of %s units', async (activation) => {
    const s = await sandbox(`#v=1&hidden=3.2&act=${activation}&out=squared`);
    expect(s.neurons.flat().every((n) => Number.isFinite(n.value))).toBe(true);
    expect(
      s.neurons[1]!.every((n) =>
        Number.isFinite(s.value({ variable: n.sum!, index: ['n', 'u'] }, { u: n.unit })),
      ),
    ).toBe(true);
  });

  it('learns on the first press of play, and resets to the same start', async () => {
    const s = await sandbox();
    const start = s.parameters.slice();
    s.set({ speed: 'full' });
    s.play();
    expect(s.status).toBe('running');
    await settle(s, () => s.status === 'done');
    expect(s.accuracy).toBeGreaterThan(0.95);
    expect(s.history.epoch.length).toBeGreaterThan(10);
    s.reset();
    await settle(s, () => s.epoch === 0 && s.parameters[0] === start[0]);
    expect(s.parameters).toEqual(start);
    expect(s.status).toBe('paused');
    s.newStart();
    await settle(s, () => s.parameters[0] !== start[0]);
    expect(s.settings.seed).toBe(2);
  });

  it('goes on after "done" when asked to', async () => {
    const s = await sandbox();
    s.set({ speed: 'full' });
    s.play();
    await settle(s, () => s.status === 'done');
    const { epoch } = s;
    s.play();
    await settle(s, () => s.epoch > epoch + 500 && s.status === 'running');
    s.pause();
    await settle(s, () => s.status === 'paused');
  });

  it('steps once per press', async () => {
    const s = await sandbox();
    s.step();
    await settle(s, () => s.epoch === 1);
    s.step();
    await settle(s, () => s.epoch === 2);
  });

  it('looks at one example after another, then updates', async () => {
    const s = await sandbox('#v=1&speed=example&batch=4');
    s.play();
    await settle(s, () => s.visiting !== null);
    const first = s.visiting!;
    expect(s.points[first]!.test).toBe(false);
    expect(s.example).toBe(first);
    await settle(s, () => s.visiting !== first && s.visiting !== null);
    const before = s.parameters;
    await settle(s, () => s.parameters.some((value, i) => value !== before[i]));
    s.pause();
    expect(s.epoch).toBe(0);
  });

  it('replays the chain rule of every parameter to the gradient the kernel used', async () => {
    const s = await sandbox();
    for (const scope of ['example', 'batch'] as const) {
      s.scope = scope;
      for (const { entry } of s.edges) {
        s.select({ kind: 'parameter', entry });
        const d = s.derivation!;
        expect(d.agrees, `${scope} ${entry.variable}[${entry.index.join()}]`).toBe(true);
        const first = d.factors.reduce((product, f) => product * f.number, 1);
        if (scope === 'example') expect(first).toBeCloseTo(d.gradient.number, 12);
        const step = d.update.before - d.update.rate * d.gradient.number;
        expect(d.update.after).toBeCloseTo(step, 12);
        if (scope === 'example') {
          const sum = s.paths().reduce((total, path) => total + path.product, 0);
          expect(s.paths()).toHaveLength(d.pathCount);
          expect(sum).toBeCloseTo(d.gradient.number, 12);
        }
      }
    }
  });

  it.each(['gd', 'momentum', 'adam'])(
    'foretells the next update of %s to the last digit',
    async (optimiser) => {
      const s = await sandbox(`#v=1&batch=16&opt=${optimiser}&rate=0.05&act=sigmoid`);
      s.scope = 'batch';
      for (let i = 0; i < 9; i++) s.step();
      await settle(s, () => s.epoch === 1);
      const entry = { variable: 'W2', index: [1, 0] };
      s.select({ kind: 'parameter', entry });
      for (let i = 0; i < 4; i++) {
        const { update, gradient } = s.derivation!;
        expect(update.before).toBe(s.parameter(entry));
        expect(gradient.number).not.toBe(0);
        s.step();
        await settle(s, () => s.parameter(entry) !== update.before);
        expect(s.parameter(entry)).toBeCloseTo(update.after, 14);
      }
    },
  );

  it('replays the chain rule of biases too', async () => {
    const s = await sandbox('#v=1&hidden=3.2');
    for (const { bias } of s.neurons.slice(1).flat()) {
      s.select({ kind: 'parameter', entry: bias! });
      expect(s.derivation!.agrees, `${bias!.variable}[${bias!.index}]`).toBe(true);
      expect(s.derivation!.product).toBeCloseTo(s.gradient(bias!), 12);
    }
  });

  it('changes a weight and keeps it in the start', async () => {
    const s = await sandbox();
    const { entry } = s.edges[3]!;
    const before = s.surface;
    s.setParameter(entry, 2.5);
    expect(s.parameter(entry)).toBe(2.5);
    await settle(s, () => s.surface !== before);
    s.step();
    await settle(s, () => s.epoch === 1);
    expect(s.parameter(entry)).not.toBe(2.5);
    s.reset();
    await settle(s, () => s.epoch === 0);
    expect(s.parameter(entry)).toBe(2.5);
  });

  it('restores a start from its link: the identical trajectory', async () => {
    const a = await sandbox('#v=1&data=xor&hidden=3.3&seed=7&batch=4');
    a.setParameter(a.edges[0]!.entry, 1 / 3);
    a.addPoint(1.5, -0.25, 1);
    a.movePoint(4, 0.1, 0.2);
    a.removePoint(9);
    await settle(a, () => a.link.includes('own='));
    const b = await sandbox(a.link);
    expect(b.points).toEqual(a.points);
    expect(b.parameters).toEqual(a.parameters);
    for (const s of [a, b]) {
      for (let i = 1; i <= 60; i++) s.step();
    }
    await settle(a, () => a.epoch >= 2 && !Number.isNaN(a.cost));
    await settle(b, () => b.epoch >= 2);
    await settle(a, () => b.epoch === a.epoch && a.cost === b.cost);
    expect(b.parameters).toEqual(a.parameters);
  });

  it('edits structure: survivors keep their weights, undo brings the rest back', async () => {
    const s = await sandbox();
    for (let i = 0; i < 5; i++) s.step();
    await settle(s, () => s.epoch === 5);
    const kept = s.parameter({ variable: 'W1', index: [0, 1] });
    const all = s.parameters.slice();
    s.addUnit(1);
    await settle(s, () => s.widths[1] === 5 && s.parameters.length === 5 * 3 + 6 * 2);
    expect(s.parameter({ variable: 'W1', index: [0, 1] })).toBe(kept);
    s.removeUnit(1, 0);
    await settle(s, () => s.widths[1] === 4);
    expect(s.parameter({ variable: 'W1', index: [0, 0] })).toBe(kept);
    s.addLayer();
    await settle(s, () => s.widths.length === 4);
    expect(s.epoch).toBe(5);
    expect(s.undoable).toBe('add a layer');
    s.undo();
    s.undo();
    s.undo();
    await settle(s, () => s.parameters.length === all.length);
    expect(s.parameters).toEqual(all);
  });

  it('reads a file, and leaves everything as it was on a bad one', async () => {
    const s = await sandbox();
    const before = s.points;
    expect(await s.loadCsv('bad.csv', csv('1,2,a\n3,x,b\n4,5,a'))).toBe(false);
    expect(s.message).toMatchObject({ kind: 'fault' });
    expect(s.message!.text).toContain('Line 2');
    expect(s.points).toBe(before);
    expect(await s.loadCsv('good.csv', csv('w,h,k\n1,2,a\n3,1,b\n4,5,c\n2,2,a\n3,3,b\n9,9,c'))).toBe(true);
    await settle(s, () => s.widths.at(-1) === 3);
    expect(s.classes).toEqual(['a', 'b', 'c']);
    expect(s.features).toEqual(['w', 'h']);
    const again = await sandbox(s.link);
    expect(again.wanted?.name).toBe('good.csv');
    await again.loadCsv('good.csv', csv('w,h,k\n1,2,a\n3,1,b\n4,5,c\n2,2,a\n3,3,b\n9,9,c'));
    await settle(again, () => again.widths.at(-1) === 3);
    expect(again.points).toEqual(s.points);
    expect(again.parameters).toEqual(s.parameters);
  });

  it('marks dead units and explains a plateau', async () => {
    const s = await sandbox('#v=1&hidden=3&act=relu&start=uniform&rate=0.5&speed=full');
    for (const unit of [0, 1, 2]) s.setParameter({ variable: 'b1', index: [unit] }, -50);
    await settle(s, () => s.dead.length === 3);
    expect(s.dead.every((unit) => unit.stays)).toBe(true);
    s.play();
    await settle(s, () => s.status === 'stuck');
    await settle(s, () => s.comparison !== null && !s.comparing, 20000);
    expect(s.comparison).toMatchObject({ verdict: 'proved', finished: true });
    expect(s.comparison!.succeeded).not.toBeNull();
    s.set({ optimiser: 'adam' });
    await settle(s, () => s.dead.length === 3 && !s.dead[0]!.stays);
  });

  it('stops on overflow, names the operation, and rewinds', async () => {
    const s = await sandbox('#v=1&hidden=6.6&act=linear&rate=100&opt=gd&std=0&speed=full');
    s.play();
    await settle(s, () => s.status === 'overflow' && s.overflow !== null);
    expect(s.overflow!.words.length).toBeGreaterThan(1);
    s.play();
    expect(s.message?.text).toBeTruthy();
    s.rewind();
    await settle(s, () => s.status === 'paused' && Number.isFinite(s.cost));
  });

  it('gives Python that prints the same cost and gradients', async () => {
    const s = await sandbox('#v=1&hidden=2.2&out=squared');
    s.scope = 'batch';
    const printed = execFileSync(python(), ['-c', s.pythonSource], { encoding: 'utf-8' });
    expect(Number(/^cost = (.*)$/m.exec(printed)![1])).toBeCloseTo(s.cost, 12);
    const dW1 = /^dW1 = ([^a-z]*)/m
      .exec(printed)![1]!
      .match(/-?[\d.]+(e-?\d+)?/g)!
      .map(Number);
    const shown = s.edges.filter((e) => e.layer === 1).map((e) => e.gradient);
    dW1.forEach((value, i) => expect(value).toBeCloseTo(shown[i]!, 7));
    expect(dW1).toHaveLength(4);
  });

  it('plays a pass moment by moment, both ways', async () => {
    const s = await sandbox();
    s.startSlowMotion();
    const slow = s.slowMotion!;
    const places = slow.moments.filter((m) => m.place !== null);
    expect(places.length).toBeGreaterThan(20);
    expect(slow.moments.some((m) => m.direction === 'backward')).toBe(true);
    const z = slow.moments.find((m) => m.target.variable === 'z1')!;
    expect(z.packets).toHaveLength(3);
    expect(z.packets.reduce((sum, p) => sum + p.number, 0)).toBeCloseTo(z.target.number, 12);
    expect(slow.has(z.target)).toBe(false);
    slow.next();
    expect(slow.has(slow.current!.target)).toBe(true);
    slow.seek(1e9);
    expect(slow.position).toBe(slow.moments.length - 1);
    slow.back();
    expect(slow.position).toBe(slow.moments.length - 2);
  });

  it('survives any fragment', async () => {
    const s = await sandbox('#v=1&rate=abc');
    expect(s.message!.text).toContain('damaged');
    expect(s.settings.rate).toBe(0.5);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromPython, Progress, Request, ToPython } from './protocol.ts';
import { PythonService, type State, type WorkerLike } from './service.ts';

/** A worker that says what a test tells it to. */
class FakeWorker implements WorkerLike {
  onmessage: ((event: MessageEvent<FromPython>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly received: ToPython[] = [];
  ended = false;

  postMessage(message: ToPython): void {
    this.received.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  says(message: FromPython): void {
    this.onmessage?.({ data: message } as MessageEvent<FromPython>);
  }

  ready(): void {
    this.says({ type: 'ready', report: { python: '3.14', milliseconds: 5, parts: {}, snapshot: 'none' } });
  }

  /** Answers the request it was given last. */
  answers(text = 'done'): void {
    const answer = { ok: true, value: { functions: [] }, stdout: text, stderr: '' };
    this.says({ type: 'answer', id: this.asked.at(-1)!, answer: JSON.stringify(answer) });
  }

  get asked(): number[] {
    return this.received.flatMap((message) => (message.type === 'run' ? message.id : []));
  }
}

const REQUEST: Request = { kind: 'execute', source: 'print(1)' };
let workers: FakeWorker[];
let states: State[];
let python: PythonService;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  states = [];
  python = new PythonService({
    core: 'https://example.test/py/core.zip',
    patience: 1000,
    spawn() {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
    spawnKernel: () => {
      throw new Error('no kernels here');
    },
  });
  python.subscribe((state) => states.push(state));
});

afterEach(() => vi.useRealTimers());

/** Lets what is due happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function ready(): Promise<FakeWorker> {
  const loading = python.load();
  workers.at(-1)!.ready();
  await loading;
  return workers.at(-1)!;
}

describe('loading', () => {
  it('starts nothing before it is asked to', () => {
    expect(python.state).toBe('idle');
    expect(workers).toHaveLength(0);
  });

  it('happens once, however often it is asked for, and tells how far it is', async () => {
    const seen: Progress[] = [];
    const first = python.load((progress) => seen.push(progress));
    const second = python.load();
    expect(workers).toHaveLength(1);
    expect(workers[0]!.received).toEqual([{ type: 'load', core: 'https://example.test/py/core.zip' }]);
    const progress: Progress = { phase: 'download', fraction: 0.35, bytes: 5, total: 10 };
    workers[0]!.says({ type: 'progress', progress });
    workers[0]!.ready();
    expect(await first).toEqual(await second);
    expect(seen).toEqual([progress]);
    expect(states).toEqual(['loading', 'ready']);
  });

  it('fails with the words of the worker, and can be tried again', async () => {
    const loading = python.load();
    workers[0]!.says({ type: 'failed', code: 'no-webassembly', message: 'Not here.', remedy: 'Elsewhere.' });
    await expect(loading).rejects.toMatchObject({ code: 'no-webassembly', remedy: 'Elsewhere.' });
    expect(python.state).toBe('failed');
    expect(workers[0]!.ended).toBe(true);
    await ready();
    expect(python.state).toBe('ready');
  });

  it('fails when nothing comes for a while, but not while something does', async () => {
    const loading = python.load();
    loading.catch(() => undefined);
    for (let step = 0; step < 3; step++) {
      await vi.advanceTimersByTimeAsync(900);
      const progress: Progress = { phase: 'download', fraction: 0, bytes: step, total: 10 };
      workers[0]!.says({ type: 'progress', progress });
    }
    expect(python.state).toBe('loading');
    await vi.advanceTimersByTimeAsync(1001);
    await expect(loading).rejects.toMatchObject({ code: 'python-stalled' });
    expect(python.state).toBe('failed');
  });

  it('says so when the worker cannot even start', async () => {
    const loading = python.load();
    workers[0]!.onerror?.({ message: '' } as ErrorEvent);
    await expect(loading).rejects.toMatchObject({ code: 'python-failed' });
  });

  it('can be stopped', async () => {
    const loading = python.load();
    const request = python.run(REQUEST);
    python.stop();
    await expect(loading).rejects.toMatchObject({ code: 'stopped' });
    expect(await request).toMatchObject({ ok: false, error: { code: 'stopped' } });
    expect(python.state).toBe('idle');
    expect(workers[0]!.ended).toBe(true);
  });
});

describe('running', () => {
  it('loads first if need be, and answers', async () => {
    const request = python.run(REQUEST);
    workers[0]!.ready();
    await settle();
    expect(python.state).toBe('running');
    workers[0]!.answers();
    expect(await request).toMatchObject({ ok: true, stdout: 'done' });
    expect(states).toEqual(['loading', 'ready', 'running', 'ready']);
  });

  it('tells a failure to load as an answer', async () => {
    const request = python.run(REQUEST);
    workers[0]!.says({ type: 'failed', code: 'no-webassembly', message: 'Not here.', remedy: '' });
    expect(await request).toMatchObject({ ok: false, error: { code: 'no-webassembly' } });
  });

  it('asks one thing at a time, in order', async () => {
    const worker = await ready();
    const first = python.run(REQUEST);
    const second = python.run(REQUEST);
    await settle();
    expect(worker.asked).toHaveLength(1);
    worker.answers('one');
    worker.answers('two');
    expect((await first).stdout).toBe('one');
    expect((await second).stdout).toBe('two');
  });
});

describe('stopping', () => {
  it('ends the worker, starts another, and what comes next works', async () => {
    const worker = await ready();
    const request = python.run(REQUEST);
    await settle();
    states.length = 0;
    python.stop();
    expect(await request).toMatchObject({ ok: false, error: { code: 'stopped' } });
    expect(worker.ended).toBe(true);
    expect(workers).toHaveLength(2);
    expect(states).toEqual(['stopping', 'restarting']);
    worker.answers('too late');
    const next = python.run(REQUEST);
    workers[1]!.ready();
    await settle();
    workers[1]!.answers('anew');
    expect((await next).stdout).toBe('anew');
    expect(states.slice(2)).toEqual(['ready', 'running', 'ready']);
  });

  it('happens by itself after the time allowed, and spares what waits', async () => {
    await ready();
    const endless = python.run(REQUEST, { timeout: 500 });
    const patient = python.run(REQUEST);
    await vi.advanceTimersByTimeAsync(501);
    expect(await endless).toMatchObject({ ok: false, error: { code: 'timeout' } });
    workers[1]!.ready();
    await settle();
    workers[1]!.answers('after all');
    expect((await patient).stdout).toBe('after all');
  });

  it('follows a signal; what has not begun is only taken off the list', async () => {
    const worker = await ready();
    const running = python.run(REQUEST);
    const aborter = new AbortController();
    const waiting = python.run(REQUEST, { signal: aborter.signal });
    await settle();
    aborter.abort();
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'stopped' } });
    expect(worker.ended).toBe(false);
    worker.answers();
    expect((await running).ok).toBe(true);
    expect(worker.asked).toHaveLength(1);
  });

  it('stops all that waits, and starts anew once', async () => {
    await ready();
    const requests = [python.run(REQUEST), python.run(REQUEST), python.run(REQUEST)];
    await settle();
    python.stop();
    for (const answer of await Promise.all(requests)) expect(answer.ok).toBe(false);
    expect(workers).toHaveLength(2);
  });

  it('does nothing when there is nothing to stop', async () => {
    const worker = await ready();
    python.stop();
    expect(worker.ended).toBe(false);
    expect(python.state).toBe('ready');
  });

  it('a timer of a request that was answered stops nothing', async () => {
    const worker = await ready();
    const request = python.run(REQUEST, { timeout: 500 });
    await settle();
    worker.answers();
    await request;
    await vi.advanceTimersByTimeAsync(1000);
    expect(worker.ended).toBe(false);
    expect(python.state).toBe('ready');
  });
});

describe('when Python breaks', () => {
  it('says so as an answer and starts anew', async () => {
    const worker = await ready();
    const request = python.run(REQUEST);
    await settle();
    worker.says({ type: 'broken', id: worker.asked[0]!, message: 'out of memory' });
    expect(await request).toMatchObject({ ok: false, error: { code: 'out-of-order' } });
    expect(python.state).toBe('restarting');
    workers[1]!.ready();
    expect(python.state).toBe('ready');
  });

  it('a restart that fails is told to those who wait', async () => {
    await ready();
    const running = python.run(REQUEST);
    await settle();
    python.stop();
    await running;
    const next = python.run(REQUEST);
    workers[1]!.says({ type: 'failed', code: 'python-failed', message: 'No connection.', remedy: '' });
    expect(await next).toMatchObject({ ok: false, error: { code: 'python-failed' } });
    expect(python.state).toBe('failed');
  });

  it('can be put away and taken out again', async () => {
    const worker = await ready();
    python.dispose();
    expect(worker.ended).toBe(true);
    expect(python.state).toBe('idle');
    await ready();
    expect(workers).toHaveLength(2);
  });
});

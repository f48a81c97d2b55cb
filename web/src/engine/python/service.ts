/**
 * Python in the page: loads it on demand, runs one request after another, and stops what runs too long. No DOM.
 *
 *     const python = pythonService(document);
 *     await python.load((progress) => …);
 *     const answer = await python.run({ kind: 'trace', source, example: 'w = 0.5' }, { timeout: 10_000 });
 *
 *     const kernel = await python.kernel(answer.value);   // of a request of kind 'kernel'
 *
 * What goes wrong in the person's code, or while it runs, is an answer with `ok: false`. Only loading throws.
 */

import { EngineError } from '../errors.ts';
import { PythonKernel, RunningKernel, type KernelWorker } from './kernel.ts';
import type {
  Answer,
  FromPython,
  KernelValue,
  LoadReport,
  Mishap,
  Progress,
  Request,
  ToPython,
} from './protocol.ts';

export type State = 'idle' | 'loading' | 'ready' | 'running' | 'stopping' | 'restarting' | 'failed';

/** What the service needs of a worker. */
export interface WorkerLike {
  onmessage: ((event: MessageEvent<FromPython>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToPython): void;
  terminate(): void;
}

export interface PythonHost {
  spawn(): WorkerLike;
  spawnKernel(): KernelWorker;
  /** The address of the core as a zip file. */
  core: string;
  /** Milliseconds without any sign of life after which loading has failed; 60,000 if not given. */
  patience?: number;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** Milliseconds of running after which the request is stopped. */
  timeout?: number;
}

interface Waiting {
  request: Request;
  resolve(answer: Answer): void;
  /** Starts the clock. */
  begin(): void;
  /** Undoes what `run` has set up: a timer, a listener. */
  release(): void;
}

export class PythonService {
  private current: State = 'idle';
  private worker: WorkerLike | null = null;
  private loading: Promise<LoadReport> | null = null;
  private abandon: ((error: EngineError) => void) | null = null;
  private readonly listeners = new Set<(state: State) => void>();
  private readonly waiting = new Map<number, Waiting>();
  private running: number | null = null;
  private serial = 0;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: PythonHost) {}

  get state(): State {
    return this.current;
  }

  /** Calls back at every change of state, until the returned function is called. */
  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Loads Python, once; a later call waits for the same.
   *
   * Throws an EngineError: no WebAssembly, no connection, no sign of life. Calling it again tries again.
   */
  load(onProgress?: (progress: Progress) => void): Promise<LoadReport> {
    this.loading ??= this.start('loading', onProgress);
    return this.loading;
  }

  /** Asks Python for something, loading it first if need be. Requests wait for those before them. */
  async run<R extends Request>(request: R, options: RunOptions = {}): Promise<Answer<R['kind']>> {
    const { signal, timeout } = options;
    if (signal?.aborted) return refusal('stopped', 'This was stopped before it began.', '');
    try {
      await this.load();
    } catch (thrown) {
      if (thrown instanceof EngineError) return refusal(thrown.code, thrown.message, thrown.remedy);
      throw thrown;
    }
    return new Promise((resolve) => {
      const id = ++this.serial;
      const stop = () => this.end(id, refusal('stopped', 'You stopped this.', ''));
      signal?.addEventListener('abort', stop, { once: true });
      let timer: ReturnType<typeof setTimeout> | undefined;
      this.waiting.set(id, {
        request,
        resolve: resolve as (answer: Answer) => void,
        begin: () => {
          if (timeout !== undefined) timer = setTimeout(() => this.end(id, tooLong(timeout)), timeout);
        },
        release: () => {
          signal?.removeEventListener('abort', stop);
          clearTimeout(timer);
        },
      });
      this.next();
    });
  }

  /** A kernel that Python has written, ready to run. Close it when done. Throws an EngineError where it cannot run. */
  kernel(written: KernelValue): Promise<PythonKernel> {
    return PythonKernel.open(this.host.spawnKernel(), written);
  }

  /** One kernel of a module that Python has written. Close it when done. Throws an EngineError where it cannot run. */
  open(module: string, name: string): Promise<RunningKernel> {
    return RunningKernel.open(this.host.spawnKernel(), module, name);
  }

  /** Stops what runs and what waits. Python starts anew, without what the stopped code had left behind. */
  stop(): void {
    if (this.current === 'loading')
      return this.fail('stopped', 'Loading was stopped.', 'Start again.', 'idle');
    for (const id of [...this.waiting.keys()].reverse())
      this.end(id, refusal('stopped', 'You stopped this.', ''));
  }

  /** Ends Python; it can be loaded again. */
  dispose(): void {
    this.fail('stopped', 'Python was put away.', 'Start again.', 'idle');
  }

  private start(
    state: 'loading' | 'restarting',
    onProgress?: (progress: Progress) => void,
  ): Promise<LoadReport> {
    return new Promise((resolve, reject) => {
      const worker = this.host.spawn();
      this.worker = worker;
      this.abandon = reject;
      this.become(state);
      this.watch();
      worker.onmessage = ({ data }) => {
        if (worker !== this.worker) return; // a last word of a worker that was ended
        if (data.type === 'progress') {
          this.watch();
          onProgress?.(data.progress);
        } else if (data.type === 'ready') {
          clearTimeout(this.watchdog);
          this.abandon = null;
          this.become('ready');
          resolve(data.report);
          this.next();
        } else if (data.type === 'failed') this.fail(data.code, data.message, data.remedy);
        else if (data.type === 'answer') this.answered(data.id, JSON.parse(data.answer) as Answer);
        else this.end(data.id, outOfOrder(data.message));
      };
      worker.onerror = (event) => {
        if (worker !== this.worker) return;
        const words = event.message || 'its file is missing, or the policy of this site forbids it';
        if (this.abandon) this.fail('python-failed', `Python could not be started: ${words}.`, TRY_AGAIN);
        else if (this.running !== null) this.end(this.running, outOfOrder(words));
      };
      worker.postMessage({ type: 'load', core: this.host.core });
    });
  }

  /** Loading must show a sign of life now and then. */
  private watch(): void {
    clearTimeout(this.watchdog);
    const { patience = 60_000 } = this.host;
    const words = `Nothing has come of loading Python for ${Math.round(patience / 1000)} seconds.`;
    this.watchdog = setTimeout(() => this.fail('python-stalled', words, TRY_AGAIN), patience);
  }

  private fail(code: string, message: string, remedy: string, state: 'failed' | 'idle' = 'failed'): void {
    const abandon = this.abandon;
    this.drop();
    this.loading = null;
    this.become(state);
    abandon?.(new EngineError(code, message, remedy));
    for (const id of [...this.waiting.keys()]) this.settle(id, refusal(code, message, remedy));
  }

  private drop(): void {
    clearTimeout(this.watchdog);
    this.worker?.terminate();
    this.worker = null;
    this.abandon = null;
    this.running = null;
  }

  private next(): void {
    if (this.current !== 'ready' || !this.worker) return;
    const [first] = this.waiting;
    if (!first) return;
    const [id, { request, begin }] = first;
    this.running = id;
    this.become('running');
    begin();
    this.worker.postMessage({ type: 'run', id, request });
  }

  private answered(id: number, answer: Answer): void {
    this.running = null;
    this.become('ready');
    this.settle(id, answer);
    this.next();
  }

  /** Settles a request that will not get an answer of its own; ends the worker if it is the one that runs. */
  private end(id: number, answer: Answer): void {
    if (!this.waiting.has(id)) return;
    const runs = id === this.running;
    if (runs) {
      this.become('stopping');
      this.drop();
      this.loading = this.start('restarting');
      this.loading.catch(() => undefined); // those who wait for it are told; nobody else needs to know
    }
    this.settle(id, answer);
  }

  private settle(id: number, answer: Answer): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    waiting.release();
    waiting.resolve(answer);
  }

  private become(state: State): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

const TRY_AGAIN = 'Check the connection and try again; if it stays so, reload the page.';

function refusal(code: string, message: string, remedy: string): Answer & { ok: false } {
  const error: Mishap = { code, message, remedy, where: 'source', line: null, column: null, text: '' };
  return { ok: false, error, stdout: '', stderr: '' };
}

function tooLong(milliseconds: number): Answer {
  const seconds = milliseconds / 1000;
  const remedy = 'Look for a loop that never ends, or give it fewer or smaller numbers.';
  return refusal('timeout', `This was stopped: it took longer than ${seconds} seconds.`, remedy);
}

function outOfOrder(words: string): Answer {
  const remedy = 'Use fewer or smaller arrays; Python has been started anew.';
  return refusal('out-of-order', `Python broke down while running this (${words}).`, remedy);
}

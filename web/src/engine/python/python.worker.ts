/** The Python worker: loads Pyodide from beside the bundle, then answers requests one by one. */

import { Download } from './download.ts';
import { closeDoors, openWindow } from './doors.ts';
import type { FromPython, LoadReport, ToPython } from './protocol.ts';
import { SnapshotStore } from './snapshot.ts';

declare const __PYTHON_RUNTIME__: string;
declare const __PYTHON_LIBRARY__: string;
declare const __PYTHON_SIZES__: Record<string, number>;
declare const __PYTHON_INFO__: Record<string, string>;

interface Pyodide {
  runPython(source: string): unknown;
  pyimport(name: string): { handle_text(request: string): string };
  makeMemorySnapshot(): Uint8Array<ArrayBuffer>;
  unpackArchive(archive: ArrayBuffer, format: string, options: { extractDir: string }): void;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: FromPython) => scope.postMessage(message);
let handle: ((request: string) => string) | null = null;

scope.onmessage = async ({ data }: MessageEvent<ToPython>) => {
  if (data.type === 'run') return run(data.id, JSON.stringify(data.request));
  try {
    await load(data);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const known = thrown instanceof LoadError;
    post({
      type: 'failed',
      code: known ? thrown.code : 'python-failed',
      message: known ? message : `Python could not be started (${message}).`,
      remedy: known ? thrown.remedy : 'Check the connection and try again.',
    });
  }
};

class LoadError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

async function load({ core }: Extract<ToPython, { type: 'load' }>): Promise<void> {
  const clock = new Clock();
  await checkWebAssembly();
  const download = new Download(__PYTHON_SIZES__, (progress) => post({ type: 'progress', progress }));
  const store = await SnapshotStore.open(`${core}?python=${__PYTHON_INFO__.version}`);
  const zip = fetched(core);
  zip.catch(() => undefined); // awaited below, after the runtime
  download.watch();
  const { python, snapshot } = await started(store);
  clock.lap('runtime');
  download.finish('core');
  const sitePackages = python.runPython('import site; site.getsitepackages()[0]') as string;
  python.unpackArchive(await zip, 'zip', { extractDir: sitePackages });
  // A snapshot would begin with the same random numbers every time.
  python.runPython('import importlib, random; importlib.invalidate_caches(); random.seed()');
  clock.lap('files');
  const service = python.pyimport('backsight.browser');
  handle = (request) => service.handle_text(request);
  clock.lap('core');
  const memory = snapshot === 'made' ? memoryOf(python) : null;
  if (memory) void store?.write(memory); // nobody waits for it
  closeDoors();
  clock.lap('memory');
  const { milliseconds, parts } = clock;
  post({ type: 'ready', report: { python: __PYTHON_INFO__.python ?? '', milliseconds, parts, snapshot } });
}

/** How long what takes, in milliseconds. */
class Clock {
  readonly parts: LoadReport['parts'] = {};
  private readonly begun = performance.now();
  private latest = this.begun;

  lap(part: string): void {
    const now = performance.now();
    this.parts[part] = now - this.latest;
    this.latest = now;
  }

  get milliseconds(): number {
    return this.latest - this.begun;
  }
}

/** Starts Python from the snapshot kept in this browser, or from nothing. */
async function started(
  store: SnapshotStore | null,
): Promise<{ python: Pyodide; snapshot: LoadReport['snapshot'] }> {
  const kept = await store?.read();
  if (kept) {
    try {
      return { python: await loaded({ _loadSnapshot: kept }), snapshot: 'used' };
    } catch {
      await store?.clear(); // of another build, or cut short
    }
  }
  return store
    ? { python: await loaded({ _makeSnapshot: true }), snapshot: 'made' }
    : { python: await loaded({}), snapshot: 'none' };
}

async function loaded(options: object): Promise<Pyodide> {
  const runtime = new URL(__PYTHON_RUNTIME__, scope.location.href).href;
  const { loadPyodide } = (await import(/* @vite-ignore */ `${runtime}pyodide.mjs`)) as {
    loadPyodide(options: object): Promise<Pyodide>;
  };
  return loadPyodide({
    indexURL: runtime,
    stdLibURL: `${runtime}${__PYTHON_LIBRARY__}`,
    jsglobals: openWindow(),
    // What is printed on the way to the answer is in the answer; the rest is Pyodide's own.
    stdout: () => undefined,
    stderr: () => undefined,
    // No packages: nothing is looked up anywhere.
    lockFileContents: JSON.stringify({ info: __PYTHON_INFO__, packages: {} }),
    ...options,
  });
}

/**
 * Python's memory for the next start, with all modules imported that an answer needs; null where it cannot be had.
 * Copied before the worker says that it is ready: nothing of a person's can be in it.
 */
function memoryOf(python: Pyodide): Uint8Array<ArrayBuffer> | null {
  for (const kind of ['trace', 'kernel']) {
    handle?.(JSON.stringify({ kind, source: 'def cost(w): return w * w', example: 'w = 1.0' }));
  }
  try {
    return python.makeMemorySnapshot();
  } catch {
    return null; // Pyodide offers this without a promise; without it, the next start is as slow as this one.
  }
}

async function fetched(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

/** Where a policy forbids WebAssembly, Pyodide would wait for ever. */
async function checkWebAssembly(): Promise<void> {
  try {
    // The smallest module there is: its magic word and its version.
    await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    throw new LoadError(
      'no-webassembly',
      'This browser, or the policy of this site, does not let Python run here.',
      'The site must allow “wasm-unsafe-eval” for its Python worker; “backsight serve” does.',
    );
  }
}

function run(id: number, request: string): void {
  if (!handle) return post({ type: 'broken', id, message: 'Python is not loaded.' });
  try {
    post({ type: 'answer', id, answer: handle(request) });
  } catch (thrown) {
    post({ type: 'broken', id, message: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

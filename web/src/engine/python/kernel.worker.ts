/** Runs the kernels of a module that Python has written. Its policy lets it import text and forbids it to ask for anything. */

import type { Kernel, KernelModule } from '../payload.ts';
import { closeDoors } from './doors.ts';
import type { FromKernel, ToKernel } from './kernel.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: FromKernel) => scope.postMessage(message);
let found: Partial<Record<string, KernelModule>> = {};
let opened = '';
const kernels = new Map<string, Kernel>();

scope.onmessage = async ({ data }: MessageEvent<ToKernel>) => {
  try {
    if (data.type === 'open') {
      found = await imported(data.module);
      opened = data.kernel ?? 'gradient';
      kernelNamed(opened);
      post({ type: 'done', id: data.id, arrays: {}, perSecond: 0 });
      return;
    }
    const kernel = kernelNamed(data.type === 'time' ? opened : (data.kernel ?? opened));
    for (const [name, numbers] of Object.entries(data.inputs)) array(kernel, name).set(numbers);
    if (data.type === 'sweep') {
      const arrays = swept(kernel, data.columns, data.outputs);
      post({ type: 'done', id: data.id, arrays, perSecond: 0 });
      return;
    }
    kernel.run();
    const perSecond = data.type === 'time' ? timed(kernel, data.milliseconds) : 0;
    const names = data.outputs ?? Object.keys(kernel.arrays);
    const arrays = Object.fromEntries(names.map((name) => [name, array(kernel, name).slice()]));
    post({ type: 'done', id: data.id, arrays, perSecond });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    post({ type: 'failed', id: data.id, message });
  }
};

function kernelNamed(name: string): Kernel {
  const known = kernels.get(name);
  if (known) return known;
  const module = found[name];
  if (!module) throw new Error(`the module has no kernel “${name}”`);
  const kernel = module.create({});
  kernels.set(name, kernel);
  return kernel;
}

/** Runs it for every entry of the columns. */
function swept(
  kernel: Kernel,
  columns: Record<string, Float64Array>,
  outputs: readonly string[],
): Record<string, Float64Array> {
  const inputs = Object.entries(columns).map(([name, numbers]) => ({ into: array(kernel, name), numbers }));
  const count = Math.max(0, ...inputs.map(({ numbers }) => numbers.length));
  const results = outputs.map((name) => ({ from: array(kernel, name), numbers: new Float64Array(count) }));
  for (let run = 0; run < count; run++) {
    for (const { into, numbers } of inputs) into[0] = numbers[run]!;
    kernel.run();
    for (const { from, numbers } of results) numbers[run] = from[0]!;
  }
  return Object.fromEntries(outputs.map((name, index) => [name, results[index]!.numbers]));
}

async function imported(text: string): Promise<Partial<Record<string, KernelModule>>> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return (await import(/* @vite-ignore */ url)) as Record<string, KernelModule>;
  } finally {
    URL.revokeObjectURL(url);
    closeDoors();
  }
}

function array(kernel: Kernel, name: string): Float64Array {
  const found = kernel.arrays[name];
  if (!found) throw new Error(`the kernel has no array “${name}”`);
  return found;
}

/** Runs per second, over that many milliseconds; looks at the clock only now and then. */
function timed(kernel: Kernel, milliseconds: number): number {
  let runs = 0;
  let batch = 1;
  const begun = performance.now();
  for (;;) {
    const before = performance.now();
    for (let i = 0; i < batch; i++) kernel.run();
    runs += batch;
    const now = performance.now();
    if (now - begun >= milliseconds) return (runs * 1000) / (now - begun);
    if (now - before < milliseconds / 20) batch *= 2;
  }
}

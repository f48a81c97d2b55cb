/** Runs one kernel that Python has written. Its policy lets it import text and forbids it to ask for anything. */

import type { Kernel, KernelModule } from '../payload.ts';
import { closeDoors } from './doors.ts';
import type { FromKernel, ToKernel } from './kernel.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: FromKernel) => scope.postMessage(message);
let kernel: Kernel | null = null;

scope.onmessage = async ({ data }: MessageEvent<ToKernel>) => {
  try {
    if (data.type === 'open') {
      const name = data.kernel ?? 'gradient';
      const found = (await imported(data.module))[name];
      if (!found) throw new Error(`the module has no kernel “${name}”`);
      kernel = found.create({});
      post({ type: 'done', id: data.id, arrays: {}, perSecond: 0 });
      return;
    }
    if (!kernel) throw new Error('the kernel is not open');
    for (const [name, numbers] of Object.entries(data.inputs)) array(kernel, name).set(numbers);
    kernel.run();
    const perSecond = data.type === 'time' ? timed(kernel, data.milliseconds) : 0;
    const names = data.outputs ?? Object.keys(kernel.arrays);
    const arrays = Object.fromEntries(names.map((name) => [name, array(kernel!, name).slice()]));
    post({ type: 'done', id: data.id, arrays, perSecond });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    post({ type: 'failed', id: data.id, message });
  }
};

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

/** Runs the kernels of a module that Python has written. Its policy lets it import text and forbids it to ask for anything. */

import { closeDoors } from './doors.ts';
import { KernelServer, type Modules } from './kernel.server.ts';
import type { ToKernel } from './kernel.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const server = new KernelServer(imported);

scope.onmessage = async ({ data }: MessageEvent<ToKernel>) => scope.postMessage(await server.receive(data));

async function imported(text: string): Promise<Modules> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return (await import(/* @vite-ignore */ url)) as Modules;
  } finally {
    URL.revokeObjectURL(url);
    closeDoors();
  }
}

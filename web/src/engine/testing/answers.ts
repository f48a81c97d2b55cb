/** For tests: what this repository's Python answers, and kernels that run in this very thread. */

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { KernelServer, type Modules } from '../python/kernel.server.ts';
import { RunningKernel, type KernelWorker } from '../python/kernel.ts';
import type { Answer, Request } from '../python/protocol.ts';
import { python } from './payload.ts';

const ASK = 'import sys; from backsight.browser import handle_text; print(handle_text(sys.stdin.read()))';

export function answerTo<R extends Request>(request: R): Answer<R['kind']> {
  const cwd = resolve(process.cwd(), '..');
  const env = { ...process.env, PYTHONPATH: resolve(cwd, 'src') };
  const text = execFileSync(python(), ['-c', ASK], { input: JSON.stringify(request), cwd, env });
  return JSON.parse(text.toString()) as Answer<R['kind']>;
}

export function kernelHere(module: string, name: string): Promise<RunningKernel> {
  const server = new KernelServer(
    async (text) =>
      (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)) as Modules,
  );
  let isOpen = true;
  const worker: KernelWorker = {
    onmessage: null,
    onerror: null,
    postMessage: (message) =>
      void server.receive(structuredClone(message)).then((data) => {
        if (isOpen) worker.onmessage?.({ data } as MessageEvent);
      }),
    terminate: () => (isOpen = false),
  };
  return RunningKernel.open(worker, module, name);
}

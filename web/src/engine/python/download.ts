/** Counts what is being downloaded while Pyodide loads, in bytes as they are unpacked. */

import type { Phase, Progress } from './protocol.ts';

/** How much of the whole the download is; the rest is starting up. */
const SHARE = 0.7;
/** Milliseconds between two reports. */
const EVERY = 60;

export class Download {
  private bytes = 0;
  private reported = 0;
  private readonly total: number;

  constructor(
    private readonly sizes: Readonly<Record<string, number>>,
    private readonly report: (progress: Progress) => void,
  ) {
    // Pyodide's two modules are imported, which nobody can watch.
    this.total = Object.entries(sizes).reduce((sum, [name, size]) => (isModule(name) ? sum : sum + size), 0);
  }

  /** From now on `fetch` counts what it brings. */
  watch(): void {
    const plain = self.fetch.bind(self);
    self.fetch = async (input, options) => {
      const response = await plain(input, options);
      const name = new URL(response.url).pathname.split('/').at(-1) ?? '';
      return name in this.sizes && response.ok && response.body
        ? this.counted(response, response.body)
        : response;
    };
  }

  finish(phase: Phase): void {
    this.report({ phase, fraction: phase === 'core' ? 0.95 : SHARE, bytes: this.total, total: this.total });
  }

  private counted(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        this.add(chunk.byteLength);
        controller.enqueue(chunk);
      },
    });
    const { status, headers } = response;
    return new Response(body.pipeThrough(counter), { status, headers });
  }

  private add(bytes: number): void {
    this.bytes = Math.min(this.bytes + bytes, this.total);
    const done = this.bytes === this.total;
    if (!done && performance.now() - this.reported < EVERY) return;
    this.reported = performance.now();
    const fraction = (SHARE * this.bytes) / this.total;
    this.report({ phase: done ? 'start' : 'download', fraction, bytes: this.bytes, total: this.total });
  }
}

function isModule(name: string): boolean {
  return name.endsWith('.mjs');
}

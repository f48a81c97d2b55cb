/** The page's end of the training worker. */

import type { FromWorker, Snapshot, ToWorker } from './protocol';
import type { Comparison } from './types';

/** A way to the server: a worker, or the server itself in tests. */
export interface Line {
  send(message: ToWorker): void;
  close(): void;
}

export type Connect = (receive: (message: FromWorker) => void) => Line;

/** Starts the worker. */
export const connectWorker: Connect = (receive) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data);
  worker.onerror = (event) => {
    event.preventDefault();
    receive({
      type: 'failed',
      text: `The training worker stopped (${event.message || 'its file could not be loaded'}).`,
      remedy: 'Reload the page.',
    });
  };
  return { send: (message) => worker.postMessage(message), close: () => worker.terminate() };
};

export interface Listener {
  snapshot(snapshot: Snapshot): void;
  comparison(comparison: Comparison): void;
  failed(text: string, remedy: string): void;
}

/** Asks for at most one snapshot at a time, and only while there may be something new. */
export class Training {
  private readonly line: Line;
  private asked = false;
  private stale = true;
  private running = false;

  constructor(
    connect: Connect,
    base: string,
    private readonly listener: Listener,
  ) {
    this.line = connect((message) => this.receive(message));
    this.line.send({ type: 'open', base });
  }

  send(message: ToWorker): void {
    this.stale = true;
    this.line.send(message);
  }

  /** Once per drawn frame. */
  frame(): void {
    if (this.asked || !(this.stale || this.running)) return;
    this.asked = true;
    this.stale = false;
    this.line.send({ type: 'frame' });
  }

  close(): void {
    this.line.close();
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'snapshot':
        this.asked = false;
        this.running = message.running;
        return this.listener.snapshot(message);
      case 'empty':
        this.asked = false;
        return;
      case 'news':
        this.stale = true;
        return;
      case 'comparison':
        return this.listener.comparison(message.comparison);
      case 'failed':
        this.asked = false;
        return this.listener.failed(message.text, message.remedy);
    }
  }
}

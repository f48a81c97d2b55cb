/** The page's end of the training worker. */

import type { Command, FromWorker, Snapshot, ToWorker } from './protocol.ts';
import type { Comparison } from './types.ts';

/** A way to the server: a worker, or the server itself in tests. */
export interface Line {
  send(message: ToWorker): void;
  close(): void;
}

export type Connect = (receive: (message: FromWorker) => void) => Line;

/** Starts the worker. */
export const connectWorker: Connect = (receive) =>
  lineTo(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), receive);

export function lineTo(worker: Worker, receive: (message: FromWorker) => void): Line {
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
}

export interface Listener {
  snapshot(snapshot: Snapshot): void;
  comparison(comparison: Comparison): void;
  failed(text: string, remedy: string): void;
}

/** Asks for at most one snapshot at a time, and only while there may be something new. */
export class Training {
  private readonly line: Line;
  /** The number of the latest command. */
  serial = 0;
  private asked = false;
  private stale = true;
  private running = false;

  constructor(
    connect: Connect,
    base: string,
    private readonly listener: Listener,
  ) {
    this.line = connect((message) => this.receive(message));
    this.post({ type: 'open', base });
  }

  /** Returns the command's number: snapshots of at least this `serial` include it. */
  send(command: Command): number {
    this.stale = true;
    return this.post(command);
  }

  private post(command: Command): number {
    this.serial++;
    this.line.send({ ...command, serial: this.serial });
    return this.serial;
  }

  /** Once per drawn frame. */
  frame(): void {
    if (this.asked || !(this.stale || this.running)) return;
    this.asked = true;
    this.stale = false;
    this.post({ type: 'frame' });
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

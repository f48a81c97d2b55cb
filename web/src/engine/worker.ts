/** The training worker: a `TrainingServer` behind `postMessage`. */

import { Library, textReader } from './load.ts';
import type { ToWorker } from './protocol.ts';
import { TrainingServer } from './server.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

// A message to ourselves comes after those already waiting, without the four milliseconds of nested timers.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

const server = new TrainingServer({
  post: (message, transfer) => scope.postMessage(message, transfer),
  now: () => performance.now(),
  later(callback, milliseconds) {
    if (milliseconds >= 1) setTimeout(callback, milliseconds);
    else {
      waiting.push(callback);
      channel.port2.postMessage(null);
    }
  },
  library: (base, files) => (files ? new Library('', textReader(files)) : new Library(base)),
});

scope.onmessage = (event: MessageEvent<ToWorker>) => void server.receive(event.data);

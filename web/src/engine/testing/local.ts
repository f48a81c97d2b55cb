/** For tests: the training server in this very thread, and a page that draws frames until something holds. */

import type { Library } from '../load.ts';
import { TrainingServer } from '../server.ts';
import type { Connect } from '../training.ts';

export function connectLocally(library: Library): Connect {
  return (receive) => {
    let open = true;
    const server = new TrainingServer({
      // As between threads, what is sent is a copy and arrives later.
      post: (message) => {
        const copy = structuredClone(message);
        setTimeout(() => open && receive(copy));
      },
      now: () => performance.now(),
      later: (callback, milliseconds) => void setTimeout(() => open && callback(), milliseconds),
      library: () => library,
    });
    return {
      send: (message) => void server.receive(structuredClone(message)),
      close: () => (open = false),
    };
  };
}

/** Draws frames until `holds`, or fails after `limit` milliseconds. */
export async function until(frame: () => void, holds: () => boolean, limit = 8000): Promise<void> {
  const end = performance.now() + limit;
  for (;;) {
    frame();
    if (holds()) return;
    if (performance.now() > end) throw new Error(`still not so after ${limit} ms: ${holds}`);
    await new Promise((done) => setTimeout(done, 4));
  }
}

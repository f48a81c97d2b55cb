/** Layouts on demand: small ones at once, large ones from a worker that the first of them starts. */

import { layered, type Layout, type Order } from './layout.ts';
import type { Asked, LaidOut } from './layout.worker.ts';

/** Places that are laid out within a frame or two. */
const AT_ONCE = 900;

export class Layouts {
  private worker: Worker | null = null;
  private serial = 0;

  /** The layout, or a promise of it. A later call makes an earlier promise stay open. */
  of(order: Order): Layout | Promise<Layout> {
    this.serial += 1;
    if (order.count + order.links.length / 4 < AT_ONCE || typeof Worker === 'undefined')
      return layered(order);
    return this.apart(order, this.serial);
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private apart(order: Order, id: number): Promise<Layout> {
    this.worker ??= new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    const worker = this.worker;
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<LaidOut>) => {
        if (data.id === this.serial && data.id === id) resolve(data.layout);
      };
      worker.onerror = () => resolve(layered(order)); // slower, but there
      worker.postMessage({ id, order } satisfies Asked);
    });
  }
}

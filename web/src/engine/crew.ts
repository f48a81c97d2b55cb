/** The page's end of the atlas's workers: orders wait in line, each worker has one at a time. */

import type { Answer, Order } from './atlas.worker.ts';

/** Somebody who answers an order: a worker, or the bench itself in tests. */
export interface Hand {
  ask(order: Order): Promise<Answer>;
  close(): void;
}

/** One core stays free for drawing where there are more than two. */
export const handsFor = (cores: number): number => Math.max(1, Math.min(8, cores > 2 ? cores - 1 : cores));

export const workerHand = (): Hand =>
  handOf(new Worker(new URL('./atlas.worker.ts', import.meta.url), { type: 'module' }));

export function handOf(worker: Worker): Hand {
  let done: ((answer: Answer) => void) | undefined;
  worker.onmessage = (event: MessageEvent<Answer>) => done?.(event.data);
  worker.onerror = (event) => {
    event.preventDefault();
    const text = `A training worker stopped (${event.message || 'its file could not be loaded'}).`;
    done?.({ kind: 'failed', text, remedy: 'Reload the page.' });
  };
  return {
    ask: (order) =>
      new Promise((resolve) => {
        done = resolve;
        worker.postMessage(order);
      }),
    close: () => worker.terminate(),
  };
}

interface Waiting {
  order: Order;
  hear: (answer: Answer) => void;
  first: boolean;
}

export class Crew {
  private readonly idle: Hand[] = [];
  private readonly hands: Hand[] = [];
  private line: Waiting[] = [];
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly hire: () => Hand,
    private readonly most: number,
  ) {}

  /** Joins the line; an order that is `first` goes to its head. */
  ask(order: Order, hear: (answer: Answer) => void, first = false): void {
    if (first) this.line.unshift({ order, hear, first });
    else this.line.push({ order, hear, first });
    this.serve();
  }

  /** For so many milliseconds only what is `first` is taken up, by one hand: somebody drags, and drawing needs the cores. */
  rest(milliseconds: number): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.serve();
    }, milliseconds);
  }

  /** Forgets the orders of a kind that nobody has taken up yet. */
  forget(kind: Order['task']['kind']): void {
    this.line = this.line.filter(({ order }) => order.task.kind !== kind);
  }

  close(): void {
    clearTimeout(this.resting);
    this.line = [];
    for (const hand of this.hands) hand.close();
  }

  private serve(): void {
    while (this.line.length && !this.mustWait()) {
      const hand = this.idle.pop() ?? this.another();
      if (!hand) return;
      const { order, hear } = this.line.shift()!;
      void hand.ask(order).then((answer) => {
        this.idle.push(hand);
        this.serve();
        hear(answer);
      });
    }
  }

  private mustWait(): boolean {
    return this.resting !== undefined && (!this.line[0]!.first || this.idle.length < this.hands.length);
  }

  private another(): Hand | undefined {
    if (this.hands.length >= this.most) return undefined;
    const hand = this.hire();
    this.hands.push(hand);
    return hand;
  }
}

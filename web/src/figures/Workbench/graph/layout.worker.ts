/** Lays out one graph at a time, away from the page. */

import { layered, type Layout, type Order } from './layout.ts';

export interface Asked {
  id: number;
  order: Order;
}

export interface LaidOut {
  id: number;
  layout: Layout;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<Asked>) => {
  const answer: LaidOut = { id: data.id, layout: layered(data.order) };
  scope.postMessage(answer);
};

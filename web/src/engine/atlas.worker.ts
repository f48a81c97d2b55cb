/** A worker of the atlas: trains the few seeds of an order, or replays one, and answers once. */

import { Bench, type Outcome, type Plan, type Replay } from './atlas.ts';
import { explain } from './errors.ts';
import { Library, textReader } from './load.ts';
import type { Domain, Point } from './types.ts';

export interface Order {
  base: string;
  /** By name, files that come along as text; the first order brings them. */
  files?: Readonly<Record<string, string>>;
  plan: Plan;
  /** Starts to train for what becomes of them, or one to replay in full. */
  task: { kind: 'train'; seeds: readonly number[] } | { kind: 'replay'; seed: number };
}

export type Answer =
  | { kind: 'outcomes'; outcomes: Outcome[] }
  | { kind: 'replay'; replay: Replay; points: readonly Point[]; domain: Domain }
  | { kind: 'failed'; text: string; remedy: string };

const scope = self as unknown as DedicatedWorkerGlobalScope;
let library: Library | undefined;
/** The bench of the latest plan: the next order is nearly always of the same. */
let latest: { key: string; bench: Promise<Bench> } | undefined;

function benchOf({ base, files, plan }: Order): Promise<Bench> {
  if (files) [library, latest] = [new Library('', textReader(files)), undefined];
  else if (library?.base !== base) [library, latest] = [new Library(base), undefined];
  const key = JSON.stringify(plan);
  if (latest?.key !== key) latest = { key, bench: Bench.open(library, plan) };
  return latest.bench;
}

async function follow(order: Order): Promise<Answer> {
  const bench = await benchOf(order);
  const { task } = order;
  if (task.kind === 'train')
    return { kind: 'outcomes', outcomes: task.seeds.map((seed) => bench.outcome(seed)) };
  return { kind: 'replay', replay: bench.replay(task.seed), points: bench.points, domain: bench.domain };
}

scope.onmessage = (event: MessageEvent<Order>) => {
  void follow(event.data)
    .catch((thrown: unknown): Answer => {
      latest = undefined;
      return { kind: 'failed', ...explain(thrown) };
    })
    .then((answer) => scope.postMessage(answer));
};

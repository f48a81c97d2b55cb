/** Which training rows make up which batch: fixed by the seed and the epoch. */

import { Random, STREAM } from './random.ts';

export interface BatchPlan {
  trainCount: number;
  /** Examples per update; 0: all. */
  batch: number;
  seed: number;
}

export function batchSize({ trainCount, batch }: BatchPlan): number {
  return batch > 0 ? Math.min(batch, trainCount) : trainCount;
}

/** Rows in the order of an epoch. One batch of all keeps the table's order. */
export function epochOrder(plan: BatchPlan, epoch: number): Int32Array {
  if (batchSize(plan) < plan.trainCount) {
    return new Random(plan.seed, STREAM.order, epoch).permutation(plan.trainCount);
  }
  return Int32Array.from({ length: plan.trainCount }, (_, i) => i);
}

/** The rows of the batch that starts at `position` of an epoch. */
export function batchRows(plan: BatchPlan, epoch: number, position: number): Int32Array {
  return epochOrder(plan, epoch).slice(position, position + batchSize(plan));
}

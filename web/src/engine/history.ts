/** Costs over time, sampled so that their number stays bounded: when full, every second one is dropped. */

import type { History } from './types.ts';

export interface Sample {
  trainCost: number;
  testCost: number;
  trainAccuracy: number;
  testAccuracy: number;
}

const CAPACITY = 512;

export class Recorder implements History {
  epoch: number[] = [];
  trainCost: number[] = [];
  testCost: number[] = [];
  trainAccuracy: number[] = [];
  testAccuracy: number[] = [];
  /** `stride` epochs lie between samples, doubled when full: depends on epochs alone, never on the clock. */
  constructor(public stride = 1) {}

  /** The latest sampled epoch; -1 before the first. */
  get last(): number {
    return this.epoch[this.epoch.length - 1] ?? -1;
  }

  due(epoch: number): boolean {
    return epoch % this.stride === 0 && this.last !== epoch;
  }

  add(epoch: number, sample: Sample): void {
    this.epoch.push(epoch);
    this.trainCost.push(sample.trainCost);
    this.testCost.push(sample.testCost);
    this.trainAccuracy.push(sample.trainAccuracy);
    this.testAccuracy.push(sample.testAccuracy);
    if (this.epoch.length < CAPACITY) return;
    this.stride *= 2;
    this.keep((epoch) => epoch % this.stride === 0);
  }

  copy(other: Recorder): void {
    Object.assign(this, other.view());
    this.stride = other.stride;
  }

  /** Forgets what came after `epoch`. */
  rewind(epoch: number): void {
    this.keep((e) => e <= epoch);
  }

  private keep(wanted: (epoch: number) => boolean): void {
    const kept = this.epoch.map(wanted);
    const only = (values: number[]) => values.filter((_, i) => kept[i]);
    this.trainCost = only(this.trainCost);
    this.testCost = only(this.testCost);
    this.trainAccuracy = only(this.trainAccuracy);
    this.testAccuracy = only(this.testAccuracy);
    this.epoch = only(this.epoch);
  }

  /** A copy to hand out. */
  view(): History {
    return {
      epoch: [...this.epoch],
      trainCost: [...this.trainCost],
      testCost: [...this.testCost],
      trainAccuracy: [...this.trainAccuracy],
      testAccuracy: [...this.testAccuracy],
    };
  }
}

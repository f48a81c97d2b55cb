/** The axis of epochs: even steps at first, then steps of ten times, so that the beginning stays visible. */
import { ticks } from '../DataPlot/axes.ts';

export interface EpochScale {
  /** Share of the axis, 0 to 1. */
  at: (epoch: number) => number;
  ticks: number[];
  /** Said beside the axis. */
  name: string;
}

const EVEN = 1000;

export function epochScale(last: number): EpochScale {
  if (last <= EVEN) {
    const end = Math.max(20, last);
    return { at: (epoch) => epoch / end, ticks: ticks([0, end], 4), name: 'epochs' };
  }
  const end = Math.log10(last + 1);
  const powers = Array.from({ length: Math.floor(end) + 1 }, (_, power) => 10 ** power);
  return {
    at: (epoch) => Math.log10(epoch + 1) / end,
    ticks: powers.filter((_, power) => end <= 4.5 || power % 2 === 0),
    name: 'epochs, each mark ten times the last',
  };
}

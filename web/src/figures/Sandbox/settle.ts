/** Brings settings into range. */

import { LIMITS, type Settings } from '../../engine/settings.ts';

/** `before` with a change, numbers clamped; a change that is no number leaves the setting as it was. */
export function clean(before: Settings, change: Partial<Settings>): Settings {
  const next = { ...before, ...change };
  const between = (
    key: 'noise' | 'points' | 'testShare' | 'dataSeed' | 'rate' | 'seed',
    least: number,
    most: number,
  ) => (Number.isFinite(next[key]) ? Math.min(Math.max(next[key], least), most) : before[key]);
  const hidden = next.hidden
    .slice(0, LIMITS.layers)
    .map((width) => Math.min(Math.max(Math.round(width) || 1, 1), LIMITS.units));
  return {
    ...next,
    hidden,
    noise: between('noise', 0, 1),
    points: Math.round(between('points', LIMITS.points.least, LIMITS.points.most)),
    testShare: between('testShare', 0, 0.5),
    dataSeed: Math.floor(between('dataSeed', 0, LIMITS.seed)),
    rate: between('rate', LIMITS.rate.least, LIMITS.rate.most),
    seed: Math.floor(between('seed', 0, LIMITS.seed)),
  };
}

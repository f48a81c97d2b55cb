/** A landscape in words, for those who do not see it, and for those who do. */

import { formatNumber } from '../../../parts/format.ts';
import type { Here, Landscape } from './landscape.svelte.ts';

/** Of the greater bend, what counts as none. */
const NOTHING = 1e-9;

/** "a bowl", "a saddle", …: by how the two axes bend. */
export function shapeOf({ steep, gentle }: Pick<Here, 'steep' | 'gentle'>): string {
  if (!Number.isFinite(steep + gentle)) return 'unknown';
  const least = Math.max(Math.abs(steep), Math.abs(gentle)) * NOTHING;
  const signs = [steep, gentle].map((bend) => (Math.abs(bend) <= least ? 0 : Math.sign(bend)));
  const [one, other] = signs as [number, number];
  if (one === 0 && other === 0) return 'flat';
  if (one > 0 && other > 0) return 'a bowl';
  if (one < 0 && other < 0) return 'a dome';
  if (one > 0 && other < 0) return 'a saddle';
  return one > 0 ? 'a valley with a level floor' : 'a ridge with a level top';
}

/** How a curve goes on to the right, and how it bends. */
function curveWords({ slope_s, ss }: Here): string {
  const way = slope_s > 0 ? 'uphill to the right' : slope_s < 0 ? 'downhill to the right' : 'level';
  const bend = ss > 0 ? 'bends upward' : ss < 0 ? 'bends downward' : 'is straight';
  return Number.isFinite(ss) ? `${way}; the curve ${bend} (second derivative ${formatNumber(ss)})` : way;
}

export function whereWords(land: Landscape): string {
  const { here } = land;
  if (!here) return '';
  const places = land.flat ? (['s'] as const) : (['s', 't'] as const);
  const where = places.map((way) => `${land.label(way)} = ${formatNumber(here.place[way])}`).join(', ');
  const value = `At ${where} the value is ${formatNumber(here.value)}.`;
  if (!Number.isFinite(here.value)) return `${value} There is no slope there.`;
  if (land.flat) return `${value} The slope is ${formatNumber(here.slope_s)}: ${curveWords(here)}.`;
  const slopes = `The slopes are ${formatNumber(here.slope_s)} and ${formatNumber(here.slope_t)}.`;
  if (!Number.isFinite(here.steep)) return `${value} ${slopes}`;
  const bends = `${formatNumber(here.steep)} and ${formatNumber(here.gentle)}`;
  return `${value} ${slopes} Here it is shaped like ${shapeOf(here)}: along its two axes it bends by ${bends}.`;
}

/** A landscape in words, for those who do not see it, and for those who do. */

import { formatNumber } from '../../../parts/format.ts';
import type { Here, Landscape } from './landscape.svelte.ts';

/** Of the greater bend, or of the slope, what counts as no bend: rounding leaves as much. */
const NOTHING = 1e-9;

/** "a bowl", "a saddle", …: by how the two axes bend. */
export function shapeOf({
  steep,
  gentle,
  slope_s = 0,
  slope_t = 0,
}: Pick<Here, 'steep' | 'gentle'> & Partial<Here>): string {
  if (!Number.isFinite(steep + gentle)) return 'unknown';
  const least = Math.max(...[steep, gentle, slope_s, slope_t].map(Math.abs)) * NOTHING;
  const signs = [steep, gentle].map((bend) => (Math.abs(bend) <= least ? 0 : Math.sign(bend)));
  const [one, other] = signs as [number, number];
  if (one === 0 && other === 0) return 'a plane';
  if (one > 0 && other > 0) return 'a bowl';
  if (one < 0 && other < 0) return 'a dome';
  if (one > 0 && other < 0) return 'a saddle';
  return one > 0 ? 'a valley with a level floor' : 'a ridge with a level top';
}

/** How a curve goes on to the right, and how it bends. */
function curveWords({ slope_s, ss }: Here): string {
  const way = slope_s > 0 ? 'uphill to the right' : slope_s < 0 ? 'downhill to the right' : 'level';
  if (!Number.isFinite(ss)) return way;
  if (Math.abs(ss) <= Math.abs(slope_s) * NOTHING)
    return `${way}; the curve is straight here (second derivative 0)`;
  const bend = ss > 0 ? 'bends upward' : ss < 0 ? 'bends downward' : 'is straight';
  return `${way}; the curve ${bend} (second derivative ${formatNumber(ss)})`;
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
  if (shapeOf(here) === 'a plane') return `${value} ${slopes} Here it does not bend: it is a plane.`;
  const bends = `${formatNumber(here.steep)} and ${formatNumber(here.gentle)}`;
  return `${value} ${slopes} Here it is shaped like ${shapeOf(here)}: along its two axes it bends by ${bends}.`;
}

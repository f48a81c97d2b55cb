/** The strokes' looks, set straight on their elements: hundreds of weights change on every drawn frame. */
import type { EdgeView } from '../Sandbox/sandbox.svelte.ts';
import { edgeKey } from './layout.ts';

const THINNEST = 0.7;
const WIDEST = 6;

/** Width of a weight's stroke in quarters of a pixel, so that small changes cost nothing. */
export const strokeWidth = (weight: number): number =>
  Math.round(4 * Math.min(WIDEST, THINNEST + 1.25 * Math.abs(weight))) / 4;

const signOf = (weight: number): string => (weight < 0 ? 'minus' : weight > 0 ? 'plus' : 'zero');

export function paintEdges(
  strokes: Readonly<Record<string, Element | undefined>>,
  edges: readonly EdgeView[],
): void {
  for (const edge of edges) {
    const stroke = strokes[edgeKey(edge.layer, edge.from, edge.to)];
    if (!stroke) continue;
    setIfNew(stroke, 'stroke-width', String(strokeWidth(edge.weight)));
    setIfNew(stroke, 'data-sign', signOf(edge.weight));
  }
}

function setIfNew(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

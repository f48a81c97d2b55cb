import { describe, expect, it } from 'vitest';
import { arrange } from '../Net/layout.ts';
import { parcelWidth, stops, type Way } from './stops.ts';

/** Blame that leaves one unit for all that fed it, on a phone. */
function fan(widths: number[], width: number, text: string): { ways: Way[]; size: number } {
  const layout = arrange(widths, width);
  const ways = layout.edges
    .filter((edge) => edge.layer === 1 && edge.to === 0)
    .map((edge) => ({ from: edge.end, end: edge.start, prefer: 0.4, text }));
  return { ways, size: Math.max(34, layout.radius * 1.75) };
}

describe('stops of parcels', () => {
  it.each([
    ['a phone', [2, 4, 2], 358],
    ['a phone, four inputs', [4, 2], 358],
    ['a desk', [2, 4, 2], 820],
  ])('leave every number readable: %s', (_, widths, width) => {
    const { ways, size } = fan(widths, width, '−0.4188');
    const found = stops(ways, size);
    found.forEach((a, i) =>
      found.slice(i + 1).forEach((b) => {
        const apart =
          Math.abs(a.x - b.x) >= size * parcelWidth('−0.4188') || Math.abs(a.y - b.y) >= size * 0.5;
        expect(apart).toBe(true);
      }),
    );
  });

  it('keeps a parcel that is alone where it wants to stop', () => {
    const way = { from: { x: 0, y: 0 }, end: { x: 100, y: 0 }, prefer: 0.4, text: '1' };
    expect(stops([way], 40)).toEqual([{ x: 40, y: 0 }]);
  });
});

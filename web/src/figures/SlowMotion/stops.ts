/** Where parcels stop on their edges, so that none covers another: pure geometry. */
import { between, type Spot } from '../Net/layout.ts';

export interface Way {
  from: Spot;
  end: Spot;
  /** How far along it would stop if it were alone. */
  prefer: number;
  /** What it carries, as written. */
  text: string;
}

/** Further places along an edge, nearest to the preferred one first. */
const DETOURS = [0, 0.1, -0.1, 0.2, -0.2, 0.3, 0.4];
const [NEAREST, FURTHEST] = [0.22, 0.86];

/** How wide a parcel is for each unit of its height: it grows with what it carries. */
export const parcelWidth = (text: string): number => Math.max(44, text.length * 10 + 18) / 56;

/** The parts of two parcels that are read: their boxes, without ribbon and legs. */
function cover(a: Spot, b: Spot, [wide, other]: [number, number], size: number): boolean {
  return Math.abs(a.x - b.x) < (size * (wide + other)) / 2 && Math.abs(a.y - b.y) < size * 0.56;
}

/** One stop per parcel, in turn: the first place on its edge that is free, or the preferred one if none is. */
export function stops(ways: readonly Way[], size: number): Spot[] {
  const taken: { at: Spot; wide: number }[] = [];
  return ways.map((way) => {
    const wide = parcelWidth(way.text);
    const places = DETOURS.map((detour) => way.prefer + detour)
      .filter((along) => along >= NEAREST && along <= FURTHEST)
      .map((along) => between(way.from, way.end, along));
    const free = places.find((at) => taken.every((one) => !cover(one.at, at, [one.wide, wide], size)));
    const at = free ?? between(way.from, way.end, way.prefer);
    taken.push({ at, wide });
    return at;
  });
}

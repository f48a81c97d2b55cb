/** What of a scene lies in a rectangle: places by their columns, links by their ends, and long links by themselves. */

import { hullsOf, type Hull } from './hulls.ts';
import { neighbours } from './layout.ts';
import type { Scene } from './scene.ts';

export interface Region {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Links that run together, seen from afar. */
export interface Bundle {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  count: number;
}

const FEW = 400;
/** A link that spans more than this, in sizes of a place, is long. */
const LONG = { widths: 4, heights: 5 };
const CELLS = 56;

export class Culling {
  readonly bundles: Bundle[];
  readonly hulls: Hull[];
  /** Where each place's links begin in `inOf` and `outOf`; these hold numbers of links. */
  private readonly inStart: Int32Array;
  private readonly inOf: Int32Array;
  private readonly outStart: Int32Array;
  private readonly outOf: Int32Array;
  private readonly long: number[] = [];
  private readonly short: number[] = [];
  private readonly isLong: Uint8Array;
  private readonly seen: Uint8Array;

  constructor(private scene: Scene) {
    const { folding, x, y, box } = scene;
    const count = folding.items.length;
    this.seen = new Uint8Array(count);
    this.isLong = new Uint8Array(folding.links.length / 2);
    [this.inStart, this.inOf] = this.index(1);
    [this.outStart, this.outOf] = this.index(0);
    const { links } = folding;
    for (let i = 0; i < links.length; i += 2) {
      const [a, b] = [links[i]!, links[i + 1]!];
      const [dx, dy] = [Math.abs(x[a]! - x[b]!), Math.abs(y[a]! - y[b]!)];
      const long = dx > LONG.widths * box.width || dy > LONG.heights * box.height;
      this.isLong[i / 2] = long ? 1 : 0;
      (long ? this.long : this.short).push(i / 2);
    }
    this.bundles = bundled(scene);
    this.hulls = hullsOf(scene);
  }

  /** The same drawing with other numbers. */
  renumber(scene: Scene): void {
    this.scene = scene;
  }

  private index(end: 0 | 1): [Int32Array, Int32Array] {
    const { links, items } = this.scene.folding;
    const { start } = neighbours(items.length, links, end);
    const next = start.slice(0, items.length);
    const of = new Int32Array(links.length / 2);
    for (let i = 0; i < links.length; i += 2) of[next[links[i + end]!]!++] = i / 2;
    return [start, of];
  }

  linksInto(place: number): Int32Array {
    return this.inOf.subarray(this.inStart[place], this.inStart[place + 1]);
  }

  linksOut(place: number): Int32Array {
    return this.outOf.subarray(this.outStart[place], this.outStart[place + 1]);
  }

  places(region: Region): number[] {
    const { x, y, box, folding, layout, sideways } = this.scene;
    const [w, h] = [box.width / 2 + 10, box.height / 2 + 10];
    const inside = (place: number) =>
      x[place]! + w > region.left &&
      x[place]! - w < region.right &&
      y[place]! + h > region.top &&
      y[place]! - h < region.bottom;
    if (folding.items.length < FEW) return [...folding.items.keys()].filter(inside);
    const [from, to] = sideways ? [region.left - w, region.right + w] : [region.top - h, region.bottom + h];
    const [low, high] = sideways ? [region.top - h, region.bottom + h] : [region.left - w, region.right + w];
    const found: number[] = [];
    layout.columns.forEach((places, column) => {
      if (layout.at[column]! < from || layout.at[column]! > to) return;
      for (let i = firstAfter(places, layout.across, low); i < places.length; i += 1) {
        if (layout.across[places[i]!]! > high) break;
        found.push(places[i]!);
      }
    });
    return found;
  }

  /**
   * Links that may be seen in a region: short ones, and long ones (of these one sees little but the middle). Which of
   * the two a link is does not depend on the region, so that strips of a picture fit together.
   */
  links(region: Region): { short: number[]; long: number[] } {
    const { links, items } = this.scene.folding;
    const { bends } = this.scene.layout;
    const crosses = (link: number) =>
      bends.has(link) || this.crosses(links[link * 2]!, links[link * 2 + 1]!, region);
    const long = this.long.filter(crosses);
    if (items.length < FEW) {
      const short = [...this.short].filter(crosses);
      return { short, long };
    }
    const short: number[] = [];
    const { seen } = this;
    const places = this.places(this.reached(region));
    for (const place of places) seen[place] = 1;
    for (const place of places) {
      for (const link of this.linksInto(place)) if (!this.isLong[link] && crosses(link)) short.push(link);
      for (const link of this.linksOut(place)) {
        if (!this.isLong[link] && !seen[links[link * 2 + 1]!] && crosses(link)) short.push(link);
      }
    }
    for (const place of places) seen[place] = 0;
    return { short, long };
  }

  /** All that short links can come from. */
  private reached({ left, top, right, bottom }: Region): Region {
    const [w, h] = [LONG.widths * this.scene.box.width, LONG.heights * this.scene.box.height];
    return { left: left - w, top: top - h, right: right + w, bottom: bottom + h };
  }

  /** A curve may swing out a little beyond the box of its ends. */
  private crosses(a: number, b: number, region: Region): boolean {
    const { x, y, box } = this.scene;
    return (
      Math.max(x[a]!, x[b]!) + box.width > region.left &&
      Math.min(x[a]!, x[b]!) - box.width < region.right &&
      Math.max(y[a]!, y[b]!) + box.height > region.top &&
      Math.min(y[a]!, y[b]!) - box.height < region.bottom
    );
  }

  /** The place under a point, or the nearest within `reach`; −1 for none. */
  at(px: number, py: number, reach: number): number {
    const { x, y, box } = this.scene;
    let [best, least] = [-1, reach];
    for (const place of this.places({
      left: px - reach,
      right: px + reach,
      top: py - reach,
      bottom: py + reach,
    })) {
      const dx = Math.max(0, Math.abs(x[place]! - px) - box.width / 2);
      const dy = Math.max(0, Math.abs(y[place]! - py) - box.height / 2);
      const distance = Math.hypot(dx, dy);
      if (distance < least || (distance === 0 && best < 0)) [best, least] = [place, distance];
    }
    return best;
  }
}

/** The first place of a column whose centre is not before `low`. */
function firstAfter(places: Int32Array, across: Float32Array, low: number): number {
  let [from, to] = [0, places.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (across[places[middle]!]! < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

function bundled({ folding, x, y, size, box }: Scene): Bundle[] {
  const { links } = folding;
  const cell = Math.max(size.width / CELLS, size.height / CELLS, box.width / 2, box.height);
  const across = Math.ceil(size.width / cell) + 1;
  const cells = across * (Math.ceil(size.height / cell) + 1);
  const known = new Map<number, Bundle>();
  for (let i = 0; i < links.length; i += 2) {
    const [a, b] = [links[i]!, links[i + 1]!];
    const from = Math.floor(x[a]! / cell) + across * Math.floor(y[a]! / cell);
    const to = Math.floor(x[b]! / cell) + across * Math.floor(y[b]! / cell);
    const key = from * cells + to;
    const bundle = known.get(key);
    // Where it runs is the mean of its links, so that nothing snaps to a grid.
    if (!bundle) known.set(key, { x1: x[a]!, y1: y[a]!, x2: x[b]!, y2: y[b]!, count: 1 });
    else {
      const share = 1 / (bundle.count += 1);
      bundle.x1 += (x[a]! - bundle.x1) * share;
      bundle.y1 += (y[a]! - bundle.y1) * share;
      bundle.x2 += (x[b]! - bundle.x2) * share;
      bundle.y2 += (y[b]! - bundle.y2) * share;
    }
  }
  return [...known.values()];
}

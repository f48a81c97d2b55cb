/**
 * A layered drawing: every place in a column after those that it uses, ordered so that few links cross.
 *
 * Columns by longest path; order within a column by the mean place of neighbours (Sugiyama, Tagawa & Toda 1981);
 * places then move towards their neighbours while nothing overlaps. A link that passes columns gets a bend in each, so
 * that it goes beside the places there; the links of a place share theirs. Linear up to sorting: 10,000 places take some
 * tenths of a second, so that larger ones are laid out in a worker (layouts.ts).
 */

export interface Order {
  count: number;
  /** Pairs of places. */
  links: Int32Array;
  /** Size of a place along the columns' direction, and within a column. */
  along: number;
  across: number;
  /** The most places in a column. */
  most: number;
  /** Where places were across before (NaN: nowhere): they stay in that order, and near. */
  before?: Float32Array;
}

export interface Layout {
  /** Centres: along the columns' direction, and within a column. */
  along: Float32Array;
  across: Float32Array;
  /** Of each column its places in order, and where it is. */
  columns: Int32Array[];
  at: Float32Array;
  /** Of links that pass columns: along and across of each bend, in turn. */
  bends: ReadonlyMap<number, Float32Array>;
  length: number;
  breadth: number;
}

const SWEEPS = 10;
/** With more bends than this, long links run straight through. */
const MOST_BENDS = 900;
/** The room of a bend within its column. */
const BEND = 22;
/** Between columns, between places (a label fits there), and around it all. */
const GAP = { along: 68, across: 28, around: 30 };

interface Neighbours {
  start: Int32Array;
  of: Int32Array;
}

/** Neighbours of each place, in one array. `end` 0: what each place leads to; 1: what leads to it. */
export function neighbours(count: number, links: Int32Array, end: 0 | 1): Neighbours {
  const start = new Int32Array(count + 1);
  for (let i = end; i < links.length; i += 2) start[links[i]! + 1]! += 1;
  for (let i = 0; i < count; i += 1) start[i + 1]! += start[i]!;
  const next = start.slice(0, count);
  const of = new Int32Array(links.length / 2);
  for (let i = 0; i < links.length; i += 2) of[next[links[i + end]!]!++] = links[i + 1 - end]!;
  return { start, of };
}

export function layered(order: Order): Layout {
  const layer = layersIn(order.count, order.links);
  const bent = bending(order, layer);
  const count = bent.layer.length;
  const before = order.before && Float32Array.from(bent.layer, (_, place) => order.before![place] ?? NaN);
  const out = neighbours(count, bent.links, 0);
  const into = neighbours(count, bent.links, 1);
  const layers = gathered(bent.layer, before);
  const rank = new Float64Array(count);
  arrange(layers, out, into, rank, before);
  const columns = layers.flatMap((places) => wrapped(places, order));
  return placed(columns, out, into, { ...order, before }, bent);
}

/** Of each place its column, should none be wrapped. */
export function layersIn(count: number, links: Int32Array): Int32Array {
  const out = neighbours(count, links, 0);
  const into = neighbours(count, links, 1);
  return layersOf(topological(count, out, into), out, into);
}

/** The places and bends, numbered on, that a layout is made of. */
interface Bent {
  layer: Int32Array;
  links: Int32Array;
  /** Of each link that passes columns, its bends. */
  passing: Map<number, number[]>;
}

function bending({ count, links }: Order, layer: Int32Array): Bent {
  const none = { layer, links, passing: new Map<number, number[]>() };
  const layers = [...layer];
  const chained: number[] = [];
  const passing = new Map<number, number[]>();
  const known = new Map<string, number>();
  for (let i = 0; i < links.length; i += 2) {
    const [from, to] = [links[i]!, links[i + 1]!];
    const passed: number[] = [];
    let last = from;
    for (let at = layer[from]! + 1; at < layer[to]!; at += 1) {
      const key = `${from} ${at}`;
      let bend = known.get(key);
      if (bend === undefined) {
        known.set(key, (bend = layers.push(at) - 1));
        chained.push(last, bend);
      }
      passed.push((last = bend));
    }
    chained.push(last, to);
    if (passed.length) passing.set(i / 2, passed);
    if (layers.length - count > MOST_BENDS) return none;
  }
  return { layer: Int32Array.from(layers), links: Int32Array.from(chained), passing };
}

/** Users after what they use. Folded scopes can use each other: the earliest of a circle then goes first. */
function topological(count: number, out: Neighbours, into: Neighbours): Int32Array {
  const waits = new Int32Array(count);
  const done = new Uint8Array(count);
  const sequence = new Int32Array(count);
  let [length, next] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    waits[i] = into.start[i + 1]! - into.start[i]!;
    if (waits[i] === 0) [sequence[length++], done[i]] = [i, 1];
  }
  for (let i = 0; i < count; i += 1) {
    if (i === length) {
      while (done[next]) next += 1;
      [sequence[length++], done[next]] = [next, 1];
    }
    const place = sequence[i]!;
    for (let k = out.start[place]!; k < out.start[place + 1]!; k += 1) {
      const user = out.of[k]!;
      waits[user]! -= 1;
      if (waits[user] === 0 && !done[user]) [sequence[length++], done[user]] = [user, 1];
    }
  }
  return sequence;
}

/** As early as possible; then what has a single user, or uses nothing, moves next to its first user. */
function layersOf(sequence: Int32Array, out: Neighbours, into: Neighbours): Int32Array {
  const layer = new Int32Array(sequence.length);
  const turn = new Int32Array(sequence.length);
  sequence.forEach((place, index) => (turn[place] = index));
  for (const place of sequence) {
    for (let k = into.start[place]!; k < into.start[place + 1]!; k += 1) {
      const used = into.of[k]!;
      if (turn[used]! < turn[place]!) layer[place] = Math.max(layer[place]!, layer[used]! + 1);
    }
  }
  for (let i = sequence.length - 1; i >= 0; i -= 1) {
    const place = sequence[i]!;
    const users = out.start[place + 1]! - out.start[place]!;
    const uses = into.start[place + 1]! - into.start[place]!;
    if (users !== 1 && (uses > 0 || users === 0)) continue;
    let first = Infinity;
    for (let k = out.start[place]!; k < out.start[place + 1]!; k += 1) {
      if (turn[out.of[k]!]! > i) first = Math.min(first, layer[out.of[k]!]!);
    }
    if (first < Infinity) layer[place] = Math.max(layer[place]!, first - 1);
  }
  return layer;
}

function gathered(layer: Int32Array, before?: Float32Array): Int32Array[] {
  const lists: number[][] = [];
  layer.forEach((at, place) => (lists[at] ??= []).push(place));
  return lists
    .filter((list) => list !== undefined)
    .map((list) => {
      const known = before ? list.filter((place) => !Number.isNaN(before[place])) : [];
      if (known.length === list.length) list.sort((a, b) => before![a]! - before![b]!);
      return Int32Array.from(list);
    });
}

/** Sweeps to and fro: each layer sorted by where its neighbours stand, as shares of their own layers. */
function arrange(
  layers: Int32Array[],
  out: Neighbours,
  into: Neighbours,
  rank: Float64Array,
  before?: Float32Array,
): void {
  for (const places of layers) number(places, rank);
  const sweeps = before ? 2 : SWEEPS;
  const keys = new Float64Array(rank.length);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (let i = 0; i < layers.length; i += 1) {
      const places = layers[forth ? i : layers.length - 1 - i]!;
      const [near, far] = forth ? [into, out] : [out, into];
      for (const place of places) {
        const old = before?.[place];
        keys[place] = old !== undefined && !Number.isNaN(old) ? rank[place]! : mean(near, far, place, rank);
      }
      if (before && places.every((place) => !Number.isNaN(before[place]))) continue;
      places.sort((a, b) => keys[a]! - keys[b]! || rank[a]! - rank[b]!);
      number(places, rank);
    }
  }
}

function number(places: Int32Array, rank: Float64Array): void {
  places.forEach((place, index) => (rank[place] = (index + 0.5) / places.length));
}

function mean(near: Neighbours, far: Neighbours, place: number, of: ArrayLike<number>): number {
  const { start, of: ends } = near.start[place + 1]! > near.start[place]! ? near : far;
  const [from, to] = [start[place]!, start[place + 1]!];
  if (from === to) return of[place]!;
  let sum = 0;
  for (let k = from; k < to; k += 1) sum += of[ends[k]!]!;
  return sum / (to - from);
}

/** A column that would be far taller than the drawing is wide becomes several, filled row by row. */
function wrapped(places: Int32Array, { most, count }: Order): Int32Array[] {
  const parts = Math.ceil(places.filter((place) => place < count).length / most);
  if (parts < 2) return [places];
  return Array.from({ length: parts }, (_, part) => places.filter((_, index) => index % parts === part));
}

function placed(
  columns: Int32Array[],
  out: Neighbours,
  into: Neighbours,
  order: Order,
  { layer, passing }: Bent,
): Layout {
  const { count, before } = order;
  const [step, gap] = [order.along + GAP.along, order.across + GAP.across];
  const room = (place: number) => (place < count ? gap : BEND);
  const across = new Float32Array(layer.length);
  const along = new Float32Array(layer.length);
  const at = new Float32Array(columns.length);
  columns.forEach((places, column) => {
    at[column] = GAP.around + order.along / 2 + column * step;
    places.forEach((place, index) => {
      along[place] = at[column]!;
      across[place] = (index - (places.length - 1) / 2) * gap;
    });
  });
  const old = (place: number) => (before && !Number.isNaN(before[place]) ? before[place]! : undefined);
  const rounds = count > 3000 ? 6 : 14;
  for (let sweep = 0; sweep < rounds; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (let i = 0; i < columns.length; i += 1) {
      const places = columns[forth ? i : columns.length - 1 - i]!;
      settle(places, across, room, (place) => old(place) ?? between(into, out, place, across));
    }
  }
  let [low, high] = [Infinity, -Infinity];
  across.forEach((value, place) => {
    const half = (room(place) - GAP.across) / 2;
    [low, high] = [Math.min(low, value - half), Math.max(high, value + half)];
  });
  if (!count) [low, high] = [0, 0];
  for (let place = 0; place < across.length; place += 1) across[place]! += GAP.around - low;
  const length = columns.length ? at.at(-1)! + order.along / 2 + GAP.around : 0;
  const breadth = count ? high - low + 2 * GAP.around : 0;
  const way = (bends: number[]) => Float32Array.from(bends.flatMap((bend) => [along[bend]!, across[bend]!]));
  return {
    along: along.slice(0, count),
    across: across.slice(0, count),
    columns: columns.map((places) => places.filter((place) => place < count)),
    at,
    bends: new Map([...passing].map(([link, bends]) => [link, way(bends)])),
    length,
    breadth,
  };
}

/** The mean place of all neighbours. */
function between(into: Neighbours, out: Neighbours, place: number, across: Float32Array): number {
  let [sum, number] = [0, 0];
  for (const { start, of } of [into, out]) {
    for (let k = start[place]!; k < start[place + 1]!; k += 1) sum += across[of[k]!]!;
    number += start[place + 1]! - start[place]!;
  }
  return number ? sum / number : across[place]!;
}

/** As near to the wanted places as the gaps allow: the mean of pushing from either end. */
function settle(
  places: Int32Array,
  across: Float32Array,
  room: (place: number) => number,
  wanted: (place: number) => number,
): void {
  const count = places.length;
  const wish = new Float64Array(count);
  const down = new Float64Array(count);
  /** From the place before. */
  const gap = (i: number) => (room(places[i - 1]!) + room(places[i]!)) / 2;
  for (let i = 0; i < count; i += 1) {
    wish[i] = wanted(places[i]!);
    down[i] = i ? Math.max(wish[i]!, down[i - 1]! + gap(i)) : wish[i]!;
  }
  let up = Infinity;
  for (let i = count - 1; i >= 0; i -= 1) {
    up = Math.min(wish[i]!, i < count - 1 ? up - gap(i + 1) : Infinity);
    across[places[i]!] = (up + down[i]!) / 2;
  }
}

/** What is left of a graph when scopes are folded: a place for each node or folded scope, and the links between. */

import type { GraphValue } from '../../../engine/python/graph.ts';
import { layersIn } from './layout.ts';

/** A place of the drawing: a node's number, or a folded scope's as −1 − scope. */
export type Item = number;

export const scopeItem = (scope: number): Item => -1 - scope;
export const isScope = (item: Item): boolean => item < 0;
export const scopeOf = (item: Item): number => -1 - item;

export interface Folding {
  items: Item[];
  /** Of each node, its place. */
  placeOf: Int32Array;
  /** Pairs of places, each pair once. */
  links: Int32Array;
  /** Of each pair, the first link of the graph that runs there, and how many do. */
  first: Int32Array;
  times: Int32Array;
}

/** The folded scope that hides a scope's content (the outermost), or −1. A parent stands before its children. */
function hiding(graph: GraphValue, folded: ReadonlySet<number>): Int32Array {
  const found = new Int32Array(graph.scopes.length).fill(-1);
  graph.scopes.forEach(({ parent }, scope) => {
    if (parent >= 0 && found[parent]! >= 0) found[scope] = found[parent]!;
    else if (folded.has(scope)) found[scope] = scope;
  });
  return found;
}

export function fold(graph: GraphValue, folded: ReadonlySet<number>): Folding {
  const hidden = hiding(graph, folded);
  const items: Item[] = [];
  const placeOf = new Int32Array(graph.nodes.length);
  const ofScope = new Map<number, number>();
  graph.nodes.forEach(({ scope = -1 }, node) => {
    const within = scope >= 0 ? hidden[scope]! : -1;
    if (within < 0) placeOf[node] = items.push(node) - 1;
    else {
      let place = ofScope.get(within);
      if (place === undefined) ofScope.set(within, (place = items.push(scopeItem(within)) - 1));
      placeOf[node] = place;
    }
  });
  return { items, placeOf, ...merged(graph, placeOf, items.length) };
}

function merged(graph: GraphValue, placeOf: Int32Array, count: number) {
  const known = new Map<number, number>();
  const [links, first, times]: number[][] = [[], [], []];
  graph.links.forEach(([source, target], index) => {
    const [from, to] = [placeOf[source]!, placeOf[target]!];
    if (from === to) return;
    const key = from * count + to;
    const pair = known.get(key);
    if (pair !== undefined) times![pair]! += 1;
    else {
      known.set(key, times!.push(1) - 1);
      links!.push(from, to);
      first!.push(index);
    }
  });
  return { links: Int32Array.from(links!), first: Int32Array.from(first!), times: Int32Array.from(times!) };
}

/**
 * Which scopes are folded at first: steps; and calls, loops and turns, level by level from the outside, then arrays, as
 * long as that leaves at most `most` places, and a drawing of at most `deepest` columns.
 */
export function foldedAtFirst(graph: GraphValue, most = 90, deepest = 30): Set<number> {
  const depth: number[] = [];
  const waves = new Map<number, number[]>();
  graph.scopes.forEach(({ parent, kind }, scope) => {
    depth[scope] = parent < 0 ? 0 : depth[parent]! + 1;
    if (kind === 'steps' || kind === 'entry') return;
    const wave = kind === 'array' ? Infinity : depth[scope]!;
    const together = waves.get(wave);
    if (together) together.push(scope);
    else waves.set(wave, [scope]);
  });
  let folded = new Set(graph.scopes.keys());
  for (const [, scopes] of [...waves].sort(([a], [b]) => a - b)) {
    const fewer = new Set(folded);
    for (const scope of scopes) fewer.delete(scope);
    const { items, links } = fold(graph, fewer);
    if (items.length > most || Math.max(...layersIn(items.length, links)) >= deepest) break;
    folded = fewer;
  }
  return folded;
}

/** Scopes around a node, innermost first. */
export function scopesAround(graph: GraphValue, scope: number): number[] {
  const found: number[] = [];
  for (let at = scope; at >= 0; at = graph.scopes[at]!.parent) found.push(at);
  return found;
}

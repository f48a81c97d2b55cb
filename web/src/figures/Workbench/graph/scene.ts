/** What is drawn: a folded graph laid out, with the numbers that its places stand for. */

import type { GraphValue } from '../../../engine/python/graph.ts';
import type { Size } from './camera.ts';
import { isScope, scopeOf, type Folding } from './folding.ts';
import type { Layout } from './layout.ts';

/** Where numbers are found, by the name of a value. */
export interface Numbers {
  value(name: string): Float64Array | undefined;
  adjoint(name: string): Float64Array | undefined;
  /** What the adjoint is called, as `dz`. */
  symbol(name: string): string;
  /** The local slope of a value by one that it is computed from, and of what kind it is (see `Use`). */
  slope(source: string, target: string): { kind: string; all: Float64Array } | undefined;
  /** What a node has that is no named value: a step on the way to one. */
  step?(node: number): { value: Float64Array | undefined; adjoint: Float64Array | undefined } | undefined;
}

/** The size of a place, by level, in units of the drawing. */
export const BOXES: Record<GraphValue['level'], Size> = {
  arrays: { width: 138, height: 84 },
  neurons: { width: 116, height: 74 },
  scalars: { width: 116, height: 74 },
};

/** A step with numbers: its height, and its width without the letters of its sign. */
const STEP: Size = { width: 72, height: 52 };

export type PlaceKind = 'input' | 'constant' | 'step' | 'output' | 'scope';

export interface Place {
  title: string;
  /** A few words beside the title: a shape, a number of steps. */
  tag: string;
  kind: PlaceKind;
  /** The value it shows, "" for none, and the node that it is or that stands for it, −1 for none. */
  value: string;
  node: number;
  /** Which entries: a single one, or all. */
  index: number | null;
  shape: readonly number[];
}

export interface Scene {
  graph: GraphValue;
  folding: Folding;
  layout: Layout;
  /** Columns from left to right; else rows from top to bottom. */
  sideways: boolean;
  box: Size;
  size: Size;
  /** Centres. */
  x: Float32Array;
  y: Float32Array;
  /** Half the width and height of each place: a step that nobody named is small. */
  halfWidth: Float32Array;
  halfHeight: Float32Array;
  numbers: Numbers;
  /** Of neurons: the example whose numbers are shown. */
  row: number;
}

export function sceneOf(
  graph: GraphValue,
  folding: Folding,
  layout: Layout,
  sideways: boolean,
  numbers: Numbers,
  row: number,
): Scene {
  const [x, y] = sideways ? [layout.along, layout.across] : [layout.across, layout.along];
  const [width, height] = sideways ? [layout.length, layout.breadth] : [layout.breadth, layout.length];
  const box = BOXES[graph.level];
  const [halfWidth, halfHeight] = halves(graph, folding, box);
  return {
    graph,
    folding,
    layout,
    sideways,
    box,
    size: { width, height },
    x,
    y,
    halfWidth,
    halfHeight,
    numbers,
    row,
  };
}

const known = new WeakMap<Folding, [Float32Array, Float32Array]>();

function halves(graph: GraphValue, folding: Folding, box: Size): [Float32Array, Float32Array] {
  let found = known.get(folding);
  if (!found) {
    const bare = folding.items.map((item) => item >= 0 && !graph.nodes[item]!.value);
    const counted = folding.items.map((item) => graph.inner?.steps[item] !== undefined);
    const width = (place: number) => {
      const letters = graph.nodes[folding.items[place]!]!.label.length;
      return Math.min(box.width, (counted[place] ? STEP.width : 30) + 11 * letters) / 2;
    };
    found = [
      Float32Array.from(bare, (is, place) => (is ? width(place) : box.width / 2)),
      Float32Array.from(bare, (is, place) => (is ? (counted[place] ? STEP.height / 2 : 20) : box.height / 2)),
    ];
    known.set(folding, found);
  }
  return found;
}

/** What a place says of itself. */
export function placeAt(
  { graph, folding, row }: Pick<Scene, 'graph' | 'folding' | 'row'>,
  place: number,
): Place {
  const item = folding.items[place]!;
  if (isScope(item)) return scopePlace(graph, scopeOf(item), row);
  const node = graph.nodes[item]!;
  const shape = node.shape ?? [];
  const single = node.index !== undefined || shape.length === 0;
  return {
    title: node.label,
    tag: single ? '' : sizes(shape),
    kind: node.kind ?? 'step',
    value: node.value ?? '',
    node: item,
    index: single ? indexOf(node, row) : null,
    shape: single ? [] : shape,
  };
}

function scopePlace(graph: GraphValue, scope: number, row: number): Place {
  const { label, kind, shows, value, shape = [] } = graph.scopes[scope]!;
  if (value !== undefined) {
    const index = shape.length ? null : 0;
    return { title: label, tag: sizes(shape), kind: 'scope', value, node: -1, index, shape };
  }
  const shown = graph.nodes[shows];
  const own = shown?.shape ?? [];
  const single = shown?.index !== undefined || own.length === 0;
  const called = kind === 'function' || kind === 'loop' || kind === 'turn';
  return {
    title: called && shown ? `${label} → ${shown.label}` : (shown?.label ?? label),
    tag: single ? '' : sizes(own),
    kind: 'scope',
    value: shown?.value ?? '',
    node: shows,
    index: shown && single ? indexOf(shown, row) : null,
    shape: single ? [] : own,
  };
}

/** Which entry a node stands for: of a neuron, that of the example shown. */
export function indexOf(node: { index?: number; rows?: number; stride?: number }, row: number): number {
  return (node.index ?? 0) + Math.min(row, (node.rows ?? 1) - 1) * (node.stride ?? 0);
}

export function sizes(shape: readonly number[]): string {
  return shape.length === 1 ? `${shape[0]}` : shape.join(' × ');
}

export interface Reading {
  /** All entries, or the single one. */
  all: Float64Array | undefined;
  one: number | undefined;
}

/** The numbers of a place, or of its adjoint. */
export function reading(scene: Pick<Scene, 'numbers'>, place: Place, adjoint = false): Reading {
  const all = place.value
    ? adjoint
      ? scene.numbers.adjoint(place.value)
      : scene.numbers.value(place.value)
    : scene.numbers.step?.(place.node)?.[adjoint ? 'adjoint' : 'value'];
  return { all, one: place.index === null ? undefined : all?.[place.index] };
}

/** The local slope that belongs to a link: one number, where all steps between its ends are folded. */
export function slopeOf(
  scene: Pick<Scene, 'graph' | 'folding' | 'row' | 'numbers'>,
  link: number,
): number | undefined {
  const { graph, folding, numbers } = scene;
  if (graph.level === 'neurons') return undefined;
  const [from, to] = [folding.links[link * 2]!, folding.links[link * 2 + 1]!];
  const target = folding.items[to]!;
  const around = target >= 0 ? graph.nodes[target]!.scope : undefined;
  if (around !== undefined && ['steps', 'entry'].includes(graph.scopes[around]!.kind)) return undefined;
  const [a, b] = [placeAt(scene, from), placeAt(scene, to)];
  if (!a.value || !b.value || a.index === null || b.index === null) return undefined;
  const slope = numbers.slope(a.value, b.value);
  if (slope?.kind === 'number') return slope.all[0];
  if (slope?.kind === 'entries' && numbers.value(b.value)?.length === 1) return slope.all[a.index];
  if (slope?.kind !== 'elementwise') return undefined;
  const count = numbers.value(a.value)?.length;
  if (count !== 1 && a.index !== b.index) return undefined;
  return slope.all.length === 1 ? slope.all[0] : slope.all[b.index];
}

/** The places that show an entry of a value (or anything of it), whatever they are folded into. */
export function placesShowing(
  { graph, folding }: Pick<Scene, 'graph' | 'folding'>,
  name: string,
  index: number | null,
): number[] {
  const found = new Set<number>();
  graph.nodes.forEach((node, at) => {
    if (node.value === name && covers(node, index)) found.add(folding.placeOf[at]!);
  });
  return [...found];
}

function covers(node: { index?: number; rows?: number; stride?: number }, index: number | null): boolean {
  if (index === null || node.index === undefined) return true;
  const { rows = 1, stride = 0 } = node;
  if (rows === 1 || stride === 0) return node.index === index;
  const row = (index - node.index) / stride;
  return Number.isInteger(row) && row >= 0 && row < rows;
}

/** The sandbox's points: generated or read from a file, then edited by hand. Values in, values out. */

import type { CsvTable } from '../../engine/csv.ts';
import { domainOf, generate, split } from '../../engine/data.ts';
import type { DataKernels } from '../../engine/load.ts';
import type { PointEdit } from '../../engine/permalink.ts';
import type { Settings } from '../../engine/settings.ts';
import type { Domain, Point } from '../../engine/types.ts';

export interface DataState {
  points: readonly Point[];
  classes: readonly string[];
  features: readonly [string, string];
  domain: Domain;
  file: { name: string; rows: number; hash: string } | null;
  /** Rows of the generated set or the file, before any edit. */
  based: number;
}

const CLASSES = ['plum', 'lemon'] as const;
const FEATURES = ['x₁', 'x₂'] as const;

export function generated(kernels: DataKernels, settings: Settings): DataState {
  const points = generate(kernels, settings);
  const domain = domainOf(points);
  return { points, classes: CLASSES, features: FEATURES, domain, file: null, based: points.length };
}

export function fromFile(table: CsvTable, name: string, hash: string, settings: Settings): DataState {
  const rows = table.x1.length;
  const points = table.x1.map((x1, base): Point => {
    return { x1, x2: table.x2[base]!, label: table.label[base]!, test: false, base, own: false };
  });
  return {
    points: split(points, rows, settings.testShare, settings.dataSeed),
    classes: table.classes,
    features: table.features,
    domain: domainOf(points),
    file: { name, rows, hash },
    based: rows,
  };
}

export function resplit(data: DataState, settings: Settings): DataState {
  return { ...data, points: split(data.points, data.based, settings.testShare, settings.dataSeed) };
}

export function withPoint(data: DataState, x1: number, x2: number, label: number): DataState {
  const at = clampTo(data.domain, x1, x2);
  return { ...data, points: [...data.points, { ...at, label, test: false, base: -1, own: true }] };
}

export function withMoved(data: DataState, index: number, x1: number, x2: number): DataState {
  const at = clampTo(data.domain, x1, x2);
  return { ...data, points: data.points.map((p, i) => (i === index ? { ...p, ...at, own: true } : p)) };
}

export function without(data: DataState, index: number): DataState {
  return { ...data, points: data.points.filter((_, i) => i !== index) };
}

function clampTo({ x1: [left, right], x2: [low, high] }: Domain, x1: number, x2: number) {
  return { x1: Math.min(Math.max(x1, left), right), x2: Math.min(Math.max(x2, low), high) };
}

/** What a person did to the points, for a link. */
export function editsOf(data: DataState): PointEdit[] {
  const present = new Set(data.points.map((point) => point.base));
  const edits: PointEdit[] = [];
  for (const { base, x1, x2, label, own } of data.points) {
    if (own) edits.push({ base, x1, x2, label, removed: false });
  }
  for (let base = 0; base < data.based; base++) {
    if (!present.has(base)) edits.push({ base, x1: 0, x2: 0, label: 0, removed: true });
  }
  return edits;
}

/** The points with the edits of a link; edits of rows that are not there are left out. */
export function withEdits(data: DataState, edits: readonly PointEdit[]): DataState {
  const byBase = new Map(edits.filter((e) => e.base >= 0).map((e) => [e.base, e]));
  const kept = data.points.flatMap((point): Point[] => {
    const edit = byBase.get(point.base);
    if (!edit) return [point];
    return edit.removed ? [] : [{ ...point, x1: edit.x1, x2: edit.x2, own: true }];
  });
  const added = edits
    .filter((e) => e.base < 0 && !e.removed && e.label < data.classes.length)
    .map(({ x1, x2, label }): Point => ({ x1, x2, label, test: false, base: -1, own: true }));
  return { ...data, points: [...kept, ...added] };
}

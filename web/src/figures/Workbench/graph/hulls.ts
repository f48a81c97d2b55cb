/** The outlines of open scopes, and the labels by which they are folded. */

import { scopesAround, isScope, scopeOf } from './folding.ts';
import type { Ink, Pen } from './pen.ts';
import { frame } from '../../../parts/ink.ts';
import type { Scene } from './scene.ts';

export interface Hull {
  scope: number;
  label: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** More outlines than this say nothing. */
const MOST = 48;
const PAD = 7;
const LABEL = { size: 16, height: 18 };

/** Outer scopes first. */
export function hullsOf(scene: Scene): Hull[] {
  const { graph, folding, x, y, box } = scene;
  const found = new Map<number, Hull>();
  const depth = (scope: number) => scopesAround(graph, scope).length;
  folding.items.forEach((item, place) => {
    const inner = isScope(item) ? graph.scopes[scopeOf(item)]!.parent : (graph.nodes[item]!.scope ?? -1);
    scopesAround(graph, inner).forEach((scope, level) => {
      const pad = PAD + level * (PAD + 4);
      const [left, right] = [x[place]! - box.width / 2 - pad, x[place]! + box.width / 2 + pad];
      const top = y[place]! - box.height / 2 - PAD - (level + 1) * LABEL.height;
      const bottom = y[place]! + box.height / 2 + pad;
      const hull = found.get(scope);
      if (!hull) found.set(scope, { scope, label: graph.scopes[scope]!.label, left, top, right, bottom });
      else {
        hull.left = Math.min(hull.left, left);
        hull.right = Math.max(hull.right, right);
        hull.top = Math.min(hull.top, top);
        hull.bottom = Math.max(hull.bottom, bottom);
      }
    });
  });
  if (found.size > MOST) return [];
  return [...found.values()].sort((a, b) => depth(a.scope) - depth(b.scope) || a.scope - b.scope);
}

export function paintHulls(pen: Pen, hulls: readonly Hull[], scale: number, ink: Ink): void {
  for (const { scope, label, left, top, right, bottom } of hulls) {
    const { lines, fill } = frame(right - left, bottom - top, {
      seed: `hull ${scope % 7}`,
      radius: 16,
      wobble: 1.6,
    });
    pen.stamp(fill, left, top, { fill: ink('--paper-sunk'), alpha: 0.6 });
    pen.stamp(lines, left, top, { stroke: ink('--pencil'), width: Math.max(1.4, 0.8 / scale), dash: [8, 5] });
    if (LABEL.size * scale < 7) continue;
    pen.write(`− ${label}`, left + 10, top + LABEL.height - 3, {
      size: LABEL.size,
      colour: ink('--ink-soft'),
      room: Math.max(60, right - left - 14),
    });
  }
}

/** The scope whose label is at a point, inner ones before outer ones; −1 for none. */
export function labelAt(hulls: readonly Hull[], x: number, y: number): number {
  for (const { scope, label, left, top } of [...hulls].reverse()) {
    const width = (label.length + 2) * LABEL.size * 0.5 + 16;
    if (x >= left && x <= left + width && y >= top - 4 && y <= top + LABEL.height + 3) return scope;
  }
  return -1;
}

/** The views of a function, fetched when first shown. Each has the one property `session`. */

import type { Component } from 'svelte';
import type { Session } from './session.svelte.ts';

export interface View {
  name: string;
  label: string;
  load(): Promise<{ default: Component<{ session: Session }> }>;
}

export const VIEWS: readonly View[] = [
  { name: 'derivation', label: 'Derivation', load: () => import('./views/Derivation.svelte') },
  { name: 'graph', label: 'Graph', load: () => import('./views/Graph.svelte') },
  { name: 'landscape', label: 'Landscape', load: () => import('./views/Landscape.svelte') },
  { name: 'fold', label: 'Fold', load: () => import('./views/Fold.svelte') },
  { name: 'steps', label: 'Slow motion', load: () => import('./views/Steps.svelte') },
  { name: 'sheet', label: 'Spreadsheet', load: () => import('./views/Sheet.svelte') },
  { name: 'code', label: 'Gradient as code', load: () => import('./views/Code.svelte') },
];

export function viewNamed(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? VIEWS[0]!;
}

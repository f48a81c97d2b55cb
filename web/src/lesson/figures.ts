/** The figures a lesson's stage may name: folders of figures/ with a lesson.ts; each is a chunk of its own. */

import type { Component } from 'svelte';
import type { Library } from '../engine/load.ts';
import type { Stage } from './stage.svelte.ts';

export interface FigureModule {
  default: Component<{ stage: Stage }>;
  /** The quantities that the figure shows now, for its table. */
  shown: (stage: Stage) => string[];
  /** Fetches what it must have before it can be drawn in its full size. */
  prepare?: (library: Library) => Promise<unknown>;
}

const modules = import.meta.glob<FigureModule>('../figures/*/lesson.ts');

/** A figure by its folder's name in lower case. */
const FIGURES: Record<string, () => Promise<FigureModule>> = Object.fromEntries(
  Object.entries(modules).map(([path, load]) => [path.split('/').at(-2)!.toLowerCase(), load]),
);

/** A figure that can be drawn at once. What could not be fetched, it says itself. */
export async function loadFigure(name: string, library: Library): Promise<FigureModule> {
  const load = FIGURES[name];
  if (!load) throw new Error(`There is no figure “${name}”.`);
  const figure = await load();
  await figure.prepare?.(library).catch(() => undefined);
  return figure;
}

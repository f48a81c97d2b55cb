/** The figures a lesson's stage may name: folders of figures/ with a lesson.ts; each is a chunk of its own. */

import type { Component } from 'svelte';
import type { Stage } from './stage.svelte.ts';

export interface FigureModule {
  default: Component<{ stage: Stage }>;
  /** The quantities that the figure shows now, for its table. */
  shown: (stage: Stage) => string[];
}

const modules = import.meta.glob<FigureModule>('../figures/*/lesson.ts');

/** A figure by its folder's name in lower case. */
export const FIGURES: Record<string, () => Promise<FigureModule>> = Object.fromEntries(
  Object.entries(modules).map(([path, load]) => [path.split('/').at(-2)!.toLowerCase(), load]),
);

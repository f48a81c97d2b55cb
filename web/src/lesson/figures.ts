/** The figures a lesson's stage may name: each is a chunk of its own. */

import type { Component } from 'svelte';
import type { Stage } from './stage.svelte.ts';

export interface FigureModule {
  default: Component<{ stage: Stage }>;
  /** The quantities that the figure shows now, for its table. */
  shown: (stage: Stage) => string[];
}

export const FIGURES: Record<string, () => Promise<FigureModule>> = {
  dials: async () => {
    const [{ default: figure }, { shown }] = await Promise.all([
      import('../figures/Dials/Dials.svelte'),
      import('../figures/Dials/dials.svelte.ts'),
    ]);
    return { default: figure, shown };
  },
  neuron: async () => {
    const [{ default: figure }, { shown }] = await Promise.all([
      import('../figures/Neuron/Neuron.svelte'),
      import('../figures/Neuron/neuron.svelte.ts'),
    ]);
    return { default: figure, shown };
  },
};

/** For tests only: a lesson of one made-up machine, y = p * x, whose kernel is written by hand. */

import type { LessonKernels, Kernel, KernelModule } from '../engine/payload.ts';
import type { LessonData } from './data.ts';
import { LessonFunctions } from './functions.ts';
import { Progress, type Store } from './progress.svelte.ts';
import { Stage } from './stage.svelte.ts';
import { Walk } from './walk.svelte.ts';

const names = ['x', 'p', 'y', 'dx'];
const inspect: KernelModule = {
  name: 'inspect',
  ports: names.map((name) => ({ name, shape: [], role: 'local' })),
  dims: [],
  rows: null,
  create(): Kernel {
    const arrays = Object.fromEntries(names.map((name) => [name, new Float64Array(1)]));
    return {
      arrays,
      run() {
        arrays.y![0] = arrays.p![0]! * arrays.x![0]!;
        arrays.dx![0] = arrays.p![0]!;
      },
    };
  },
};
const kernels: LessonKernels = { inspect };

export const lesson: LessonData = {
  slug: 'made-up',
  number: 1,
  title: 'Made up',
  question: 'How far?',
  minutes: 6,
  functions: ['scale'],
  files: {},
  stage: {
    figure: 'dials',
    inputs: {
      x: { value: 2, min: 0, max: 4, step: 0.5, says: 'x' },
      p: { value: 3, min: 0, max: 9, step: 1, says: 'p' },
    },
    calls: { now: { function: 'scale', arguments: { x: 'x', p: 'p' } } },
    quantities: {
      x: { of: 'x', tex: 'x', says: 'x' },
      y: { of: { call: 'now', variable: 'y' }, tex: 'y', says: 'y', from: ['x'] },
      slope: { of: { call: 'now', variable: 'dx' }, tex: 's', says: 'slope' },
    },
  },
  steps: [
    {
      slug: 'first',
      title: 'First',
      scene: { set: { x: 1 }, cover: ['y'] },
      blocks: [{ kind: 'predict', id: 'guess', part: [{ ask: '?', answer: 'y' }] }],
    },
    { slug: 'second', title: 'Second', scene: { ledger: ['x', 'y', 'slope'], blanks: 2 }, blocks: [] },
  ],
};

export const functions = (): Promise<LessonFunctions> =>
  LessonFunctions.load({ functionKernels: () => Promise.resolve(kernels) }, lesson.slug, lesson.functions);

export async function walk(store: Store | null = null): Promise<Walk> {
  return new Walk(lesson, new Stage(lesson.stage, await functions()), new Progress(lesson.slug, store));
}

/** A storage that keeps what it is given. */
export function memory(): Store & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

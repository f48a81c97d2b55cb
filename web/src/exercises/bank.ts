/** The structures that `backsight.guide.exercises` wrote, and their kernels: what every answer is computed by. */

import type { Kernel, KernelModule } from '../engine/payload.ts';

export const FAMILIES = ['chain', 'reuse', 'graph', 'relu', 'inverse'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Structure {
  id: string;
  level: number;
  kernel: string;
  /** What the kernel computes, by name: the array's name, or the number it always is. */
  values: Record<string, string | number>;
  /** The values that mistakes give, and the mistakes' names. */
  wrong: Record<string, string>;
  /** The whole numbers each coefficient is drawn from, both ends included. */
  ranges: Record<string, [number, number]>;
}

/** A function of x: in a row, or one value used twice. */
export interface SlopeStructure extends Structure {
  x: [number, number];
  lines: { name: string; tex: string }[];
  whole: string;
  /** Names between x and y. */
  named: string[];
  /** Values whose product is the slope, outermost first; empty where it is a sum. */
  factors: string[];
  /** The slope as a sum of products, in TeX: each slope by the engine. */
  solution: string[][];
}

/** What undoes a function of y; on the second level, something further made of y. */
export interface InverseStructure extends Structure {
  y: [number, number];
  lines: { name: string; tex: string }[];
  /** The factors of the slope, in TeX. */
  solution: string[];
}

/** Lines from inputs to a cost C; an edge leads from what is read to what is computed. */
export interface GraphStructure extends Structure {
  /** The slope of C is asked for by the first. */
  sources: string[];
  nodes: { name: string; at: [number, number] }[];
  edges: [string, string][];
  lines: { name: string; tex: string }[];
  /** Every way from a node to C, as the nodes it visits. */
  paths: Record<string, string[][]>;
  /** By node: the edges on its ways to C, and those that begin where its nudge arrives. */
  carrying: Record<string, number[]>;
  moving: Record<string, number[]>;
  steps: { from: string; to: string; slope: string; needs: number[] }[];
  which: Record<string, string>;
}

export interface Library {
  exercises(family: string): Promise<Structure[]>;
  exerciseKernels(family: string): Promise<Record<string, KernelModule>>;
}

export type Numbers = Record<string, number>;

export class Bank {
  private readonly made = new Map<string, Kernel>();

  private constructor(
    private readonly families: Map<Family, Structure[]>,
    private readonly kernels: Record<string, KernelModule>,
  ) {}

  static async load(library: Library, families: readonly Family[] = FAMILIES): Promise<Bank> {
    const loaded = await Promise.all(
      families.map(async (family) => ({
        family,
        structures: await library.exercises(family),
        kernels: await library.exerciseKernels(family),
      })),
    );
    return new Bank(
      new Map(loaded.map(({ family, structures }) => [family, structures])),
      Object.assign({}, ...loaded.map(({ kernels }) => kernels)) as Record<string, KernelModule>,
    );
  }

  /** The structures of a family at a level; those of all levels if it has none there. */
  structures<S extends Structure>(family: Family, level: number): S[] {
    const all = (this.families.get(family) ?? []) as S[];
    const fitting = all.filter((structure) => structure.level === level);
    return fitting.length ? fitting : all;
  }

  /** Everything that a structure computes, at given coefficients and places. */
  run(structure: Structure, given: Numbers): Numbers {
    let kernel = this.made.get(structure.kernel);
    if (!kernel) {
      const module = this.kernels[structure.kernel];
      if (!module) throw new Error(`There is no kernel “${structure.kernel}”.`);
      this.made.set(structure.kernel, (kernel = module.create({})));
    }
    for (const [name, value] of Object.entries(given)) kernel.arrays[name]?.fill(value);
    kernel.run();
    const { arrays } = kernel;
    const entries = Object.entries(structure.values);
    return Object.fromEntries(
      entries.map(([name, from]) => [name, typeof from === 'number' ? from : (arrays[from]?.[0] ?? NaN)]),
    );
  }
}

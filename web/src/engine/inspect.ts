/** Every value and adjoint of one example or batch, by name: a view into the inspect kernel. */

import { netDims, parameterCount, views } from './net.ts';
import type { Dim, Kernel, KernelModule, NetKernels, Port, ValueRef } from './payload.ts';

export type Letters = Readonly<Record<string, number>>;

/** Numbers by name and index in the arrays of a kernel. */
export class Numbers {
  readonly ports: ReadonlyMap<string, Port>;

  constructor(
    readonly module: KernelModule,
    readonly kernel: Kernel,
    readonly dims: Readonly<Record<string, number>>,
  ) {
    this.ports = new Map(module.ports.map((port) => [port.name, port]));
  }

  size(dim: Dim): number {
    return typeof dim === 'number' ? dim : (this.dims[dim] ?? NaN);
  }

  has(variable: string): boolean {
    return this.ports.has(variable);
  }

  /** The dimensions of a variable, e.g. ["n", "h1"]. */
  shapeOf(variable: string): readonly Dim[] {
    return this.ports.get(variable)?.shape ?? [];
  }

  /** NaN where there is no such entry. */
  at(variable: string, index: readonly number[]): number {
    const shape = this.shapeOf(variable);
    const array = this.kernel.arrays[variable];
    if (!array || index.length !== shape.length) return NaN;
    let offset = 0;
    for (let axis = 0; axis < shape.length; axis++) offset = offset * this.size(shape[axis]!) + index[axis]!;
    return array[offset] ?? NaN;
  }

  value(ref: ValueRef, letters: Letters): number {
    return this.at(ref.variable, resolve(ref.index, letters));
  }
}

/** Index letters as numbers; a letter may also be a number written out. */
export function resolve(index: readonly string[], letters: Letters): number[] {
  return index.map((letter) => letters[letter] ?? Number(letter));
}

/** The inspect kernel of a net for a fixed number of rows. */
export class Inspector extends Numbers {
  constructor(
    net: NetKernels,
    readonly widths: readonly number[],
    readonly rows: number,
  ) {
    const dims = netDims(widths, rows);
    const theta = new Float64Array(parameterCount(widths));
    super(net.inspect, net.inspect.create(dims, views(widths, theta)), dims);
    this.theta = theta;
  }

  private readonly theta: Float64Array;

  /** Computes everything for these weights and rows: X is (rows, d), T (rows, k). */
  run(theta: Float64Array, X: Float64Array, T: Float64Array, lo = 0, hi = this.rows): void {
    this.theta.set(theta);
    this.kernel.arrays.X!.set(X);
    this.kernel.arrays.T!.set(T);
    this.kernel.run(lo, hi);
  }
}

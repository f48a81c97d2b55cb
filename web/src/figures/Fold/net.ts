/** A net over a grid of its plane and over data: what every layer makes of each point. All numbers are the kernel's. */

import { Inspector } from '../../engine/inspect.ts';
import { gridPoints } from '../../engine/data.ts';
import type { NetKernels, NetPayload } from '../../engine/payload.ts';
import type { Domain } from '../../engine/types.ts';

export interface FoldPoint {
  x1: number;
  x2: number;
  label: number;
}

export interface FoldNetData {
  payload: NetPayload;
  kernels: NetKernels;
  /** Inputs (two), hidden units by layer, outputs (one, or one per class). */
  widths: readonly number[];
  points: readonly FoldPoint[];
  domain: Domain;
  /** Grid points along each side. */
  size?: number;
}

/** A picture that is computed: the input, or a layer's sum before its bias, its sum, its activation. */
export interface Layout {
  kind: 'input' | 'linear' | 'shift' | 'activation';
  /** 0 for the input, 1 for the first hidden layer. */
  layer: number;
  variable: string;
  width: number;
}

export const GRID = 33;

/** What a fold is drawn from: every layer's numbers at the points of a grid, of the data, and at one more. */
export interface FoldSource {
  readonly data: {
    readonly payload: { readonly layers: readonly { readonly bias: string; z: string; a: string }[] };
    readonly widths: readonly number[];
    readonly points: readonly FoldPoint[];
    readonly domain: Domain;
  };
  readonly size: number;
  readonly gridRows: number;
  readonly probe: number;
  readonly rows: number;
  readonly layouts: readonly Layout[];
  /** The last layer's sums: above zero, or the largest, decides the class. */
  readonly decides: { variable: string; width: number };
  run(theta: Float64Array): void;
  setProbe(x1: number, x2: number): void;
  array(variable: string): Float64Array;
  at(variable: string, index: readonly number[]): number;
}

export class FoldNet implements FoldSource {
  readonly size: number;
  /** Rows of the grid, row by row from the top; the data come after, and last one point of the learner's own. */
  readonly gridRows: number;
  /** The row of the learner's own point. */
  readonly probe: number;
  readonly rows: number;
  readonly layouts: readonly Layout[];
  private readonly inspector: Inspector;
  private readonly X: Float64Array;
  private readonly T: Float64Array;

  constructor(readonly data: FoldNetData) {
    const { kernels, widths, points, domain } = data;
    this.size = data.size ?? GRID;
    this.gridRows = this.size ** 2;
    this.probe = this.gridRows + points.length;
    this.rows = this.probe + 1;
    const outputs = widths.at(-1)!;
    this.X = new Float64Array(this.rows * 2);
    this.X.set(gridPoints(domain, this.size));
    this.T = new Float64Array(this.rows * outputs);
    points.forEach((point, index) => {
      const row = this.gridRows + index;
      this.X[row * 2] = point.x1;
      this.X[row * 2 + 1] = point.x2;
      if (outputs === 1) this.T[row] = point.label;
      else this.T[row * outputs + point.label] = 1;
    });
    this.inspector = new Inspector(kernels, widths, this.rows);
    this.layouts = layoutsOf(data.payload, widths);
  }

  /** The data last: what the kernel sums up (the cost and its slopes) is then theirs alone. */
  run(theta: Float64Array): void {
    this.inspector.run(theta, this.X, this.T, 0, this.gridRows);
    this.inspector.run(theta, this.X, this.T, this.probe, this.rows);
    if (this.data.points.length) this.inspector.run(theta, this.X, this.T, this.gridRows, this.probe);
  }

  /** Moves the learner's own point; counts from the next run. */
  setProbe(x1: number, x2: number): void {
    this.X.set([x1, x2], this.probe * 2);
  }

  /** A variable's whole array: the kernel's own, until it runs again. */
  array(variable: string): Float64Array {
    return this.inspector.kernel.arrays[variable] ?? new Float64Array(0);
  }

  at(variable: string, index: readonly number[]): number {
    return this.inspector.at(variable, index);
  }

  get decides(): { variable: string; width: number } {
    return { variable: this.data.payload.layers.at(-1)!.z, width: this.data.widths.at(-1)! };
  }
}

/** The pictures of the hidden layers, in order. What a layer sums up before its bias has a variable of its own. */
export function layoutsOf(payload: NetPayload, widths: readonly number[]): Layout[] {
  const layouts: Layout[] = [{ kind: 'input', layer: 0, variable: 'X', width: widths[0]! }];
  payload.layers.slice(0, -1).forEach((names, index) => {
    const sum = payload.program.equations.find(({ output }) => output.name === names.z);
    const before = sum?.inputs.find((input) => typeof input === 'string' && input !== names.bias);
    const [layer, width] = [index + 1, widths[index + 1]!];
    if (typeof before === 'string') layouts.push({ kind: 'linear', layer, variable: before, width });
    layouts.push({ kind: 'shift', layer, variable: names.z, width });
    layouts.push({ kind: 'activation', layer, variable: names.a, width });
  });
  return layouts;
}

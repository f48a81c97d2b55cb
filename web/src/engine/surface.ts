/** What a net says everywhere on the plane: the predict kernel over a grid. */

import { gridPoints, scale, type Scaling } from './data.ts';
import type { DataKernels } from './load.ts';
import { netDims, views } from './net.ts';
import type { Kernel, NetKernels } from './payload.ts';
import type { Domain, Surface } from './types.ts';

export const SURFACE_SIZE = 64;

export class SurfaceMaker {
  private readonly kernel: Kernel;
  private readonly classes: number;

  /** `theta` is read at every `make`. */
  constructor(
    net: NetKernels,
    data: DataKernels,
    widths: readonly number[],
    theta: Float64Array,
    private readonly domain: Domain,
    scaling: Scaling,
    private readonly size = SURFACE_SIZE,
  ) {
    const X = scale(data, gridPoints(domain, size), scaling);
    this.classes = widths[widths.length - 1]!;
    this.kernel = net.predict.create(netDims(widths, size * size), { ...views(widths, theta), X });
  }

  make(): Surface {
    const { size, classes, domain } = this;
    this.kernel.run(0, size * size);
    return { size, classes, domain, values: Float32Array.from(this.kernel.arrays.y!) };
  }
}

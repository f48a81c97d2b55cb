/** Moves one parameter of a net by ever less and divides: what a slope is, by kernels of models/nudges.py. */

import type { Inspector } from './inspect.ts';
import type { NudgeKernels } from './load.ts';
import type { Kernel } from './payload.ts';

/** Sizes of the nudge, as the learner sees them shrink. */
export const NUDGES = [0.1, 0.01, 0.001, 0.0001, 0.00001] as const;
/** Where in NUDGES the nudge is a hundred times as large as the last one, and more. */
const FAR = 1;

export interface Quotients {
  nudge: number;
  ahead: number;
  behind: number;
}

/** A net whose parameter is nudged, and the examples that it looks at. */
export interface Nudged {
  inspector: Inspector;
  theta: Float64Array;
  X: Float64Array;
  T: Float64Array;
  /** Of the parameter in `theta`. */
  offset: number;
}

/** The parameter, and what was read of the net there. */
interface Look {
  at: number;
  values: readonly number[];
}

export class Nudging {
  private readonly nudged: Kernel;
  private readonly quotient: Kernel;
  private readonly corner: Kernel;

  constructor({ nudged, quotient, corner }: NudgeKernels) {
    this.nudged = nudged.create({});
    this.quotient = quotient.create({});
    this.corner = corner.create({});
  }

  /** What `read` finds in a net once its parameter is `h` larger. */
  look(net: Nudged, h: number, read: (inspector: Inspector) => readonly number[]): Look {
    const { inspector, offset, X, T } = net;
    const theta = net.theta.slice();
    const at = h === 0 ? theta[offset]! : run(this.nudged, { w: theta[offset]!, h }, 'moved');
    theta[offset] = at;
    inspector.run(theta, X, T);
    return { at, values: [...read(inspector)] };
  }

  /** How far one thing moved per unit that another one moved. */
  rate(before: number, after: number, start: number, end: number): number {
    return run(this.quotient, { before, after, start, end }, 'rate');
  }

  /** Quotients of the cost for every nudge, ahead and behind; from both sides at the last; do these stay apart? */
  slope(net: Nudged): { quotients: Quotients[]; both: number; corner: boolean } {
    const cost = (inspector: Inspector) => [inspector.at('cost', [])];
    const here = this.look(net, 0, cost);
    const over = (from: Look, to: Look) => this.rate(from.values[0]!, to.values[0]!, from.at, to.at);
    let both = NaN;
    const quotients = NUDGES.map((nudge) => {
      const [after, before] = [this.look(net, nudge, cost), this.look(net, -nudge, cost)];
      both = over(before, after);
      return { nudge, ahead: over(here, after), behind: over(before, here) };
    });
    const [far, last] = [quotients[FAR]!, quotients.at(-1)!];
    const given = {
      ahead: last.ahead,
      behind: last.behind,
      far_ahead: far.ahead,
      far_behind: far.behind,
      cost: here.values[0]!,
    };
    return { quotients, both, corner: run(this.corner, given, 'apart') === 1 };
  }
}

function run(kernel: Kernel, given: Record<string, number>, output: string): number {
  for (const [name, value] of Object.entries(given)) kernel.arrays[name]!.fill(value);
  kernel.run();
  return kernel.arrays[output]![0]!;
}

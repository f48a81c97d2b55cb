/** A function's layers on a plane of points: what the fold is drawn from. All numbers are the kernel's. */

import { gridPoints } from '../../../engine/data.ts';
import type { RunningKernel } from '../../../engine/python/kernel.ts';
import type { FoldValue } from '../../../engine/python/protocol.ts';
import type { Domain } from '../../../engine/types.ts';
import { FoldState } from '../../Fold/fold.svelte.ts';
import type { FoldPoint, FoldSource, Layout } from '../../Fold/net.ts';
import type { Session } from '../session.svelte.ts';

type Numbers = Readonly<Record<string, Float64Array>>;

/** Beyond the data, as a share of how far they reach. */
const MARGIN = 0.35;
/** Whatever the data, the plane reaches at least so far from their middle. */
const LEAST = 1;

export class PlaneNet implements FoldSource {
  readonly size: number;
  readonly gridRows: number;
  readonly probe: number;
  readonly rows: number;
  readonly layouts: readonly Layout[];
  readonly data: FoldSource['data'];
  readonly decides: { variable: string; width: number };
  /** The kernel's input: grid, data, and the first example once more. */
  readonly points: Float64Array;
  private arrays: Numbers = {};

  constructor(
    readonly written: FoldValue,
    features: Float64Array,
    labels: Float64Array | undefined,
  ) {
    this.size = written.side;
    this.rows = written.rows;
    this.gridRows = this.size ** 2;
    this.probe = this.rows - 1;
    const count = this.probe - this.gridRows;
    const points: FoldPoint[] = Array.from({ length: count }, (_, row) => ({
      x1: features[row * 2]!,
      x2: features[row * 2 + 1]!,
      label: labels?.[row] ? 1 : 0,
    }));
    const domain = domainOf(points);
    this.points = new Float64Array(this.rows * 2);
    this.points.set(gridPoints(domain, this.size));
    this.points.set(features, this.gridRows * 2);
    this.points.set(features.subarray(0, 2), this.probe * 2);
    const hidden = written.layers.length > 1 ? written.layers.slice(0, -1) : written.layers;
    const last = written.layers.at(-1)!;
    this.data = {
      payload: {
        layers: written.layers.map(({ shift, activation }) => ({ bias: '', z: shift, a: activation })),
      },
      widths: [2, ...written.layers.map(({ width }) => width)],
      points,
      domain,
    };
    this.layouts = [
      { kind: 'input', layer: 0, variable: written.points, width: 2 },
      ...hidden.flatMap((layer, index) => layoutsOf(layer, index + 1)),
    ];
    // One layer alone decides nothing: its sums are features, not a class.
    this.decides =
      written.layers.length > 1 ? { variable: last.shift, width: last.width } : { variable: '', width: 1 };
  }

  /** The variables that are drawn. */
  get outputs(): string[] {
    const all = this.written.layers.flatMap(({ linear, shift, activation }) => [linear, shift, activation]);
    return [...new Set(all)];
  }

  take(arrays: Numbers): void {
    this.arrays = { ...arrays, [this.written.points]: this.points };
  }

  /** The kernel runs in its worker; what it has found is taken. */
  run(): void {}

  /** There is no point of the learner's own here. */
  setProbe(): void {}

  array(variable: string): Float64Array {
    return this.arrays[variable] ?? new Float64Array(this.rows);
  }

  at(variable: string, [row = 0, unit = 0]: readonly number[]): number {
    const width = this.layouts.find((layout) => layout.variable === variable)?.width ?? 1;
    return this.array(variable)[row * width + unit] ?? NaN;
  }
}

/** The fold of the session's function, kept at the session's numbers. */
export class SessionFold {
  state = $state.raw<FoldState | null>(null);
  refused = $state('');
  error = $state('');
  private kernel: RunningKernel | null = null;
  private written: FoldValue | null = null;
  private running = false;
  private again = false;
  private opened = 0;

  constructor(private readonly session: Session) {}

  /** Fetches the kernel of the session's function. */
  async load(): Promise<void> {
    const opening = ++this.opened;
    try {
      const written = await this.session.ask('fold');
      if (opening !== this.opened) return;
      this.refused = 'refused' in written ? written.refused : '';
      this.written = 'refused' in written ? null : written;
      if ('refused' in written) return void (this.state = null);
      const kernel = await this.session.kernels(written.module, 'fold');
      if (opening !== this.opened) return kernel.close();
      this.kernel?.close();
      this.kernel = kernel;
      this.error = '';
      this.state = null;
      await this.follow();
    } catch (thrown) {
      if (opening === this.opened) this.error = (thrown as { message?: string }).message ?? String(thrown);
    }
  }

  /** The session's inputs have changed. While the kernel runs, only the latest wish is kept. */
  async follow(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      do {
        this.again = false;
        await this.compute();
      } while (this.again);
    } catch (thrown) {
      if (this.kernel) this.error = (thrown as Error).message;
    } finally {
      this.running = false;
    }
  }

  close(): void {
    this.opened += 1;
    this.kernel?.close();
    this.kernel = null;
  }

  private async compute(): Promise<void> {
    const { kernel, written } = this;
    const given = this.session.given;
    const features = written && given[written.features];
    if (!kernel || !written || !features) return;
    const net = new PlaneNet(written, features, written.labels ? given[written.labels] : undefined);
    const inputs = Object.fromEntries(written.inputs.map((name) => [name, given[name]!]));
    net.take(await kernel.run({ ...inputs, [written.points]: net.points }, net.outputs));
    if (kernel !== this.kernel) return;
    if (this.state) this.state.use(net, NOTHING);
    else {
      const state = new FoldState(net, NOTHING);
      state.probe = null;
      state.at = Math.min(state.last, net.layouts.length - 1);
      this.state = state;
    }
  }
}

const NOTHING = new Float64Array(0);

function layoutsOf(
  { linear, shift, activation, width }: FoldValue['layers'][number],
  layer: number,
): Layout[] {
  const all: Layout[] = [
    { kind: 'linear', layer, variable: linear, width },
    { kind: 'shift', layer, variable: shift, width },
    { kind: 'activation', layer, variable: activation, width },
  ];
  return all.filter(({ variable }, index) => variable !== all[index - 1]?.variable);
}

/** A square around the data. */
function domainOf(points: readonly FoldPoint[]): Domain {
  const span = (numbers: number[]): [number, number] => {
    const finite = numbers.filter(Number.isFinite);
    return finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 0];
  };
  const [left, right] = span(points.map(({ x1 }) => x1));
  const [bottom, top] = span(points.map(({ x2 }) => x2));
  const reach = Math.max(LEAST, (Math.max(right - left, top - bottom) / 2) * (1 + 2 * MARGIN));
  const around = (low: number, high: number): [number, number] => {
    const middle = (low + high) / 2;
    return [middle - reach, middle + reach];
  };
  return { x1: around(left, right), x2: around(bottom, top) };
}

/** The fold figure on a lesson's stage: the stage's inputs are the weights of a net with one hidden layer. No view. */

import { Library, netId } from '../../engine/load.ts';
import { layout, parameterCount } from '../../engine/net.ts';
import type { Activation, NetKernels, NetPayload } from '../../engine/payload.ts';
import type { Domain, Entry } from '../../engine/types.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';
import { FoldState, type UnitPlace } from './fold.svelte.ts';
import { FoldNet, type FoldPoint } from './net.ts';

const ACTIVATIONS: readonly Activation[] = ['relu', 'sigmoid', 'linear'];
const DOMAIN: Domain = { x1: [-6, 6], x2: [-6, 6] };
const DEEP = [2, 4, 3, 1];
/** The order of a list of all 13 numbers. */
export const ORDER = 'w11 w21 b1 w12 w22 b2 w13 w23 b3 v1 v2 v3 c'.split(' ');
const COARSE = 25;

export interface Loaded {
  payload: NetPayload;
  kernels: NetKernels;
}

async function loadNets(library: Library): Promise<Loaded[]> {
  const wanted = [...ACTIVATIONS.map((activation) => [1, activation] as const), [2, 'relu'] as const];
  return Promise.all(
    wanted.map(async ([depth, activation]) => {
      const id = netId(depth, activation, 'squared');
      const [payload, kernels] = await Promise.all([library.netPayload(id), library.netKernels(id)]);
      return { payload, kernels };
    }),
  );
}

let nets: Promise<Loaded[]> | undefined;

/** The nets, fetched once; a page that has them draws the figure at once. */
export function prepare(library: Library): Promise<Loaded[]> {
  nets ??= loadNets(library);
  nets.catch(() => (nets = undefined));
  return nets;
}

/** The stage's name of an entry of the net. */
export function nameOf({ variable, index }: Entry): string {
  const [first = 0, second = 0] = index;
  if (variable === 'W1') return `w${first + 1}${second + 1}`;
  if (variable === 'b1') return `b${first + 1}`;
  return variable === 'W2' ? `v${first + 1}` : 'c';
}

export class FoldLesson {
  readonly points: FoldPoint[];
  private readonly nets = new Map<string, FoldNet>();

  constructor(
    readonly stage: Stage,
    readonly loaded: readonly Loaded[],
  ) {
    this.points = this.pointsOf('x1s', 'x2s', 'ring');
  }

  private row(name: string): number[] {
    return (this.stage.data.data?.[name] ?? []) as number[];
  }

  private pointsOf(first: string, second: string, label: string): FoldPoint[] {
    const [x2, labels] = [this.row(second), this.row(label)];
    return this.row(first).map((x1, i) => ({ x1, x2: x2[i]!, label: labels[i]! }));
  }

  readonly units = $derived.by(() => this.stage.option('units', 3));
  readonly act = $derived.by(() => this.stage.inputs.act ?? 0);

  /** The weights of the net as the stage has them, in the order of the kernel's parameters. */
  readonly theta = $derived.by(() => this.thetaOf(this.units, (name) => this.stage.inputs[name] ?? 0));

  private thetaOf(units: number, number: (name: string) => number): Float64Array {
    const widths = [2, units, 1];
    const theta = new Float64Array(parameterCount(widths));
    for (const { variable, kind, shape, offset, size } of layout(widths)) {
      const columns = shape.at(-1)!;
      for (let at = 0; at < size; at++) {
        const index = kind === 'bias' ? [at] : [Math.floor(at / columns), at % columns];
        theta[offset + at] = number(nameOf({ variable, index }));
      }
    }
    return theta;
  }

  /** Two hidden layers, whose weights the stage's data have; nothing of it is an input. */
  readonly isDeep = $derived.by(() => this.stage.option('deep', false));

  /** The net of this step and its weights. */
  readonly now: { net: FoldNet; theta: Float64Array } = $derived.by(() =>
    this.isDeep
      ? { net: this.net(DEEP, 3), theta: Float64Array.from(this.row('deep')) }
      : { net: this.net([2, this.units, 1], this.act), theta: this.theta },
  );

  private net(widths: number[], loaded: number): FoldNet {
    const key = `${widths} ${loaded}`;
    const known = this.nets.get(key);
    if (known) return known;
    const points = widths === DEEP ? this.pointsOf('deep_x1', 'deep_x2', 'deep_side') : this.points;
    const net = new FoldNet({ ...this.loaded[loaded]!, widths, points, domain: DOMAIN });
    this.nets.set(key, net);
    return net;
  }

  /** A state of its own for a list of weights that the stage's data have. */
  arrangement(name: string): FoldState {
    const weights = this.row(name);
    const { points } = this;
    const net = new FoldNet({ ...this.loaded[0]!, widths: [2, 3, 1], points, domain: DOMAIN, size: COARSE });
    const state = new FoldState(
      net,
      this.thetaOf(3, (wanted) => weights[ORDER.indexOf(wanted)] ?? 0),
    );
    state.probe = null;
    return state;
  }

  /** Sets all weights from a list of the stage's data. */
  choose(name: string): void {
    const weights = this.row(name);
    this.stage.put(Object.fromEntries(ORDER.map((key, at) => [key, weights[at] ?? 0])));
  }

  /** The list whose weights the stage has now. */
  chosen(names: readonly string[]): string {
    const same = (name: string) => ORDER.every((key, at) => this.stage.inputs[key] === this.row(name)[at]);
    return names.find(same) ?? '';
  }

  change(entry: Entry, value: number): void {
    this.stage.set(nameOf(entry), value);
  }

  /** What the graph's pointer is on becomes the stage's selection. */
  point(entry: Entry | null, unit: UnitPlace | null): void {
    const name = entry ? nameOf(entry) : unit ? (unit.layer === 1 ? `a${unit.unit + 1}` : 'out') : null;
    this.stage.select(name !== null && name in this.stage.data.quantities ? name : null);
  }

  /** The unit that the stage's selection belongs to: its fold and its axis are lit. */
  readonly lit: UnitPlace | null = $derived.by(() => {
    const name = this.stage.selected;
    const unit = name && /^(z|a|b|v|w\d)(\d)$/.exec(name)?.[2];
    if (unit) return { layer: 1, unit: Number(unit) - 1 };
    return name === 'out' || name === 'c' ? { layer: 2, unit: 0 } : null;
  });

  readonly litPoint = $derived.by(() => this.stage.selected === 'p1' || this.stage.selected === 'p2');
}

const UNIT = (j: number): string[] => [`w1${j}`, `w2${j}`, `b${j}`, `z${j}`, `a${j}`];

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  const view = stage.option<string>('view', 'fold');
  if (view === 'distances') return ['dim', 'ratio'];
  if (view === 'arrangements') return ['hits_parallel', 'hits_fan', 'hits_star'];
  if (stage.option('bare', false)) return [];
  if (stage.option('deep', false)) return ['hits_deep', 'p1', 'p2', 'at', 'turn', 'tilt'];
  const units = stage.option('units', 3);
  const both = Array.from({ length: units }, (_, i) => [...UNIT(i + 1), `v${i + 1}`]).flat();
  const sheet = stage.option<string[]>('parts', ['sheet']).includes('sheet') ? ['at', 'turn', 'tilt'] : [];
  return ['p1', 'p2', ...both, 'c', 'out', 'right', ...sheet];
}

/** One neuron: where its parts stand, which packets were sent back, and which fruit is looked at. No view. */

import type { Stage } from '../../lesson/stage.svelte.ts';
import { PLACES, type Fruit } from '../Bowl/bowl.ts';

export type View = 'bowl' | 'graph' | 'both';

export interface Spot {
  x: number;
  y: number;
}

/** A value in the graph, drawn as a circle. */
export interface NodePlan {
  name: 'x1' | 'x2' | 'z' | 'a' | 'cost' | 't';
  at: [number, number];
  /** The quantity that is the cost's change per unit of it. */
  slope?: string;
  title: string;
}

/** A number the neuron may change, on its way into z. */
export interface WeightPlan {
  name: 'w1' | 'w2' | 'b';
  at: [number, number];
  from?: 'x1' | 'x2';
  slope: string;
}

export const NODES: NodePlan[] = [
  { name: 'x1', at: [0.09, 0.2], title: 'sour' },
  { name: 'x2', at: [0.09, 0.62], title: 'colour' },
  { name: 'z', at: [0.49, 0.41], slope: 'dz', title: 'sum z' },
  { name: 'a', at: [0.705, 0.41], slope: 'da', title: 'answer a' },
  { name: 'cost', at: [0.92, 0.41], title: 'cost' },
  { name: 't', at: [0.92, 0.88], title: 'label t' },
];

export const WEIGHTS: WeightPlan[] = [
  { name: 'w1', at: [0.28, 0.25], from: 'x1', slope: 'dw1' },
  { name: 'w2', at: [0.28, 0.57], from: 'x2', slope: 'dw2' },
  { name: 'b', at: [0.28, 0.9], slope: 'db' },
];

/** The backward pass: what each packet stands at, and the way it comes. */
export const PACKETS: { to: NodePlan['name'] | WeightPlan['name']; from: NodePlan['name']; slope: string }[] =
  [
    { to: 'a', from: 'cost', slope: 'da' },
    { to: 'z', from: 'a', slope: 'dz' },
    { to: 'w1', from: 'z', slope: 'dw1' },
    { to: 'w2', from: 'z', slope: 'dw2' },
    { to: 'b', from: 'z', slope: 'db' },
  ];

export class NeuronState {
  width = $state(0);
  /** What a step of learning found before it moved the weights. */
  trail: { cost: number; all: number }[] = $state.raw([]);

  readonly view: View = $derived.by(() => this.stage.option<View>('view', 'both'));
  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly showsBowl = $derived.by(() => this.view !== 'graph');
  readonly showsGraph = $derived.by(() => this.view !== 'bowl');
  readonly isSideBySide = $derived.by(() => this.view === 'both' && !this.isNarrow);
  readonly bowlWidth = $derived.by(() => {
    if (this.isSideBySide) return Math.round(this.width * 0.33);
    return this.view === 'bowl' ? Math.min(this.width, 660) : this.width;
  });
  readonly bowlHeight = $derived.by(() => {
    if (this.view === 'both') return this.isNarrow ? 150 : this.graphHeight;
    return this.isNarrow ? 250 : 540;
  });
  readonly graphWidth = $derived.by(() =>
    this.isSideBySide ? this.width - this.bowlWidth - 16 : this.width,
  );
  readonly graphHeight = $derived.by(() => (this.isNarrow ? 250 : this.view === 'both' ? 340 : 310));
  readonly radius = $derived.by(() => Math.min(38, this.graphWidth * 0.072));

  readonly fruit: Fruit[] = $derived.by(() => {
    const rows = this.stage.data.data as Record<string, number[]> | undefined;
    return (rows?.sour ?? []).map((x1, index) => ({
      index,
      x1,
      x2: rows!.colour![index]!,
      t: rows!.lemon![index]!,
    }));
  });
  /** The fruit that is looked at. */
  readonly picked = $derived.by(() =>
    this.fruit.findIndex(({ x1, x2 }) => x1 === this.stage.inputs.x1 && x2 === this.stage.inputs.x2),
  );
  readonly sent = $derived.by(() => (this.stage.option('pass', false) ? (this.stage.inputs.sent ?? 0) : 0));
  readonly showsSlopes = $derived.by(() => this.stage.option('slopes', false));

  constructor(readonly stage: Stage) {}

  /** The values the scene shows; a graph without a cost has more room for the rest. */
  readonly parts: string[] = $derived.by(() =>
    this.stage.option(
      'parts',
      NODES.map(({ name }) => name),
    ),
  );
  private readonly stretch = $derived.by(() => {
    const last = Math.max(...NODES.filter(({ name }) => this.parts.includes(name)).map(({ at }) => at[0]));
    return Math.min(1.35, 0.92 / last);
  });
  readonly box = $derived.by(() => (this.isNarrow ? { w: 62, h: 38 } : { w: 80, h: 42 }));

  spot(name: string): Spot {
    const found = [...NODES, ...WEIGHTS].find((part) => part.name === name);
    if (!found) throw new Error(`The neuron has no “${name}”.`);
    const across = Math.max(found.at[0] * this.stretch, (this.radius + 4) / this.graphWidth);
    return { x: across * this.graphWidth, y: 14 + found.at[1] * (this.graphHeight - 34) };
  }

  /** The line between two parts, its ends clear of circles and boxes. */
  way(from: string, to: string): { x1: number; y1: number; x2: number; y2: number } {
    const [a, b] = [this.spot(from), this.spot(to)];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const reach = (name: string): number => {
      if (!WEIGHTS.some((weight) => weight.name === name)) return this.radius + 5;
      const { w, h } = this.box;
      return Math.min(w / 2 / (Math.abs(ux) || 1e-9), h / 2 / (Math.abs(uy) || 1e-9)) + 3;
    };
    const [start, end] = [reach(from), reach(to)];
    return { x1: a.x + ux * start, y1: a.y + uy * start, x2: b.x - ux * end, y2: b.y - uy * end };
  }

  pick(index: number): void {
    const fruit = this.fruit[index];
    if (!fruit) return;
    this.stage.put({ x1: fruit.x1, x2: fruit.x2, t: fruit.t });
  }

  /** The probability of a lemon all over the paper, cell by cell. */
  readonly shade: Float64Array = $derived.by(() => {
    const { w1 = 0, w2 = 0, b = 0 } = this.stage.inputs;
    return this.stage.functions.run('surface', { ...PLACES, w1, w2, b }).a!.slice();
  });

  /** Which fruit are called by their name. */
  private readonly right: boolean[] = $derived.by(() => {
    const rows = this.stage.data.data as Record<string, number[]>;
    const { w1 = 0, w2 = 0, b = 0 } = this.stage.inputs;
    const given = { x1: rows.sour!, x2: rows.colour!, t: rows.lemon!, w1, w2, b };
    const { a } = this.stage.functions.run('bowl', given);
    return this.fruit.map(({ t }, index) => a![index]! > 0.5 === (t === 1));
  });

  /** Whether a fruit is called by its name. */
  isRight(index: number): boolean {
    return this.right[index]!;
  }

  /** Whether a slope may be seen: its packet has arrived, or all are shown. */
  isKnown(slope: string): boolean {
    return this.showsSlopes || PACKETS.findIndex((packet) => packet.slope === slope) < this.sent;
  }

  send(count: number): void {
    this.stage.set('sent', Math.min(PACKETS.length, Math.max(0, count)));
  }

  /** One step of learning: the new weights are the stage's own quantities. */
  learn(): void {
    const { values } = this.stage;
    this.trail = [...this.trail, { cost: values.cost!, all: values.all! }];
    this.stage.put({ w1: values.new_w1!, w2: values.new_w2!, b: values.new_b! });
  }

  restart(): void {
    this.trail = [];
    this.stage.put(this.stage.scene.set ?? {});
  }
}

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  const view = stage.option<View>('view', 'both');
  const weights = ['w1', 'w2', 'b'];
  if (view === 'bowl') return ['x1', 'x2', 't', ...weights, 'z'];
  const forward = ['x1', 'x2', ...weights, 'z', 'a', 't', 'cost'];
  const known = stage.option('slopes', false)
    ? PACKETS.length
    : stage.option('pass', false)
      ? (stage.inputs.sent ?? 0)
      : 0;
  const rate = stage.option('rate', false) ? ['rate', 'all'] : [];
  return [...forward, ...PACKETS.slice(0, known).map(({ slope }) => slope), ...rate];
}

/** Linked dials: where they stand, how a drag turns one, and what a nudge leaves behind. No view. */

import type { Expression } from '../../lesson/data.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';

export interface DialPlan {
  quantity: string;
  /** The input it turns; a dial without one only shows. */
  input?: string;
  at: [number, number];
  min: number;
  max: number;
  /** The drawing above it. */
  picture?: 'handle' | 'juice' | 'glass' | 'none';
  name: string;
}

export interface LinkPlan {
  from: string;
  to: string;
  /** The quantity that is its local slope. */
  slope?: string;
  says?: string;
}

/** A small plot of one link: the curve, and tangents (needles) at places. */
export interface PlotPlan {
  title: string;
  xTitle: string;
  /** The name that the curve's expression uses for the horizontal value. */
  variable: string;
  range: [number, number];
  /** The height of the curve, and its slope, at `variable`. */
  height: Expression;
  slope: Expression;
  needles: { at: Expression; label: string; quantity: string; wrong?: boolean }[];
}

export interface Layout {
  dials: DialPlan[];
  links: LinkPlan[];
  /** The slope of the whole, drawn as a bow from the first dial to the last. */
  whole?: LinkPlan;
  plots?: PlotPlan[];
}

const SWEEP = (Math.PI * 3) / 2;

export interface Spot {
  x: number;
  y: number;
  r: number;
}

export class DialsState {
  width = $state(0);
  /** Values before the last nudge, by quantity; null when nothing was nudged. */
  before: Record<string, number> | null = $state.raw(null);

  readonly layout: Layout = $derived.by(() => {
    const layouts = this.stage.option<Record<string, Layout>>('layouts', {});
    const found = layouts[this.stage.option('layout', '')];
    if (!found) throw new Error('The scene names no layout of its dials.');
    return found;
  });
  readonly columns = $derived.by(() => 1 + Math.max(...this.layout.dials.map((dial) => dial.at[0])));
  readonly rows = $derived.by(() => 1 + Math.max(...this.layout.dials.map((dial) => dial.at[1])));
  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly radius = $derived.by(() => {
    const most = this.rows > 1 ? 74 : 82;
    return Math.min(most, (this.width / this.columns) * (this.isNarrow ? 0.34 : 0.31));
  });
  /** The machine itself, drawn below its dials; a phone has no room for it. */
  readonly showsMachine = $derived.by(() => !this.isNarrow && this.stage.option('machine', false));
  /** Room above a dial for its picture, below it for its name. */
  readonly head = $derived.by(() => (this.isNarrow || this.rows > 1 || this.showsMachine ? 12 : 54));
  readonly foot = $derived.by(() => (this.isNarrow ? 44 : 38));
  readonly rowHeight = $derived.by(() => this.head + this.radius * 2 + this.foot);
  readonly bow = $derived.by(() => (this.layout.whole ? 46 : 0));
  readonly height = $derived.by(() => this.rows * this.rowHeight + this.bow + 6);

  constructor(readonly stage: Stage) {}

  spot(dial: DialPlan): Spot {
    return {
      x: ((dial.at[0] + 0.5) / this.columns) * this.width,
      y: 4 + dial.at[1] * this.rowHeight + this.head + this.radius,
      r: this.radius,
    };
  }

  dial(quantity: string): DialPlan {
    const found = this.layout.dials.find((dial) => dial.quantity === quantity);
    if (!found) throw new Error(`No dial shows “${quantity}”.`);
    return found;
  }

  /** Angle of a needle, clockwise from straight up, within three quarters of a turn. */
  angle(dial: DialPlan, value: number): number {
    const along = (value - dial.min) / (dial.max - dial.min);
    return -SWEEP / 2 + SWEEP * Math.min(1.04, Math.max(-0.04, along));
  }

  /** The value under a pointer at (dx, dy) from the dial's middle. */
  under(dial: DialPlan, dx: number, dy: number): number {
    const angle = Math.atan2(dx, -dy);
    const along = Math.min(1, Math.max(0, (angle + SWEEP / 2) / SWEEP));
    return dial.min + along * (dial.max - dial.min);
  }

  /** Turns an input and forgets the last nudge. */
  turn(input: string, value: number): void {
    this.before = null;
    this.stage.set(input, value);
  }

  /** Moves an input a little, and keeps what every dial showed before. */
  nudge(input: string, by: number): void {
    this.before = { ...this.stage.values };
    this.stage.set(input, this.stage.inputs[input]! + by);
  }

  letGo(): void {
    const { before } = this;
    if (!before) return;
    const turned = this.layout.dials.find((dial) => dial.input);
    this.before = null;
    if (turned?.input) this.stage.set(turned.input, before[turned.quantity]!);
  }

  /** Points of a plot's curve, and the extent of its heights. */
  curve(plot: PlotPlan, points = 48): { xs: number[]; ys: number[]; top: number } {
    const [low, high] = plot.range;
    const xs = Array.from({ length: points + 1 }, (_, i) => low + ((high - low) * i) / points);
    const ys = xs.map((x) => this.stage.value(plot.height, { [plot.variable]: x }));
    return { xs, ys, top: Math.max(...ys) };
  }
}

/** A point on a circle, `angle` clockwise from straight up. */
export const onCircle = (spot: Spot, angle: number, radius: number): [number, number] => [
  spot.x + Math.sin(angle) * radius,
  spot.y - Math.cos(angle) * radius,
];

/** SVG arc from one angle to another, clockwise if the second is larger. */
export function arc(spot: Spot, from: number, to: number, radius: number): string {
  const [x1, y1] = onCircle(spot, from, radius);
  const [x2, y2] = onCircle(spot, to, radius);
  const large = Math.abs(to - from) > Math.PI ? 1 : 0;
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}A${radius} ${radius} 0 ${large} ${to > from ? 1 : 0} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
}

/** Every quantity of the present layout, in reading order. */
export function shown(stage: Stage): string[] {
  const layout = stage.option<Record<string, Layout>>('layouts', {})[stage.option('layout', '')];
  if (!layout) return [];
  const slopes = [...layout.links, ...(layout.whole ? [layout.whole] : [])].flatMap(
    ({ slope }) => slope ?? [],
  );
  const needles = (layout.plots ?? []).flatMap((plot) => plot.needles.map(({ quantity }) => quantity));
  return [...new Set([...layout.dials.map(({ quantity }) => quantity), ...slopes, ...needles])];
}

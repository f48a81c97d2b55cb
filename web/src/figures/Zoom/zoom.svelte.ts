/** Nudge and zoom: a window on a curve that one walks along, nudges and zooms. No view. */

import type { Expression } from '../../lesson/data.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';
import { formatFixed } from '../../parts/format.ts';

/** A straight line through the place: a slope drawn out, or the secant through both points. */
export interface LinePlan {
  /** The quantity that is its slope. */
  quantity: string;
  /** How far it rises over `d`. */
  rise: Expression;
  style: 'secant' | 'tangent';
  label: string;
  /** Drawn to this side of the place only. */
  side?: 'left' | 'right';
}

export interface CurvePlan {
  /** The quantity that is its height here. */
  height: string;
  /** How much higher it is `d` further on. */
  rise: Expression;
  /** The whole of it: [low, high] across and up. */
  across: [number, number];
  up: [number, number];
  /** What the axes count, from the start and from here. */
  xTitle: string;
  yTitle: string;
  /** Units that the axes change to as the window shrinks, the largest first: name and size. */
  xUnits: [string, number][];
  yUnits: [string, number][];
  lines?: LinePlan[];
}

/** The error of a measured slope over the size of the nudge, both by powers of ten. */
export interface ErrorPlan {
  quantity: string;
  /** By `input`. */
  of: Expression;
  input: string;
  range: [number, number];
  title: string;
}

export interface Tick {
  at: number;
  text: string;
}

/** Up to here the axes say where one is; further in, how far it is from the place one looks at. */
const ABSOLUTE = 0.35;
/** Where on paper the place stands once the window is a small part of the whole. */
const MIDDLE = { across: 0.4, up: 0.5 };
const SAMPLES = 160;
/** Errors are drawn from here: what is exact would lie infinitely deep. */
const DEEPEST = -13;

export class ZoomState {
  width = $state(0);
  /** Name of what is being carried: the flag of the place, or of the nudge. */
  carried: 'place' | 'nudge' | null = $state(null);

  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly height = $derived.by(() => {
    const room = this.errors ? 0.31 : 0.52;
    return Math.round(Math.min(this.errors ? 250 : 400, Math.max(190, this.width * room)));
  });
  /** On a phone the axis has its title above the window: inside it, Sight would stand on it. */
  readonly edge = $derived.by(() =>
    this.isNarrow ? { left: 40, right: 8, top: 26, bottom: 40 } : { left: 52, right: 8, top: 10, bottom: 40 },
  );

  readonly curve: CurvePlan = $derived.by(() => {
    const found = this.stage.option<Record<string, CurvePlan>>('curves', {})[this.stage.option('curve', '')];
    if (!found) throw new Error('The scene names no curve.');
    return found;
  });
  readonly errors = $derived.by(() => {
    const name = this.stage.option('errors', '');
    return this.stage.option<Record<string, ErrorPlan>>('errorCurves', {})[name];
  });
  readonly canZoom = $derived.by(() => this.stage.option('zoom', false));
  readonly canWalk = $derived.by(() => this.stage.option('walk', false));
  private readonly follows = $derived.by(() => this.stage.option('follow', false));
  readonly canNudge = $derived.by(() => this.stage.option('nudge', false));

  readonly x = $derived.by(() => this.stage.inputs.x ?? 0);
  readonly zoom = $derived.by(() => this.stage.inputs.k ?? 0);
  /** The nudge; its kernel knows how long it is. */
  readonly h = $derived.by(() => this.stage.values.h ?? 0);
  readonly scale = $derived.by(() => this.stage.value(this.stage.option<Expression>('scale', 1)));
  readonly isAbsolute = $derived.by(() => this.zoom < ABSOLUTE);

  /** The window: how wide and high, and where the place stands in it. */
  readonly window = $derived.by(() => {
    const { across, up } = this.curve;
    const [wide, high] = [across[1] - across[0], up[1] - up[0]];
    const y = this.stage.values[this.curve.height] ?? 0;
    const near = Math.min(1, Math.max(0, this.zoom));
    const blend = near * near * (3 - 2 * near);
    const mix = (from: number, to: number): number => from + (to - from) * blend;
    return {
      wide: wide * this.scale,
      high: high * this.scale,
      across: mix((this.x - across[0]) / wide, MIDDLE.across),
      up: mix((y - up[0]) / high, MIDDLE.up),
    };
  });

  private readonly paper = $derived.by(() => ({
    wide: Math.max(1, this.width - this.edge.left - this.edge.right),
    high: Math.max(1, this.height - this.edge.top - this.edge.bottom),
  }));
  /** The ends of the window, as distances from the place. */
  readonly ends = $derived.by((): [number, number] => [
    -this.window.across * this.window.wide,
    (1 - this.window.across) * this.window.wide,
  ]);

  constructor(readonly stage: Stage) {}

  px(d: number): number {
    return this.edge.left + (this.window.across + d / this.window.wide) * this.paper.wide;
  }

  py(rise: number): number {
    return this.edge.top + (1 - this.window.up - rise / this.window.high) * this.paper.high;
  }

  /** How much higher something is at a distance from the place, by its kernel. */
  rise(of: Expression, d: number): number {
    return this.stage.value(of, { d });
  }

  /** The curve in the window, point by point, whatever the zoom. */
  readonly points = $derived.by(() => {
    const [low, high] = this.ends;
    const stops = Array.from({ length: SAMPLES + 1 }, (_, i) => low + ((high - low) * i) / SAMPLES);
    // The place itself is a point: a corner there stays sharp.
    const all = [...stops.filter((d) => d < 0), 0, ...stops.filter((d) => d > 0)];
    return all.map((d): [number, number] => [this.px(d), this.py(this.rise(this.curve.rise, d))]);
  });
  readonly path = $derived.by(
    () => `M${this.points.map(([x, y]) => `${x.toFixed(1)} ${clip(y).toFixed(1)}`).join('L')}`,
  );
  readonly ground = $derived.by(() => {
    const floor = this.height - this.edge.bottom;
    const [first, last] = [this.points[0]!, this.points.at(-1)!];
    return `${this.path}L${last[0].toFixed(1)} ${floor}L${first[0].toFixed(1)} ${floor}Z`;
  });

  /** A straight line's ends on paper. */
  line(plan: LinePlan): { x1: number; y1: number; x2: number; y2: number } {
    const [low, high] = this.ends;
    const [from, to] = [plan.side === 'right' ? 0 : low, plan.side === 'left' ? 0 : high];
    return {
      x1: this.px(from),
      y1: this.py(this.rise(plan.rise, from)),
      x2: this.px(to),
      y2: this.py(this.rise(plan.rise, to)),
    };
  }

  readonly xTicks = $derived.by(() => {
    const { across, xUnits } = this.curve;
    const offset = this.isAbsolute ? this.x : 0;
    return ticks(this.ends, this.isNarrow ? 4 : 6, xUnits, this.isAbsolute, offset, across);
  });
  readonly yTicks = $derived.by(() => {
    const { up, yUnits } = this.curve;
    const y = this.stage.values[this.curve.height] ?? 0;
    const { high, up: share } = this.window;
    const ends: [number, number] = [-share * high, (1 - share) * high];
    return ticks(ends, 4, yUnits, this.isAbsolute, this.isAbsolute ? y : 0, up);
  });
  /** What the window's width is, in the unit that suits it. */
  readonly widthText = $derived.by(() => {
    const { wide } = this.window;
    const [unit, size] = unitFor(wide / 2, this.curve.xUnits);
    const count = wide / size;
    return `${formatFixed(count, count < 10 ? 1 : 0)} ${unit}`;
  });

  /** Zooms to so many tenfolds; the nudge keeps its length on paper where the scene says so. */
  zoomTo(tenfolds: number): void {
    const k = this.stage.data.inputs.k;
    if (!k || !Number.isFinite(tenfolds)) return;
    const most = this.stage.option('deepest', k.max);
    this.put(Math.min(most, Math.max(k.min, tenfolds)), this.follows);
  }

  /** Nudges by ten to the minus `j`; the window follows where the scene says so. */
  nudgeBy(j: number): void {
    if (this.follows) this.zoomTo(j);
    else if (Number.isFinite(j)) this.put(this.zoom, true, j);
  }

  private put(k: number, both: boolean, j = k): void {
    const input = this.stage.data.inputs.j;
    const fixed = (value: number): number => Number(value.toFixed(3));
    const next: Record<string, number> = { k: fixed(k) };
    if (both && input) next.j = fixed(Math.min(input.max, Math.max(input.min, j)));
    if (Object.entries(next).every(([name, value]) => this.stage.inputs[name] === value)) return;
    this.stage.put(next);
  }

  /** Walks: the place under a pointer, to a whole step. */
  walkTo(pixels: number): void {
    const along = (pixels - this.edge.left) / this.paper.wide;
    const { across } = this.curve;
    this.stage.set('x', across[0] + along * (across[1] - across[0]));
  }

  /** Nudges as far as a pointer is from the place. */
  nudgeTo(pixels: number): void {
    const distance = ((pixels - this.px(0)) / this.paper.wide) * this.window.wide;
    // Never beyond the window, never so near that the two flags become one.
    const most = this.ends[1];
    this.nudgeBy(-Math.log10(Math.min(most, Math.max(this.window.wide / 60, distance))));
  }

  /** The error curve: powers of ten of nudge and of error. */
  readonly errorPoints = $derived.by(() => {
    const plan = this.errors;
    if (!plan) return [];
    const [low, high] = plan.range;
    const count = (high - low) * 4;
    return Array.from({ length: count + 1 }, (_, i) => {
      const j = low + ((high - low) * i) / count;
      return { j, error: depth(this.stage.value(plan.of, { [plan.input]: j })) };
    });
  });

  /** The power of ten of the present error. */
  readonly errorHere = $derived.by(() =>
    this.errors ? depth(this.stage.values[this.errors.quantity] ?? NaN) : NaN,
  );
}

/** The least and most power of ten on the axis of errors. */
export const DEPTHS: [number, number] = [DEEPEST, 2];

const clip = (y: number): number => Math.min(4000, Math.max(-4000, y));
const depth = (error: number): number => Math.max(DEEPEST, Math.log10(error));

/** The largest unit that leaves a step of at least about one. */
function unitFor(step: number, units: readonly [string, number][]): [string, number] {
  return units.find(([, size]) => step >= size * 0.09) ?? units.at(-1)!;
}

/** Round places between two ends, as distances from the place; texts count from the start, or from the place. */
export function ticks(
  [low, high]: [number, number],
  most: number,
  units: readonly [string, number][],
  absolute: boolean,
  offset: number,
  whole: [number, number],
): { unit: string; list: Tick[] } {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
  const [unit, size] = absolute ? units[0]! : unitFor(step, units);
  const decimals = Math.max(0, -Math.floor(Math.log10((step / size) * 1.0001)));
  const first = Math.ceil((low + offset) / step - 1e-9);
  const last = Math.floor((high + offset) / step + 1e-9);
  const list: Tick[] = [];
  for (let i = first; i <= last; i += 1) {
    const value = i * step;
    if (absolute && (value < whole[0] - 1e-9 || value > whole[1] + 1e-9)) continue;
    const text = formatFixed(value / size, decimals);
    list.push({ at: value - offset, text: absolute || i <= 0 ? text : `+${text}` });
  }
  return { unit, list };
}

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  return stage.option<string[]>('table', []);
}

/**
 * The value of a function along one or two directions: which, how far one looks, where the inputs are, and the way
 * that gradient descent takes from there. No view; all numbers come from kernels.
 */

import { Random, STREAM } from '../../../engine/random.ts';
import type { Mishap } from '../../../engine/python/protocol.ts';
import { placeOf } from '../numbers.ts';
import type { Session } from '../session.svelte.ts';
import { LandscapeKernels, type Bend, type Numbers, type Place, type Plane } from './kernels.ts';

export type Form = 'curve' | 'contour' | 'surface';
export type Way = 's' | 't';
/** The number of an entry, row-major over all that moves; or a direction that many entries share. */
export type Choice = number | 'gradient' | 'random';

export interface Grid {
  /** Places along each direction; `t` has one where there is one direction. */
  s: Float64Array;
  t: Float64Array;
  /** Row by row: all of `s` for the first of `t`, then for the next. */
  value: Float64Array;
  /** 0 where the code takes another branch. */
  same: Uint8Array;
}

/** Value, slopes and bends where the inputs are. */
export interface Here extends Bend {
  place: Place;
  same: boolean;
  steep: number;
  gentle: number;
  axis: Place;
  /** Where the quadratic model is stationary. */
  low: Place;
  ring: { s: Float64Array; t: Float64Array };
  /** Along `grid.s`, where there is one direction. */
  tangent: Float64Array | null;
  quadratic: Float64Array | null;
}

export interface Step extends Place {
  value: number;
}

/** Entries that can be chosen from a list. */
const MOST_CHOICES = 200;
const CURVE_POINTS = 241;
/** Points along each side, as many as there is time for. */
const SIDES = [101, 81, 61, 51, 41, 31, 21, 15];
/** No more than these while pictures follow each other within so many milliseconds. */
const HURRIED = 31;
const CHASE = 120;
/** Milliseconds that a picture may take to compute. */
const PATIENCE = 150;
export const MOST_STEPS = 60;
/** Milliseconds between two steps that are watched. */
export const PACE = 110;
const FIRST_REACH = 2;
/** Points of an ellipse, as the kernel has it; it starts at the end of its steep axis. */
export const RING = 96;

type Wish = 'plane' | 'move' | 'here' | 'grid';

export class Landscape {
  kernels = $state.raw<LandscapeKernels | null>(null);
  error = $state.raw<Mishap | null>(null);
  form = $state<Form>('curve');
  choice = $state.raw<Record<Way, Choice>>({ s: 0, t: 1 });
  middle = $state.raw<Place>({ s: 0, t: 0 });
  reach = $state.raw<Place>({ s: FIRST_REACH, t: FIRST_REACH });
  /** Where the inputs are. */
  at = $state.raw<Place>({ s: 0, t: 0 });
  grid = $state.raw<Grid | null>(null);
  here = $state.raw<Here | null>(null);
  path = $state.raw<readonly Step[]>([]);
  rate = $state(0.1);
  /** Draws the quadratic model: a parabola, an ellipse. */
  modelled = $state(false);
  descending = $state(false);
  /** How the last descent ended, or why a direction is missing. */
  note = $state('');
  seed = $state(1);
  turn = $state.raw({ turn: 30, tilt: 35 });

  private plane: Plane | null = null;
  /** What the session was given last from here: it is no news. */
  private own: Numbers | null = null;
  private wishes = new Set<Wish>();
  private pumping = false;
  private milliseconds = 0.01;
  /** How far above its lowest point an ellipse is at least drawn. */
  private least = 0;
  private opened = 0;
  private charted = -Infinity;
  private refining: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: Session,
    private readonly wait: (milliseconds: number) => Promise<void> = pause,
  ) {}

  /** One number for each of these. */
  readonly entries = $derived.by(() =>
    (this.kernels?.written.moving ?? []).flatMap(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return Array.from({ length: size }, (_, index) => ({
        name,
        index,
        label: shape.length ? name + placeOf(index, shape) : name,
      }));
    }),
  );
  readonly options = $derived.by((): { value: Choice; label: string }[] => [
    ...this.entries.slice(0, MOST_CHOICES).map(({ label }, value) => ({ value, label })),
    ...(this.entries.length > 1
      ? [
          { value: 'gradient' as const, label: 'along the gradient' },
          { value: 'random' as const, label: 'a random direction' },
        ]
      : []),
  ]);

  get flat(): boolean {
    return this.form === 'curve';
  }

  label(way: Way): string {
    const choice = this.choice[way];
    if (typeof choice === 'number') return this.entries[choice]?.label ?? '';
    return choice === 'gradient' ? 'distance along the gradient' : 'distance in a random direction';
  }

  range(way: Way): [number, number] {
    return [this.middle[way] - this.reach[way], this.middle[way] + this.reach[way]];
  }

  /** Fetches the kernels of the session's function. */
  async load(): Promise<void> {
    const opening = ++this.opened;
    const before = this.entries.map(({ label }) => label).join();
    try {
      const written = await this.session.ask('landscape');
      const running = await this.session.kernels(written.module, 'along');
      if (opening !== this.opened) return running.close();
      this.kernels?.close();
      this.kernels = new LandscapeKernels(running, written);
      this.error = null;
      if (before !== this.entries.map(({ label }) => label).join()) this.begin();
      else this.want('plane', 'grid');
    } catch (thrown) {
      if (opening !== this.opened) return;
      this.error = isMishap(thrown) ? thrown : mishapOf(thrown);
    }
  }

  close(): void {
    this.opened += 1;
    this.descending = false;
    clearTimeout(this.refining);
    this.kernels?.close();
    this.kernels = null;
  }

  show(form: Form): void {
    this.stop();
    const before = this.flat;
    this.form = form;
    if (before !== this.flat) this.choose('t', this.choice.t);
  }

  /** Another direction; where the other one is the same, the two change places. */
  choose(way: Way, choice: Choice): void {
    this.stop();
    const other = way === 's' ? 't' : 's';
    const next = { ...this.choice, [way]: choice };
    if (next.s === next.t)
      next[other] = this.choice[way] === choice ? this.another(choice) : this.choice[way];
    this.choice = next;
    this.path = [];
    this.note = '';
    this.look();
    this.want('plane');
  }

  /** Another random direction. */
  draw(): void {
    this.seed += 1;
    this.choose('s', this.choice.s);
  }

  zoom(factor: number): void {
    this.reach = { s: this.reach.s * factor, t: this.reach.t * factor };
    this.middle = this.at;
    this.want('grid');
  }

  /** Moves the inputs to a place of the plane. */
  to(place: Place): void {
    this.at = place;
    this.want('move');
  }

  /** Moves the inputs a share of what is shown. */
  nudge(s: number, t: number): void {
    this.to({ s: this.at.s + s * this.reach.s, t: this.at.t + t * this.reach.t });
  }

  /** The session's inputs have changed. */
  follow(): void {
    const given = this.session.given;
    if (!this.kernels || (this.own && sameNumbers(given, this.own))) return;
    this.want('plane');
  }

  /** Lights in all views what the point moves: the entry that goes across. */
  light(on: boolean): void {
    const entry = typeof this.choice.s === 'number' ? this.entries[this.choice.s] : undefined;
    if (on && entry) this.session.point(entry.name, entry.index);
    else this.session.unpoint();
  }

  stop(): void {
    this.descending = false;
  }

  /** Gradient descent from here, step by step, within what is shown: the other numbers stay. */
  async descend(): Promise<void> {
    if (this.descending) return;
    this.descending = true;
    this.note = '';
    this.path = [];
    try {
      for (let count = 0; count <= MOST_STEPS && this.descending; count++) {
        const isLast = count === MOST_STEPS;
        if (!(await this.step(isLast)) || isLast) break;
        await this.wait(PACE);
      }
    } catch (thrown) {
      if (this.kernels) this.error = mishapOf(thrown);
    } finally {
      this.descending = false;
    }
  }

  /** Marks where the inputs are, and unless it is the last time, moves them one step downhill. */
  private async step(isLast: boolean): Promise<boolean> {
    const { kernels, plane, at } = this;
    if (!kernels || !plane) return false;
    const { number, same } = await kernels.descent(plane, at, this.rate);
    if (plane !== this.plane || at !== this.at) return false;
    this.path = [...this.path, { ...at, value: number.value }];
    const next = { s: number.s_next, t: number.t_next };
    const isFar = (['s', 't'] as const).some((way) => !(Math.abs(next[way]) < FAR * this.reach[way]));
    this.note = isFar && same ? FLOWN : ended(same, at, next);
    if (this.note === FLOWN) this.to(this.path[0]!);
    if (this.note || isLast || !this.descending) return false;
    this.to(next);
    return true;
  }

  private begin(): void {
    this.choice = { s: 0, t: this.entries.length > 1 ? 1 : 0 };
    this.form = this.entries.length > 1 ? 'contour' : 'curve';
    this.path = [];
    this.note = '';
    this.grid = null;
    this.here = null;
    this.look();
    this.want('plane');
  }

  private another(choice: Choice): Choice {
    return this.options.find(({ value }) => value !== choice)?.value ?? choice;
  }

  /** Puts what is shown around the inputs, as far as their size asks for. */
  private look(): void {
    this.at = this.present();
    this.middle = this.at;
    const far = (choice: Choice, at: number) =>
      typeof choice === 'number' && Number.isFinite(at)
        ? FIRST_REACH * Math.max(1, Math.abs(at))
        : FIRST_REACH;
    this.reach = { s: far(this.choice.s, this.at.s), t: far(this.choice.t, this.at.t) };
  }

  /** Where the session's inputs are, in a plane that goes through them. */
  private present(): Place {
    const read = (choice: Choice): number => {
      const entry = typeof choice === 'number' ? this.entries[choice] : undefined;
      return entry ? (this.session.inputs[entry.name]?.[entry.index] ?? NaN) : 0;
    };
    return { s: read(this.choice.s), t: this.flat ? 0 : read(this.choice.t) };
  }

  private want(...wishes: Wish[]): void {
    for (const wish of wishes) this.wishes.add(wish);
    void this.pump();
  }

  /** Works the wishes off, the quick ones first; a wish that comes twice meanwhile is one. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    try {
      for (;;) {
        const wish = (['plane', 'move', 'here', 'grid'] as const).find((one) => this.wishes.delete(one));
        if (!wish || !this.kernels) break;
        await { plane: this.lay, move: this.move, here: this.feel, grid: this.chart }[wish].call(
          this,
          this.kernels,
        );
      }
    } catch (thrown) {
      if (this.kernels) this.error = mishapOf(thrown);
    } finally {
      this.pumping = false;
    }
  }

  /** The plane through the session's inputs. Entries count from 0, so that moving them leaves it as it is. */
  private async lay(kernels: LandscapeKernels): Promise<void> {
    const given = this.session.given;
    const origin: Record<string, Float64Array> = { ...given };
    for (const way of this.flat ? (['s'] as const) : (['s', 't'] as const)) {
      const choice = this.choice[way];
      const entry = typeof choice === 'number' ? this.entries[choice] : undefined;
      if (!entry) continue;
      const cleared = origin[entry.name]!.slice();
      cleared[entry.index] = 0;
      origin[entry.name] = cleared;
    }
    const none = new Float64Array(kernels.count);
    const along = await this.directed(kernels, this.choice.s, given, none);
    const across = this.flat ? none : await this.directed(kernels, this.choice.t, given, along);
    const before = this.plane;
    const isSame =
      before !== null &&
      sameNumbers(
        { ...before.origin, along: before.along, across: before.across },
        { ...origin, along, across },
      );
    if (!isSame || this.grid === null) {
      this.plane = { origin, along, across };
      this.path = [];
      this.wishes.add('grid');
    }
    this.own = given;
    this.at = this.present();
    this.keepInSight();
    this.wishes.add('here');
  }

  private async directed(
    kernels: LandscapeKernels,
    choice: Choice,
    given: Numbers,
    first: Float64Array,
  ): Promise<Float64Array> {
    if (typeof choice === 'number') {
      const one = new Float64Array(kernels.count);
      one[choice] = 1;
      return one;
    }
    const raw =
      choice === 'gradient'
        ? await kernels.gradient(given)
        : await kernels.chance(new Random(this.seed, STREAM.push).uniforms(kernels.count));
    const { unit, length } = await kernels.direction(raw, first);
    if (Number.isFinite(length[0]) && length[0]! > 0) return unit;
    this.note =
      choice === 'gradient'
        ? 'The gradient has no direction of its own here.'
        : 'There is no such direction.';
    return new Float64Array(kernels.count);
  }

  private async move(kernels: LandscapeKernels): Promise<void> {
    if (!this.plane) return;
    const { moved } = await kernels.along(this.plane, this.at);
    this.own = { ...this.session.given, ...moved };
    this.session.give(moved);
    this.keepInSight();
    this.wishes.add('here');
  }

  private async feel(kernels: LandscapeKernels): Promise<void> {
    if (!this.plane) return;
    const { at, plane, grid } = this;
    const bends = kernels.written.kernels.curvature
      ? await kernels.curvature(plane, at)
      : await kernels.descent(plane, at, 0);
    const bend: Bend = { ss: NaN, st: NaN, tt: NaN, ...bends.number };
    const found = await kernels.bends(at, bend, this.least, SHARE);
    const lines = this.flat && grid ? await kernels.model(at, bend, grid.s) : null;
    this.here = {
      ...bend,
      place: at,
      same: bends.same,
      steep: found.steep[0]!,
      gentle: found.gentle[0]!,
      axis: { s: found.axis_s[0]!, t: found.axis_t[0]! },
      low: { s: found.low_s[0]!, t: found.low_t[0]! },
      ring: { s: found.ring_s, t: found.ring_t },
      tangent: lines?.tangent ?? null,
      quadratic: lines?.quadratic ?? null,
    };
  }

  private async chart(kernels: LandscapeKernels): Promise<void> {
    const { plane, flat } = this;
    if (!plane) return;
    const count = flat ? CURVE_POINTS : this.side();
    const s = spread(this.range('s'), count);
    const t = flat ? Float64Array.of(this.at.t) : spread(this.range('t'), count);
    const all = s.length * t.length;
    const places = {
      s: Float64Array.from({ length: all }, (_, i) => s[i % s.length]!),
      t: Float64Array.from({ length: all }, (_, i) => t[Math.floor(i / s.length)]!),
    };
    const begun = performance.now();
    const { value, same } = await kernels.sweep(plane, places.s, flat ? places.t.fill(0) : places.t);
    this.milliseconds = Math.max(1e-4, (performance.now() - begun) / all);
    this.grid = { s, t, value, same };
    this.least = littleOf(value);
    if (flat) this.wishes.add('here');
  }

  /** As many points along each side as there is time for; fewer while one picture chases the other. */
  private side(): number {
    const now = performance.now();
    const isHurried = now - this.charted < CHASE;
    this.charted = now;
    clearTimeout(this.refining);
    if (isHurried) this.refining = setTimeout(() => this.want('grid'), 2 * CHASE);
    const fits = (points: number) => points * points * this.milliseconds <= PATIENCE;
    return SIDES.find((points) => fits(points) && !(isHurried && points > HURRIED)) ?? SIDES.at(-1)!;
  }

  private keepInSight(): void {
    const out = (['s', 't'] as const).some(
      (way) => !(Math.abs(this.at[way] - this.middle[way]) <= this.reach[way] * 1.0001),
    );
    if (!out || !Number.isFinite(this.at.s + this.at.t)) return;
    this.middle = this.at;
    this.wishes.add('grid');
  }
}

/** A little of the height that is shown. */
function littleOf(heights: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const height of heights) {
    if (!Number.isFinite(height)) continue;
    if (height < low) low = height;
    if (height > high) high = height;
  }
  return high > low ? (high - low) / 50 : 0;
}

const SHARE = Float64Array.from({ length: RING }, (_, i) => i / RING);

function spread([low, high]: readonly [number, number], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** So many times as far as one sees, nothing is to be seen: the inputs are put back. */
const FAR = 1e4;
const FLOWN = 'It flew off, far out of sight, and is back where it began: try a smaller learning rate.';

function ended(same: boolean, at: Place, next: Place): string {
  if (!same) return 'It came to where the code takes another branch.';
  if (next.s === at.s && next.t === at.t) return 'It has come to rest: the slope here is 0.';
  return '';
}

function sameNumbers(a: Numbers, b: Numbers): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const [x, y] = [a[name]!, b[name]];
      return x === y || (y?.length === x.length && x.every((number, index) => Object.is(number, y[index])));
    })
  );
}

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

const isMishap = (thrown: unknown): thrown is Mishap =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'remedy' in thrown;

function mishapOf(thrown: unknown): Mishap {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'failed', message, remedy: '', where: 'source', line: null, column: null, text: '' };
}

/** A model of one's own: knobs, data, a prediction and its score; descent follows the slopes that grad returns. No view. */

import type { Call, CallVariable, Expression, StageVariable } from '../../lesson/data.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';

/** What a learner may turn: an input, the slope of the score by it, and where a step downhill takes it. */
export interface KnobPlan {
  input: string;
  slope: string;
  next: string;
  /** An input that is 0 while the model has no such part. */
  when?: string;
}

/** One kind of model: how it is drawn, what can be turned, what is scored. */
export interface ModelPlan {
  draws: 'spring' | 'counter' | 'bell' | 'mirror';
  knobs: KnobPlan[];
  /** The quantity that says how bad it is. */
  score?: string;
  /** Learning rates to choose from. */
  rates?: number[];
  /** Rows of numbers that the drawing needs: variables of a call, or data. */
  rows: Record<string, Expression>;
  /** What is drawn point by point: a value by one input. */
  curves?: Record<string, Expression>;
  /** A place on the curve to look at, as quantities. */
  marks?: { place: string; height: string; slope: string };
  table: string[];
}

/** A part of the model or of its score that the learner may exchange. */
export interface ChoicePlan {
  input: string;
  label: string;
  options: string[];
}

/** What was reached by hand, or by following the slopes. */
export interface Effort {
  moves: number;
  seconds: number;
  best: number;
}

/** Steps at a press of the button for many. */
export const MANY = 50;
/** Scores drawn in the trail, at most. */
const KEPT = 400;

export class ModelState {
  width = $state(0);
  /** The score after each step since the last start, the first before any. */
  trail: number[] = $state.raw([]);
  /** Why the descent stopped by itself. */
  stopped = $state('');
  running = $state(false);
  hand: Effort | null = $state.raw(null);
  descent: Effort | null = $state.raw(null);
  /** When the present effort began, by the clock of whoever calls. */
  private began: Record<'hand' | 'descent', number> = { hand: NaN, descent: NaN };

  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly plan: ModelPlan = $derived.by(() => {
    const found = this.stage.option<Record<string, ModelPlan>>('models', {})[this.stage.option('model', '')];
    if (!found) throw new Error('The scene names no model.');
    return found;
  });
  readonly knobs: KnobPlan[] = $derived.by(() => {
    const fixed = this.stage.option<string[]>('fixed', []);
    const { inputs } = this.stage;
    return this.plan.knobs.filter(
      ({ input, when }) => !fixed.includes(input) && (when === undefined || inputs[when] !== 0),
    );
  });
  readonly choices: ChoicePlan[] = $derived.by(() => {
    const all = this.stage.option<Record<string, ChoicePlan>>('choices', {});
    return this.stage.option<string[]>('choose', []).map((name) => all[name]!);
  });
  readonly descends = $derived.by(() => this.stage.option('descend', false));
  readonly showsSlopes = $derived.by(() => this.descends || this.stage.option('slopes', false));
  /** Slopes that would give away a blank of the ledger wait until it is filled in. */
  readonly waits = $derived.by(() => hidesSlopes(this.stage));
  readonly score = $derived.by(() => {
    const name = this.plan.score;
    return name ? (this.stage.values[name] ?? NaN) : NaN;
  });

  constructor(readonly stage: Stage) {}

  /** A whole row of numbers: data of the lesson, or an array of a call. */
  row(name: string): number[] {
    const expression = this.plan.rows[name];
    if (expression === undefined) throw new Error(`The model has no row “${name}”.`);
    return this.rowOf(expression);
  }

  private rowOf(expression: Expression): number[] {
    if (typeof expression === 'number') return [expression];
    if (typeof expression === 'string') return this.argumentRow(expression);
    const call: Call = isNamed(expression) ? this.stage.data.calls[expression.call]! : expression;
    const found = this.stage.functions.run(call.function, this.stage.arguments(call))[expression.variable];
    return found ? Array.from(found) : [];
  }

  private argumentRow(name: string): number[] {
    const found = this.stage.argument(name);
    return typeof found === 'number' ? [found] : [...found];
  }

  /** A curve's value at a place, by its kernel; `instead` names what changes. */
  at(curve: string, instead: Record<string, number>): number {
    return this.stage.value(this.plan.curves![curve]!, instead);
  }

  // Turning by hand

  /** A knob is turned; what was learned before is no longer this start's story. */
  turn(input: string, value: number): void {
    this.stop();
    const before = this.stage.inputs[input];
    this.stage.set(input, value);
    if (this.stage.inputs[input] === before) return;
    this.trail = [];
    this.stopped = '';
    if (this.hand) this.hand = { ...this.hand, best: least(this.hand.best, this.score) };
  }

  /** A turn of a knob by hand has ended: it counts as one move. */
  turned(now: number): void {
    this.hand = this.counted('hand', this.hand, now);
  }

  choose(input: string, value: number): void {
    this.stop();
    this.stage.set(input, value);
    this.trail = [];
    this.stopped = '';
    // Scores of another kind cannot be compared.
    this.forget();
  }

  private counted(kind: 'hand' | 'descent', effort: Effort | null, now: number): Effort {
    if (!effort) this.began[kind] = now;
    return {
      moves: (effort?.moves ?? 0) + 1,
      seconds: (now - this.began[kind]) / 1000,
      best: least(effort?.best ?? Infinity, this.score),
    };
  }

  // Following the slopes

  /** One step downhill: the new settings are the stage's own quantities. False where it cannot be taken. */
  step(now: number): boolean {
    const { stage } = this;
    const next: Record<string, number> = {};
    for (const { input, next: quantity } of this.knobs) {
      const value = stage.values[quantity] ?? NaN;
      const { min, max, says } = stage.data.inputs[input]!;
      if (!(value >= min && value <= max)) {
        this.stopped = `That step would lead off the scale: ${says}. Start over, with smaller steps.`;
        return false;
      }
      next[input] = value;
    }
    if (this.trail.length === 0) this.trail = [this.score];
    stage.put(next);
    this.trail = [...this.trail.slice(-KEPT), this.score];
    this.descent = this.counted('descent', this.descent, now);
    return true;
  }

  stop(): void {
    this.running = false;
  }

  /** Back to where the step of the lesson began, or the knobs' first values. */
  restart(): void {
    this.stop();
    const set = this.stage.scene.set ?? {};
    this.stage.put(
      Object.fromEntries(
        this.plan.knobs.map(({ input }) => [input, set[input] ?? this.stage.data.inputs[input]!.value]),
      ),
    );
    this.trail = [];
    this.stopped = '';
  }

  /** Another step of the lesson begins: its score may be another one. */
  enter(): void {
    this.stop();
    this.trail = [];
    this.stopped = '';
    if (!this.stage.option('compare', false)) this.forget();
  }

  private forget(): void {
    this.hand = null;
    this.descent = null;
  }
}

const isNamed = (e: CallVariable | StageVariable): e is StageVariable => 'call' in e;
const least = (a: number, b: number): number => (b < a ? b : a);

const hidesSlopes = (stage: Stage): boolean => stage.isBlank(stage.option('after', ''));

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  const plan = stage.option<Record<string, ModelPlan>>('models', {})[stage.option('model', '')];
  const hidden = hidesSlopes(stage) ? (plan?.knobs.map(({ slope }) => slope) ?? []) : [];
  return stage.option<string[]>('table', plan?.table ?? []).filter((name) => !hidden.includes(name));
}

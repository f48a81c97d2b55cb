/** One unit before the fruit: where it is awake, and what steps of gradient descent do to it. No view. */

import type { Stage } from '../../lesson/stage.svelte.ts';

export interface Fruit {
  index: number;
  x1: number;
  x2: number;
  t: number;
}

/** Cells along a side of the plane; model.py traces `plane` for as many. */
export const CELLS = 96;
/** The plane's corner and its side, in the fruit's own units. */
export const LOW = -0.5;
export const SIDE = 11;
const WEIGHTS = ['w1', 'w2', 'b'] as const;

const centre = (index: number): number => LOW + ((index + 0.5) / CELLS) * SIDE;
const cells = Array.from({ length: CELLS * CELLS }, (_, cell) => cell);
/** Row 0 is the top. */
const ACROSS = cells.map((cell) => centre(cell % CELLS));
const UP = cells.map((cell) => centre(CELLS - 1 - Math.floor(cell / CELLS)));

export class UnitState {
  /** What the latest steps did to w1, w2 and b together, or null before the first. */
  moved: { steps: number; by: Record<string, number> } | null = $state.raw(null);

  constructor(readonly stage: Stage) {}

  readonly fruit: Fruit[] = $derived.by(() => {
    const rows = this.stage.data.data as Record<string, number[]>;
    return rows.fruit1!.map((x1, index) => ({
      index,
      x1,
      x2: rows.fruit2![index]!,
      t: rows.lemon![index]!,
    }));
  });
  readonly picked = $derived.by(() =>
    this.fruit.findIndex(({ x1, x2 }) => x1 === this.stage.inputs.x1 && x2 === this.stage.inputs.x2),
  );
  /** The unit's activation over the plane, by its kernel. */
  readonly plane: Float64Array = $derived.by(() => {
    const { w1 = 0, w2 = 0, b = 0 } = this.stage.inputs;
    return this.stage.functions.run('plane', { x1: ACROSS, x2: UP, w1, w2, b }).a!.slice();
  });
  /** And at each fruit. */
  readonly says: Float64Array = $derived.by(() => {
    const { w1 = 0, w2 = 0, b = 0 } = this.stage.inputs;
    const { fruit1, fruit2, lemon } = this.stage.data.data as Record<string, number[]>;
    return this.stage.functions.run('bowl', { x1: fruit1!, x2: fruit2!, w1, w2, b, t: lemon! }).a!.slice();
  });

  pick(index: number): void {
    const fruit = this.fruit[index];
    if (fruit) this.stage.put({ x1: fruit.x1, x2: fruit.x2, t: fruit.t });
  }

  turn(name: string, value: number): void {
    this.moved = null;
    this.stage.set(name, value);
  }

  /** Another step of the lesson begins. */
  enter(): void {
    this.moved = null;
    this.stage.put({ steps_asleep: 0 });
  }

  /** Steps of gradient descent on the whole bowl: the next weights are the stage's own quantities. */
  learn(steps: number): void {
    const { stage } = this;
    const asleep = stage.values.awake === 0;
    const before = WEIGHTS.map((name) => stage.inputs[name]!);
    for (let step = 0; step < steps; step++) {
      const { values } = stage;
      stage.put({ w1: values.new_w1!, w2: values.new_w2!, b: values.new_b! });
    }
    if (asleep) stage.put({ steps_asleep: (stage.inputs.steps_asleep ?? 0) + steps });
    this.moved = { steps, by: Object.fromEntries(WEIGHTS.map((n, i) => [n, stage.inputs[n]! - before[i]!])) };
  }
}

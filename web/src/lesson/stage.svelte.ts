/** The state that a lesson's figure, ledger, prose and code share: inputs, computed quantities, what is lit. */

import { formatFixed, formatNumber } from '../parts/format.ts';
import type { Call, Expression, QuantityData, SceneData, StageData } from './data.ts';
import { evaluate, type Argument, type LessonFunctions, type Names } from './functions.ts';

/** Keeps what a learner did on a figure, by a name of the figure's own. */
export interface Memory {
  /** What was kept, as it comes out of a browser's storage: it may be anything. */
  recall(name: string): unknown;
  keep(name: string, value: unknown): void;
}

export class Stage {
  /** What the learner turns, and what the figure finds out. */
  inputs: Record<string, number> = $state({});
  /** What the present step shows. */
  scene: SceneData = $state.raw({});
  /** The quantity someone points at; its row, symbol, line and drawing are lit. */
  selected: string | null = $state(null);
  /** The derivative whose ladder is open. */
  asked: string | null = $state(null);
  /** True until the step's prediction is locked, if the step covers something. */
  locked = $state(false);
  /** Quantities the figure itself holds back: packets that are still on their way. */
  concealed: string[] = $state.raw([]);
  /** Counts what the learner did on the figure since the step began: some figures ask for a first move. */
  moves = $state(0);

  /** Every quantity's number, worked out only where it is read. */
  readonly values: Record<string, number> = {};

  /** Whether a quantity is a blank of the ledger now; the walk knows. */
  isBlank: (name: string) => boolean = () => false;

  /** Of the present step; the walk puts it beside the lesson's answers. A figure by itself forgets. */
  memory: Memory = { recall: () => undefined, keep: () => undefined };

  constructor(
    readonly data: StageData,
    readonly functions: LessonFunctions,
  ) {
    for (const [name, input] of Object.entries(data.inputs)) this.inputs[name] = input.value;
    for (const name of Object.keys(data.found ?? {})) this.inputs[name] = 0;
    for (const [name, quantity] of Object.entries(data.quantities)) {
      const value = $derived.by(() => this.value(quantity.of));
      Object.defineProperty(this.values, name, { enumerable: true, get: () => value });
    }
  }

  /** What an expression stands for, at the present inputs or with some of them replaced. */
  value(expression: Expression, instead: Record<string, Argument | Expression> = {}): number {
    const names: Names = (name) =>
      instead[name] ??
      this.inputs[name] ??
      (this.data.data?.[name] as number[] | undefined) ??
      this.data.quantities[name]?.of;
    return evaluate(this.functions, this.data.calls, names, expression);
  }

  /** The call that computes a quantity, at the present inputs. */
  call(name: string): { function: string; arguments: Record<string, Argument> } {
    const { of } = this.quantity(name);
    if (typeof of !== 'object') throw new Error(`“${name}” is computed by no call.`);
    const call = 'call' in of ? this.data.calls[of.call]! : of;
    return { function: call.function, arguments: this.arguments(call) };
  }

  /** What a call is given, at the present inputs. */
  arguments(call: Call): Record<string, Argument> {
    const given = Object.entries(call.arguments);
    return Object.fromEntries(given.map(([key, expression]) => [key, this.argument(expression)]));
  }

  /** A number, or a whole row of the lesson's data. */
  argument(expression: Expression): Argument {
    const row = typeof expression === 'string' ? this.data.data?.[expression] : undefined;
    return (row as number[] | undefined) ?? this.value(expression);
  }

  quantity(name: string): QuantityData {
    const found = this.data.quantities[name];
    if (!found) throw new Error(`The stage has no quantity “${name}”.`);
    return found;
  }

  /** A quantity as people read it: its own number of decimals or digits, or a question mark while it is covered. */
  text(name: string, digits?: number): string {
    if (this.isCovered(name)) return '?';
    const value = this.values[name] ?? NaN;
    const quantity = this.data.quantities[name];
    if (quantity?.figures && digits === undefined) return formatNumber(value, quantity.figures);
    return formatFixed(value, digits ?? quantity?.digits ?? 2);
  }

  /** Hidden everywhere: under a cloth until the prediction is locked, or a blank of the ledger to be filled in. */
  isCovered(name: string): boolean {
    const covered = this.locked && (this.scene.cover ?? []).includes(name);
    return covered || this.concealed.includes(name) || this.isBlank(name);
  }

  isLit(name: string): boolean {
    return this.selected === name;
  }

  /** Lit because the selected quantity is worked out from it. */
  isUsed(name: string): boolean {
    return this.selected !== null && (this.data.quantities[this.selected]?.from ?? []).includes(name);
  }

  select(name: string | null): void {
    this.selected = name;
  }

  /** Sets an input within its range, on its grid of steps. */
  set(name: string, value: number): void {
    const input = this.data.inputs[name];
    if (!input || !Number.isFinite(value)) return;
    const steps = Math.round((value - input.min) / input.step);
    const snapped = Number((input.min + steps * input.step).toFixed(6));
    const next = Math.min(input.max, Math.max(input.min, snapped));
    if (next === this.inputs[name]) return;
    this.inputs[name] = next;
    this.moves += 1;
  }

  /** Sets inputs exactly, off their grid of steps: a fruit's features, weights that learned. */
  put(values: Record<string, number>): void {
    Object.assign(this.inputs, values);
    this.moves += 1;
  }

  /** Begins a step: its scene, and the inputs it asks for. */
  enter(scene: SceneData, locked: boolean): void {
    this.scene = scene;
    this.locked = locked;
    this.selected = null;
    this.asked = null;
    for (const [name, value] of Object.entries(scene.set ?? {})) this.inputs[name] = value;
    this.moves = 0;
  }

  option<T>(name: string, otherwise: T): T {
    return ((this.scene.options?.[name] ?? this.data.options?.[name]) as T | undefined) ?? otherwise;
  }
}

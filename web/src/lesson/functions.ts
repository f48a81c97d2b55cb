/** Runs a lesson's functions: one inspect kernel each, made once; every number of a lesson comes out of here. */

import type { Kernel, LadderData, LadderKernels, LessonKernels } from '../engine/payload.ts';
import type { Call, Expression } from './data.ts';

/** A number, or a row of numbers for an argument that is an array. */
export type Argument = number | readonly number[];

/** Every variable of a function's Program by name; a scalar is an array of length 1. */
export type Values = Readonly<Record<string, Float64Array>>;

/** Names an expression may use: inputs of the stage, data, quantities, and a question's own given values. */
export type Names = (name: string) => Expression | Argument | undefined;

export interface Library {
  functionKernels(id: string): Promise<LessonKernels>;
  ladder?(id: string): Promise<{ data: LadderData; kernels: LadderKernels }>;
}

/** A function's derivatives down to difference quotients: what its steps are, and the kernel of the quotients. */
export interface Rungs {
  data: LadderData;
  /** Quotients at these arguments for a nudge of this size. */
  quotients(arguments_: Record<string, Argument>, nudge: number): Values;
}

export class LessonFunctions {
  private readonly ladders = new Map<string, Promise<Rungs>>();

  private constructor(
    private readonly kernels: Map<string, Kernel>,
    private readonly library: Library,
    /** The lesson's: what is kept for it goes under this name. */
    readonly slug: string,
  ) {}

  static async load(library: Library, slug: string, names: readonly string[]): Promise<LessonFunctions> {
    const loaded = await Promise.all(
      names.map(async (name): Promise<[string, Kernel]> => {
        const { inspect } = await library.functionKernels(`lesson-${slug}-${name}`);
        return [name, inspect.create({})];
      }),
    );
    return new LessonFunctions(new Map(loaded), library, slug);
  }

  /** The kernel's own arrays: read them before the same function runs again. */
  run(name: string, arguments_: Record<string, Argument>): Values {
    const kernel = this.kernels.get(name);
    if (!kernel) throw new Error(`The lesson has no function “${name}”.`);
    return run(kernel, name, arguments_);
  }

  /** Loaded when somebody asks why for the first time. */
  ladder(name: string): Promise<Rungs> {
    const known = this.ladders.get(name);
    if (known) return known;
    const loading = this.loadLadder(name);
    this.ladders.set(name, loading);
    loading.catch(() => this.ladders.delete(name));
    return loading;
  }

  private async loadLadder(name: string): Promise<Rungs> {
    const found = await this.library.ladder?.(`lesson-${this.slug}-${name}`);
    if (!found) throw new Error(`“${name}” has no ladder here.`);
    const { data, kernels } = found;
    const kernel = kernels.ladder.create({});
    return {
      data,
      quotients: (arguments_, nudge) => run(kernel, name, { ...arguments_, [data.nudge]: nudge }),
    };
  }
}

/** Kernels whose arrays hold the answer to their present arguments: a figure asks for many variables of one call. */
const answered = new WeakSet<Kernel>();

function run(kernel: Kernel, name: string, arguments_: Record<string, Argument>): Values {
  let known = answered.has(kernel);
  for (const [key, value] of Object.entries(arguments_)) {
    const array = kernel.arrays[key];
    if (!array) throw new Error(`“${name}” takes no “${key}”.`);
    known = holds(array, value) && known;
    if (typeof value === 'number') array.fill(value);
    else array.set(value);
  }
  if (!known) kernel.run();
  answered.add(kernel);
  return kernel.arrays;
}

const holds = (array: Float64Array, value: Argument): boolean =>
  array.every((number, i) => Object.is(number, typeof value === 'number' ? value : value[i]));

/** The number an expression stands for. */
export function evaluate(
  functions: LessonFunctions,
  calls: Record<string, Call>,
  names: Names,
  expression: Expression,
): number {
  const value = (e: Expression | Argument): Argument => {
    if (typeof e === 'string') {
      const found = names(e);
      if (found === undefined) throw new Error(`Nothing is called “${e}”.`);
      return value(found);
    }
    if (typeof e === 'number' || isRow(e)) return e;
    if (typeof e.variable === 'number') return e.variable;
    const call = 'call' in e ? calls[e.call] : e;
    if (!call) throw new Error('An expression names a call that the stage does not have.');
    const arguments_ = Object.fromEntries(Object.entries(call.arguments).map(([k, v]) => [k, value(v)]));
    const result = functions.run(call.function, arguments_)[e.variable];
    if (!result) throw new Error(`“${call.function}” computes no “${e.variable}”.`);
    return result.length === 1 ? result[0]! : Array.from(result);
  };
  const result = value(expression);
  return typeof result === 'number' ? result : (result[0] ?? NaN);
}

const isRow = (e: Expression | Argument): e is readonly number[] => Array.isArray(e);

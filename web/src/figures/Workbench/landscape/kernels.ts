/**
 * The kernels of a landscape, phi(s, t) = f(x + s · along + t · across): numbers in, numbers out. What they work out
 * is said in src/backsight/browser/landscape.py.
 */

import type { RunningKernel } from '../../../engine/python/kernel.ts';
import type { At, LandscapeValue } from '../../../engine/python/protocol.ts';
import { toNumber } from '../../../engine/python/sent.ts';

export type Numbers = Readonly<Record<string, Float64Array>>;

/** Where s = t = 0, and two directions: the moving arguments' numbers, one after another. */
export interface Plane {
  origin: Numbers;
  along: Float64Array;
  across: Float64Array;
}

export interface Place {
  s: number;
  t: number;
}

/** What is known at a place. `same`: every `if` comes out as where the code was traced. */
export interface Known<Role extends string> {
  number: Record<Role, number>;
  moved: Record<string, Float64Array>;
  same: boolean;
}

export interface Swept {
  value: Float64Array;
  /** 1 where every `if` comes out as where the code was traced. */
  same: Uint8Array;
}

export interface Bend {
  value: number;
  slope_s: number;
  slope_t: number;
  ss: number;
  st: number;
  tt: number;
}

export class LandscapeKernels {
  /** How many numbers move. */
  readonly count: number;

  constructor(
    private readonly running: RunningKernel,
    readonly written: LandscapeValue,
  ) {
    this.count = written.moving.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Ends their worker. */
  close(): void {
    this.running.close();
  }

  /** The moving arguments' numbers, one after another. */
  flat(arrays: Numbers): Float64Array {
    const all = new Float64Array(this.count);
    let from = 0;
    for (const { name, shape } of this.written.moving) {
      all.set(arrays[name]!, from);
      from += sizeOf(shape);
    }
    return all;
  }

  /** The values at many places. */
  async sweep(plane: Plane, s: Float64Array, t: Float64Array): Promise<Swept> {
    const { outputs, guards } = this.written.kernels.along!;
    const [nameS, nameT] = this.written.at;
    const names = [...variables([outputs.value!]), ...guards.map(({ name }) => name)];
    const columns = { [nameS]: s, [nameT]: t };
    const arrays = await this.running.sweep(this.inputs(plane), columns, unique(names), 'along');
    const value = arrays[outputs.value!] ?? new Float64Array(s.length).fill(constant(outputs.value!));
    const same = new Uint8Array(s.length).fill(1);
    for (const { name, expected } of guards)
      arrays[name]!.forEach((found, i) => (same[i]! &= Number((found !== 0) === expected)));
    return { value, same };
  }

  along(plane: Plane, place: Place): Promise<Known<'value'>> {
    return this.run('along', { ...this.inputs(plane), ...this.at(place) });
  }

  descent(plane: Plane, place: Place, rate: number) {
    const given = { ...this.inputs(plane), ...this.at(place), ...this.rate('descent', rate) };
    return this.run<'value' | 'slope_s' | 'slope_t' | 's_next' | 't_next'>('descent', given);
  }

  curvature(plane: Plane, place: Place): Promise<Known<keyof Bend>> {
    return this.run('curvature', { ...this.inputs(plane), ...this.at(place) });
  }

  /** The gradient by all that moves, one number after another. */
  async gradient(given: Numbers): Promise<Float64Array> {
    const { outputs } = this.written.kernels.everything!;
    const places = this.written.moving.map(({ name }) => outputs[`slope ${name}`]!);
    const inputs = { ...given, ...this.rate('everything', 0) };
    const arrays = await this.running.run(inputs, unique(variables(places)), 'everything');
    return this.flat(
      Object.fromEntries(
        this.written.moving.map(({ name, shape }, index) => [
          name,
          arrays[places[index]!] ?? new Float64Array(sizeOf(shape)).fill(constant(places[index]!)),
        ]),
      ),
    );
  }

  /** A unit vector along `raw`, less what goes along `first`; its length before says whether there is one. */
  async direction(
    raw: Float64Array,
    first: Float64Array,
  ): Promise<{ unit: Float64Array; length: Float64Array }> {
    return this.arrays('direction', { raw, first });
  }

  /** A direction without preference, from uniform draws. */
  async chance(u: Float64Array): Promise<Float64Array> {
    return (await this.arrays<'raw'>('chance', { u })).raw;
  }

  /** The geometry of the quadratic model. */
  async bends({ s, t }: Place, bend: Bend, least: number, share: Float64Array) {
    const { slope_s, slope_t, ss, st, tt } = bend;
    type Role = 'steep' | 'gentle' | 'axis_s' | 'axis_t' | 'low_s' | 'low_t' | 'ring_s' | 'ring_t';
    return this.arrays<Role>('bends', {
      ...singles({ s, t, slope_s, slope_t, ss, st, tt, least }),
      share,
    });
  }

  /** The tangent and the quadratic model at many places. */
  async model(
    { s, t }: Place,
    bend: Bend,
    there: Float64Array,
  ): Promise<{ tangent: Float64Array; quadratic: Float64Array }> {
    const { tangent, quadratic } = this.written.kernels.model!.outputs;
    const inputs = { ...singles({ ...bend, s, t }), there_t: Float64Array.of(t) };
    const names = variables([tangent!, quadratic!]);
    const arrays = await this.running.sweep(inputs, { there_s: there }, names, 'model');
    return { tangent: arrays[tangent!]!, quadratic: arrays[quadratic!]! };
  }

  private inputs({ origin, along, across }: Plane): Record<string, Float64Array> {
    const given: Record<string, Float64Array> = { ...origin };
    let from = 0;
    for (const argument of this.written.moving) {
      const to = from + sizeOf(argument.shape);
      given[argument.along] = along.subarray(from, to);
      given[argument.across] = across.subarray(from, to);
      from = to;
    }
    return given;
  }

  private at({ s, t }: Place): Record<string, Float64Array> {
    const [nameS, nameT] = this.written.at;
    return singles({ [nameS]: s, [nameT]: t });
  }

  private rate(kernel: string, rate: number): Record<string, Float64Array> {
    return singles({ [this.written.kernels[kernel]!.rate!]: rate });
  }

  private async run<Role extends string>(kernel: string, inputs: Numbers): Promise<Known<Role>> {
    const { outputs, moved, guards } = this.written.kernels[kernel]!;
    const places = [...Object.values(outputs), ...Object.values(moved), ...guards.map(({ name }) => name)];
    const arrays = await this.running.run(inputs, unique(variables(places)), kernel);
    const read = (place: At) => arrays[place] ?? Float64Array.of(constant(place));
    return {
      number: mapped(outputs, (place) => read(place)[0]!) as Record<Role, number>,
      moved: mapped(moved, read),
      same: guards.every(({ name, expected }) => (arrays[name]?.[0] !== 0) === expected),
    };
  }

  private async arrays<Role extends string>(
    kernel: string,
    inputs: Numbers,
  ): Promise<Record<Role, Float64Array>> {
    const { outputs } = this.written.kernels[kernel]!;
    const found = await this.running.run(inputs, unique(variables(Object.values(outputs))), kernel);
    return mapped(outputs, (place) => found[place]!) as Record<Role, Float64Array>;
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
const unique = (names: readonly string[]): string[] => [...new Set(names)];
const WORDS = ['NaN', 'Infinity', '-Infinity'];
/** Those of the places that are variables, not numbers. */
const variables = (places: readonly At[]): string[] =>
  places.filter((place): place is string => typeof place === 'string' && !WORDS.includes(place));
const constant = (place: At): number => toNumber(place as number);
const singles = (numbers: Record<string, number>): Record<string, Float64Array> =>
  mapped(numbers, (number) => Float64Array.of(number));

function mapped<A, B>(table: Record<string, A>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, f(value)]));
}

/** Where the numbers of a net live: one flat array for all parameters, with named views. No mathematics. */

import type { StartKernels } from './load.ts';
import type { KernelModule, NetKernels } from './payload.ts';
import { Random, STREAM } from './random.ts';
import type { StartName } from './settings.ts';
import type { Entry } from './types.ts';

/** One parameter array within the flat one. Layer 1 is the first after the inputs. */
export interface Slot {
  variable: string;
  kind: 'weights' | 'bias';
  layer: number;
  shape: readonly number[];
  offset: number;
  size: number;
}

/** The sizes a net's kernels ask for: d inputs, h1 … hidden units, k outputs. */
export function netDims(widths: readonly number[], rows: number): Record<string, number> {
  const dims: Record<string, number> = { n: rows, d: widths[0]!, k: widths[widths.length - 1]! };
  widths.slice(1, -1).forEach((width, i) => (dims[`h${i + 1}`] = width));
  return dims;
}

/** W1, b1, W2, b2, … in the order of the flat array. */
export function layout(widths: readonly number[]): Slot[] {
  const slots: Slot[] = [];
  let offset = 0;
  const add = (variable: string, kind: Slot['kind'], layer: number, shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    slots.push({ variable, kind, layer, shape, offset, size });
    offset += size;
  };
  for (let layer = 1; layer < widths.length; layer++) {
    add(`W${layer}`, 'weights', layer, [widths[layer - 1]!, widths[layer]!]);
    add(`b${layer}`, 'bias', layer, [widths[layer]!]);
  }
  return slots;
}

export function parameterCount(widths: readonly number[]): number {
  return layout(widths).reduce((sum, slot) => sum + slot.size, 0);
}

/** Views of `flat` by name; `prefix` "d" gives the names of the adjoints. */
export function views(
  widths: readonly number[],
  flat: Float64Array,
  prefix = '',
): Record<string, Float64Array> {
  const named: Record<string, Float64Array> = {};
  for (const { variable, offset, size } of layout(widths)) {
    named[prefix + variable] = flat.subarray(offset, offset + size);
  }
  return named;
}

/** Where an entry is in the flat array; -1 if this net has no such entry. */
export function offsetOf(widths: readonly number[], entry: Entry): number {
  const slot = layout(widths).find((s) => s.variable === entry.variable);
  if (!slot || slot.shape.length !== entry.index.length) return -1;
  let at = 0;
  for (let axis = 0; axis < slot.shape.length; axis++) {
    const i = entry.index[axis]!;
    if (!(Number.isInteger(i) && i >= 0 && i < slot.shape[axis]!)) return -1;
    at = at * slot.shape[axis]! + i;
  }
  return slot.offset + at;
}

/** The entry at a place of the flat array. */
export function entryAt(widths: readonly number[], offset: number): Entry {
  const slot = layout(widths).find((s) => offset >= s.offset && offset < s.offset + s.size)!;
  const at = offset - slot.offset;
  const columns = slot.shape[slot.shape.length - 1]!;
  const index = slot.kind === 'bias' ? [at] : [Math.floor(at / columns), at % columns];
  return { variable: slot.variable, index };
}

/** A start: weights drawn by a start kernel layer by layer from the seed's stream, biases zero. */
export function startParameters(
  kernels: StartKernels,
  name: StartName,
  widths: readonly number[],
  seed: number,
): Float64Array {
  const flat = new Float64Array(parameterCount(widths));
  const random = new Random(seed, STREAM.start);
  for (const slot of layout(widths)) {
    if (slot.kind === 'bias') continue;
    const kernel = kernels[name].create(
      { p: slot.size },
      { u: random.uniforms(slot.size), W: flat.subarray(slot.offset, slot.offset + slot.size) },
    );
    const [fanIn, fanOut] = slot.shape as [number, number];
    if (kernel.arrays.fan_in) kernel.arrays.fan_in[0] = fanIn;
    if (kernel.arrays.fan_out) kernel.arrays.fan_out[0] = fanOut;
    kernel.run();
  }
  return flat;
}

/** The training kernel for these widths. */
export function trainingKernel(kernels: NetKernels, widths: readonly number[]): KernelModule {
  return widths[0] === 2 && widths[widths.length - 1] === 2 ? kernels.gradient22 : kernels.gradient;
}

/**
 * Carries weights over when the structure changes. Units are named by numbers that survive a change: a weight
 * survives where both its ends do and are still neighbours, a bias where its unit does.
 */
export function carryOver(
  oldUnits: readonly (readonly number[])[],
  oldFlat: Float64Array,
  newUnits: readonly (readonly number[])[],
  newFlat: Float64Array,
): void {
  const kept = new Map<string, number>();
  walk(oldUnits, (key, offset) => kept.set(key, oldFlat[offset]!));
  walk(newUnits, (key, offset) => {
    const value = kept.get(key);
    if (value !== undefined) newFlat[offset] = value;
  });
}

function walk(units: readonly (readonly number[])[], visit: (key: string, offset: number) => void): void {
  let offset = 0;
  for (let layer = 1; layer < units.length; layer++) {
    for (const from of units[layer - 1]!) {
      for (const to of units[layer]!) visit(`${from}>${to}`, offset++);
    }
    for (const unit of units[layer]!) visit(`${unit}`, offset++);
  }
}

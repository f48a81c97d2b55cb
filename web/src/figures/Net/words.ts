/** What the parts of a net are called, for labels that are read aloud and for the line below the net. */
import type { EdgeView, NeuronView } from '../Sandbox/sandbox.svelte.ts';
import { formatFixed, formatSigned } from '../../parts/format.ts';

export type Neurons = readonly (readonly NeuronView[])[];

/** A number in at most five characters: what has to stand on a stroke or in a circle. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return formatFixed(value);
  if (size < 9.995) return formatFixed(value);
  if (size < 99.95) return formatFixed(value, 1);
  if (size < 999.5) return formatFixed(value, 0);
  for (const [unit, letter] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'G'],
  ] as const) {
    if (size < 9.95 * unit) return `${formatFixed(value / unit, 1)}${letter}`;
    if (size < 999.5 * unit) return `${formatFixed(value / unit, 0)}${letter}`;
  }
  return value.toExponential(0).replace('+', '').replace('-', '−');
}

/** "x1", "hidden 1.2", "output plum". */
export function neuronName(neurons: Neurons, layer: number, unit: number): string {
  const neuron = neurons[layer]?.[unit];
  if (!neuron || layer === 0) return plainDigits(neuron?.label ?? `x${unit + 1}`);
  return layer === neurons.length - 1 ? `output ${neuron.label}` : `hidden ${layer}.${unit + 1}`;
}

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
const plainDigits = (text: string): string =>
  text.replace(/[₀-₉]/g, (digit) => String(SUBSCRIPTS.indexOf(digit)));

export const neuronSays = (neurons: Neurons, neuron: NeuronView): string =>
  `${neuronName(neurons, neuron.layer, neuron.unit)}, ${formatFixed(neuron.value)}${neuron.dead ? ', gradient exactly 0 now' : ''}`;

export const biasSays = (neurons: Neurons, neuron: NeuronView, bias: number): string =>
  `bias of ${neuronName(neurons, neuron.layer, neuron.unit)}, ${formatFixed(bias)}`;

export const edgeSays = (neurons: Neurons, edge: EdgeView): string =>
  `weight from ${neuronName(neurons, edge.layer - 1, edge.from)} to ${neuronName(neurons, edge.layer, edge.to)}, ${formatFixed(edge.weight)}`;

export const gradientSays = (gradient: number): string =>
  `cost changes by ${formatSigned(gradient)} per unit of it`;

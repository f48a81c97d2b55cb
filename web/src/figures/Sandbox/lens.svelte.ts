/** Looks into the net: the numbers of one example or batch, neurons, edges, and the chain rule of a parameter. */

import {
  agree,
  contribution,
  lettersOf,
  pathCount,
  productOf,
  showFactor,
  showPaths,
} from '../../engine/derivation.ts';
import { Inspector } from '../../engine/inspect.ts';
import type { OptimiserKernels } from '../../engine/load.ts';
import { layout, offsetOf, views, type Slot } from '../../engine/net.ts';
import { expandPass } from '../../engine/pass.ts';
import type { Derivation, NetKernels, NetPayload, ValueRef } from '../../engine/payload.ts';
import type { OptimiserName } from '../../engine/settings.ts';
import type { DeadUnit, Entry, PassMoment, ShownDerivation, ShownPath } from '../../engine/types.ts';

/** A neuron as drawn. Layer 0 are the inputs, the last layer the outputs. */
export interface NeuronView {
  layer: number;
  unit: number;
  /** The variable that holds its value (`X`, `a1`, `y`) and its sum (`z1`); null for inputs. */
  variable: string;
  sum: string | null;
  /** "x₁", "a₃", "plum" … */
  label: string;
  /** For the selected example. */
  value: number;
  bias: Entry | null;
  dead: DeadUnit | null;
  /** The class whose colour an output has, from 1; the class of its unit otherwise. */
  tint?: number;
}

/** A weight as drawn: from unit `from` of layer - 1 to unit `to` of `layer` (1 for the first hidden layer). */
export interface EdgeView {
  layer: number;
  from: number;
  to: number;
  entry: Entry;
  weight: number;
  /** Derivative of the cost by this weight in the present scope. */
  gradient: number;
}

export type Selection =
  { kind: 'nothing' } | { kind: 'parameter'; entry: Entry } | { kind: 'neuron'; layer: number; unit: number };

/** A net that is loaded: its kernels and its explanations. */
export interface LoadedNet {
  widths: readonly number[];
  payload: NetPayload;
  kernels: NetKernels;
}

/** Rows to look at: inputs (rows, 2), targets (rows, classes) and the points they are. */
export interface Rows {
  X: Float64Array;
  T: Float64Array;
  points: Int32Array;
}

/** What the lens looks at; reading these inside a `$derived` is reactive. */
export interface Subject {
  readonly net: LoadedNet | null;
  readonly parameters: Float64Array;
  readonly exampleRows: Rows | null;
  readonly batchRows: Rows | null;
  /** The parameters that the batch is looked at with: while running, refreshed a few times a second. */
  readonly batchParameters: Float64Array;
  readonly scope: 'example' | 'batch';
  readonly selection: Selection;
  readonly dead: readonly DeadUnit[];
  readonly classes: readonly string[];
  readonly features: readonly [string, string];
  readonly optimisers: OptimiserKernels | null;
  readonly optimiser: OptimiserName;
  readonly memory: Readonly<Record<string, Float64Array>>;
  readonly rate: number;
}

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

export class Lens {
  readonly #subject: Subject;
  #exampleInspector: Inspector | null = null;
  #batchInspector: Inspector | null = null;

  /** The arrays are reused, so each run is wrapped anew: that is what makes readers look again. */
  readonly #example = $derived.by(() => {
    const { net, exampleRows, parameters } = this.#subject;
    if (!net || !exampleRows) return null;
    this.#exampleInspector = fitting(this.#exampleInspector, net, 1);
    this.#exampleInspector.run(parameters, exampleRows.X, exampleRows.T);
    return { numbers: this.#exampleInspector, rows: exampleRows };
  });

  readonly #batch = $derived.by(() => {
    const { net, batchRows, batchParameters } = this.#subject;
    if (!net || !batchRows || batchRows.points.length === 0) return null;
    this.#batchInspector = fitting(this.#batchInspector, net, batchRows.points.length);
    this.#batchInspector.run(batchParameters, batchRows.X, batchRows.T);
    return { numbers: this.#batchInspector, rows: batchRows };
  });

  readonly #scoped = $derived.by(() => (this.#subject.scope === 'batch' ? this.#batch : this.#example));

  readonly neurons: NeuronView[][] = $derived.by(() => {
    const { net } = this.#subject;
    if (!net) return [];
    return net.widths.map((width, layer) =>
      Array.from({ length: width }, (_, unit) => this.#neuron(net, layer, unit)),
    );
  });

  readonly edges: EdgeView[] = $derived.by(() => {
    const { net, parameters } = this.#subject;
    const gradients = this.#scoped?.numbers.kernel.arrays;
    return net
      ? layout(net.widths).flatMap((slot) => edgesOf(slot, parameters, gradients?.[`d${slot.variable}`]))
      : [];
  });

  /** The parameter entry that the selection stands for. */
  readonly entry: Entry | null = $derived.by(() => {
    const { selection, net } = this.#subject;
    if (!net) return null;
    if (selection.kind === 'parameter') return selection.entry;
    if (selection.kind === 'nothing' || selection.layer === 0) return null;
    return { variable: `b${selection.layer}`, index: [selection.unit] };
  });

  readonly template: Derivation | null = $derived.by(() => {
    const { net } = this.#subject;
    return (this.entry && net?.payload.derivations[this.entry.variable]) ?? null;
  });

  readonly derivation: ShownDerivation | null = $derived.by(() => this.#derivation());

  /** Every moment of a pass over the example, forward and then backward. */
  readonly moments: PassMoment[] = $derived.by(() => {
    const { net } = this.#subject;
    if (!net || !this.#example) return [];
    const { forward, backward } = net.payload.passes;
    return expandPass([...forward, ...backward], this.#example.numbers, net.payload.depth);
  });

  readonly litLines: number[] = $derived.by(() => {
    const { net } = this.#subject;
    if (!net || !this.template) return [];
    const shown = new Set([
      this.template.gradient.variable,
      ...this.template.factors.flatMap((f) => [f.value.variable, `d${f.from.variable}`]),
    ]);
    return net.payload.python.lines.flatMap((line, i) =>
      line.variables.some((v) => shown.has(v)) ? [i] : [],
    );
  });

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  parameter(entry: Entry): number {
    const { net, parameters } = this.#subject;
    return (net && parameters[offsetOf(net.widths, entry)]) ?? NaN;
  }

  gradient(entry: Entry): number {
    return this.#scoped?.numbers.at(`d${entry.variable}`, entry.index) ?? NaN;
  }

  value(ref: ValueRef, letters: Record<string, number> = {}): number {
    return this.#example?.numbers.value(ref, { n: 0, ...letters }) ?? NaN;
  }

  paths(): ShownPath[] {
    const { net } = this.#subject;
    if (!net || !this.#example || !this.template || !this.entry) return [];
    const letters = lettersOf(this.template, this.entry.index, 0);
    return showPaths(this.template, this.#example.numbers, net.payload.depth, letters);
  }

  #neuron({ widths, payload }: LoadedNet, layer: number, unit: number): NeuronView {
    const { classes, features, dead } = this.#subject;
    // Where the activation is linear, a unit's value is its sum.
    const names = payload.layers[layer - 1];
    const variable = names?.a ?? payload.layers[0]!.input;
    const last = layer === widths.length - 1;
    // A file with fewer kinds of label is read before the net that tells them apart is made.
    const label = layer === 0 ? features[unit] : last ? classes[unit] : `a${SUBSCRIPTS[unit + 1]}`;
    return {
      layer,
      unit,
      variable,
      sum: names?.z ?? null,
      label: label ?? '',
      value: this.#example?.numbers.at(variable, [0, unit]) ?? NaN,
      bias: layer === 0 ? null : { variable: `b${layer}`, index: [unit] },
      dead: dead.find((d) => d.layer === layer && d.unit === unit) ?? null,
    };
  }

  #derivation(): ShownDerivation | null {
    const { net, scope } = this.#subject;
    const { template, entry } = this;
    const one = this.#example;
    const scoped = this.#scoped;
    if (!net || !template || !entry || !one || !scoped) return null;
    const letters = lettersOf(template, entry.index, 0);
    const factors = template.factors.map((f) => showFactor(f, one.numbers, net.payload.depth, letters));
    const product = productOf(factors);
    const contributions = [...scoped.rows.points].map((point, row) => {
      return { point, product: contribution(template, scoped.numbers, entry.index, row) };
    });
    const total = contributions.reduce((sum, c) => sum + c.product, 0);
    const scale = contributions.reduce((sum, c) => sum + Math.abs(c.product), 0);
    const variable = template.gradient.variable;
    const number = scoped.numbers.at(variable, entry.index);
    return {
      entry,
      tex: template.tex,
      factors,
      product,
      total,
      contributions: scope === 'batch' ? contributions : [],
      gradient: { variable, index: entry.index, number },
      agrees: agree(total, number, scale),
      pathCount: pathCount(template, (dim) => one.numbers.size(dim)),
      update: { before: this.parameter(entry), rate: this.#subject.rate, after: this.#updated(net, entry) },
    };
  }

  /** The parameter after one update with the gradient of the scope, by the optimiser's own kernel. */
  #updated(net: LoadedNet, entry: Entry): number {
    const { optimisers, optimiser, parameters, memory, rate } = this.#subject;
    const numbers = this.#scoped?.numbers;
    if (!optimisers || !numbers) return NaN;
    const g = new Float64Array(parameters.length);
    for (const [name, view] of Object.entries(views(net.widths, g)))
      view.set(numbers.kernel.arrays[`d${name}`]!);
    const kernel = optimisers[optimiser].create({ p: parameters.length }, { theta: parameters.slice(), g });
    for (const [name, array] of Object.entries(memory)) kernel.arrays[name]?.set(array);
    kernel.arrays.lr![0] = rate;
    kernel.run();
    return kernel.arrays.theta_next![offsetOf(net.widths, entry)] ?? NaN;
  }
}

/** The weights of one layer; none for a bias. Every frame draws them all, so nothing is looked up by name here. */
function edgesOf(
  { kind, variable, layer, shape, offset }: Slot,
  values: Float64Array,
  gradient?: Float64Array,
): EdgeView[] {
  if (kind === 'bias') return [];
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows * columns }, (_, at) => {
    const [from, to] = [Math.floor(at / columns), at % columns];
    const entry = { variable, index: [from, to] };
    return { layer, from, to, entry, weight: values[offset + at] ?? NaN, gradient: gradient?.[at] ?? NaN };
  });
}

/** An inspector for so many rows of a net: the known one, if it is that. */
export function fitting(known: Inspector | null, net: LoadedNet, rows: number): Inspector {
  const fits =
    known && known.rows === rows && known.widths === net.widths && known.module === net.kernels.inspect;
  return fits ? known : new Inspector(net.kernels, net.widths, rows);
}

/** Why a parameter's slope is the number it is, from `grad` down to a nudge. No view; every number is a kernel's. */

import { lettersOf } from '../../engine/derivation.ts';
import type { Inspector, Letters } from '../../engine/inspect.ts';
import type { NudgeKernels } from '../../engine/load.ts';
import { offsetOf } from '../../engine/net.ts';
import { NUDGES, Nudging, type Nudged, type Quotients } from '../../engine/nudging.ts';
import type { Factor } from '../../engine/payload.ts';
import type { ShownFactor } from '../../engine/types.ts';
import { fitting, type LoadedNet, type Rows } from './lens.svelte.ts';
import type { SandboxState } from './contract.ts';

/** The nudges of which a factor shows its quotient: every second one. */
const FEW = NUDGES.filter((_, place) => place % 2 === 0);

export interface Rule {
  factor: ShownFactor;
  /** How far its value moved per unit that what it reads moved, for ever smaller nudges; empty if nothing arrived. */
  nudged: number[];
}

export class Why {
  readonly #sandbox: SandboxState;
  readonly #nudging: Nudging;
  #example: Inspector | null = null;
  #scoped: Inspector | null = null;

  /** The parameter's entry as Python writes it: W1[0, 2]. */
  readonly entry: string = $derived.by(() => {
    const entry = this.#sandbox.derivation?.entry;
    return entry ? `${entry.variable}[${entry.index.join(', ')}]` : '';
  });

  /** grad(net, 2)(X, T, W1, b1, W2, b2)[0, 2]: positions count from 0. */
  readonly asked: string = $derived.by(() => {
    const { net, derivation } = this.#sandbox;
    if (!net || !derivation) return '';
    const { name, inputs } = net.payload.program;
    const names = inputs.map((input) => input.name);
    const { variable, index } = derivation.entry;
    return `grad(${name}, ${names.indexOf(variable)})(${names.join(', ')})[${index.join(', ')}]`;
  });

  /** The factors of the selected example, and what a nudge makes of each on its way through. */
  readonly rules: Rule[] = $derived.by(() => {
    const { net, exampleRows, parameters, derivation, template } = this.#sandbox;
    if (!net || !exampleRows || !derivation || !template) return [];
    this.#example = fitting(this.#example, net, 1);
    const nudged = this.#nudged(net, this.#example, exampleRows, parameters);
    const letters = lettersOf(template, derivation.entry.index, 0);
    const read = (inspector: Inspector) =>
      template.factors.flatMap((factor) => endsOf(factor, inspector, letters));
    const here = this.#nudging.look(nudged, 0, read).values;
    const there = FEW.map((nudge) => this.#nudging.look(nudged, nudge, read).values);
    return derivation.factors.map((factor, place) => {
      const [from, to] = [2 * place, 2 * place + 1];
      const rates = there.map((now) => this.#nudging.rate(here[to]!, now[to]!, here[from]!, now[from]!));
      return { factor, nudged: rates.every(Number.isNaN) ? [] : rates };
    });
  });

  /** Of the cost of the scope, by the parameter itself. */
  readonly slope: { quotients: Quotients[]; both: number; corner: boolean } | null = $derived.by(() => {
    const { net, scope, derivation } = this.#sandbox;
    const batch = scope === 'batch';
    const rows = batch ? this.#sandbox.batchRows : this.#sandbox.exampleRows;
    if (!net || !rows || !derivation) return null;
    this.#scoped = fitting(this.#scoped, net, rows.points.length);
    const theta = batch ? this.#sandbox.batchParameters : this.#sandbox.parameters;
    return this.#nudging.slope(this.#nudged(net, this.#scoped, rows, theta));
  });

  constructor(sandbox: SandboxState, kernels: NudgeKernels) {
    this.#sandbox = sandbox;
    this.#nudging = new Nudging(kernels);
  }

  #nudged(net: LoadedNet, inspector: Inspector, { X, T }: Rows, theta: Float64Array): Nudged {
    return { inspector, theta, X, T, offset: offsetOf(net.widths, this.#sandbox.derivation!.entry) };
  }
}

/** The values between which a factor is the slope: a sum over the next layer leads to the cost itself. */
function endsOf(factor: Factor, inspector: Inspector, letters: Letters): [number, number] {
  const to = factor.sum ? inspector.at('cost', []) : inspector.value(factor.to, letters);
  return [inspector.value(factor.from, letters), to];
}

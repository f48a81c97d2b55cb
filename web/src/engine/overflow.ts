/** Names the first operation that made Inf or NaN. */

import { Inspector } from './inspect.ts';
import { entryAt } from './net.ts';
import type { EquationJson, NetKernels, NetPayload } from './payload.ts';
import type { Trainer } from './trainer.ts';
import type { OverflowReport } from './types.ts';

/** Operations whose names say too little by themselves. */
const SPOKEN: Record<string, string> = {
  contract: 'a sum of products',
  sum: 'a sum',
  exp: 'the exponential (exp)',
  log: 'a logarithm (log)',
  logsumexp: 'the logarithm of a sum of exponentials (logsumexp)',
  div: 'a division',
  mul: 'a multiplication',
  add: 'an addition',
  sub: 'a subtraction',
  pow: 'a power',
};

/** Explains the breakdown that stopped a trainer, by running its last step through the inspect kernel. */
export function explainOverflow(
  net: NetKernels,
  payload: NetPayload,
  optimiser: string,
  trainer: Trainer,
): OverflowReport | null {
  const { breakdown, widths } = trainer;
  if (!breakdown) return null;
  const { before, lo, hi, X, T } = breakdown;
  const inspector = new Inspector(net, widths, trainer.rows.trainCount);
  inspector.run(before.theta, X, T, lo, hi);
  const moment = { epoch: before.epoch, step: before.steps, rewindEpoch: trainer.rewindEpoch };
  const { equations } = payload.gradient;
  for (const [position, equation] of equations.entries()) {
    const bad = inspector.kernel.arrays[equation.output.name]?.find((value) => !Number.isFinite(value));
    if (bad === undefined) continue;
    const { op, output, origin } = equation;
    const found = Number.isNaN(bad) ? 'not a number' : 'infinity';
    const words = [
      ...blame(equation, namedAfter(equations, position), found),
      ...largest(before.theta, widths),
    ];
    return { ...moment, variable: output.name, op, found, origin, words };
  }
  const words = [
    'The gradient could still be computed, but the step with it left what numbers can hold.',
    ...largest(before.theta, widths),
  ];
  return { ...moment, variable: 'theta_next', op: optimiser, found: 'infinity', origin: null, words };
}

/** The value a person knows that an equation is part of: its own output, or the next one with a name. */
function namedAfter(equations: readonly EquationJson[], position: number): string {
  const known = ({ output }: EquationJson) => !/^t\d+$/.test(output.name);
  const equation = equations.slice(position).find(known) ?? equations[position]!;
  return equation.output.name;
}

function blame({ op, origin }: EquationJson, name: string, found: OverflowReport['found']): string[] {
  const made = found === 'infinity' ? 'came out infinite' : 'came out as “not a number”';
  const line = origin?.text.trim();
  return [
    `On the way to ${name}, ${SPOKEN[op] ?? `the operation “${op}”`} ${made}: the first of all numbers to go.`,
    ...(line ? [`It belongs to the line “${line}”.`] : []),
  ];
}

function largest(theta: Float64Array, widths: readonly number[]): string[] {
  let at = 0;
  theta.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(theta[at]!)) at = i;
  });
  const { variable, index } = entryAt(widths, at);
  const size = theta[at]!.toPrecision(3).replaceAll('-', '−');
  return [
    `By then the largest weight, ${variable}[${index.join(', ')}], had grown to ${size}.`,
    'Steps that are too long overshoot, and each overshoots the last: try a smaller learning rate.',
  ];
}

/** Names the first operation that made Inf or NaN. */

import { Inspector } from './inspect';
import { entryAt } from './net';
import type { NetKernels, NetPayload } from './payload';
import type { Trainer } from './trainer';
import type { OverflowReport } from './types';

/** Explains the breakdown that stopped a trainer, by running its last step through the inspect kernel. */
export function explainOverflow(
  net: NetKernels,
  payload: NetPayload,
  update: string,
  trainer: Trainer,
): OverflowReport | null {
  const { breakdown } = trainer;
  if (!breakdown) return null;
  const { before, lo, hi, X, T } = breakdown;
  const inspector = new Inspector(net, trainer.widths, trainer.rows.trainCount);
  inspector.run(before.theta, X, T, lo, hi);
  const moment = { epoch: before.epoch, step: before.steps, rewindEpoch: trainer.rewindEpoch };
  for (const equation of payload.gradient.equations) {
    const { name } = equation.output;
    const bad = inspector.kernel.arrays[name]?.find((value) => !Number.isFinite(value));
    if (bad === undefined) continue;
    const found = Number.isNaN(bad) ? 'not a number' : 'infinity';
    const line = equation.origin?.text.trim();
    const words = [
      `The first number to go was ${name}: “${equation.op}” made ${found === 'infinity' ? 'infinity' : 'something that is not a number'} of it.`,
      ...(line ? [`It is the line “${line}”.`] : []),
      ...largest(before.theta, trainer.widths),
    ];
    return { ...moment, variable: name, op: equation.op, found, origin: equation.origin, words };
  }
  const words = [
    'The gradient could still be computed, but the step with it left what numbers can hold.',
    ...largest(before.theta, trainer.widths),
  ];
  return { ...moment, variable: 'theta_next', op: update, found: 'infinity', origin: null, words };
}

function largest(theta: Float64Array, widths: readonly number[]): string[] {
  let at = 0;
  theta.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(theta[at]!)) at = i;
  });
  const { variable, index } = entryAt(widths, at);
  const size = theta[at]!.toPrecision(3);
  return [
    `By then the largest weight, ${variable}[${index.join(', ')}], had grown to ${size}.`,
    'Steps that are too long make each one overshoot the last: try a smaller learning rate.',
  ];
}

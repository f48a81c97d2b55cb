/** Which hidden units get a gradient of exactly 0, and whether anything could still wake them. */

import type { Inspector } from './inspect.ts';
import { views } from './net.ts';
import type { Activation } from './payload.ts';
import type { OptimiserName } from './settings.ts';
import type { DeadUnit } from './types.ts';

/**
 * Dead units of a net, seen through an inspector that has just run over all training examples.
 *
 * A unit is dead now when its local slope is exactly 0 on every example: its own weights get no gradient then. It
 * stays so when its inputs can no longer change either. That is the largest set that holds together:
 *
 * - a dead unit stays dead when every unit that feeds it through a weight that is not 0 keeps its values;
 * - a unit keeps its values when its inputs do and its own weights cannot move: it stays dead itself, or every unit
 *   it feeds does, so that no gradient comes back to it.
 *
 * If all of this holds now it holds after a step of plain gradient descent, since none of these weights moves.
 */
export function deadUnits(
  inspector: Inspector,
  theta: Float64Array,
  activation: Activation,
  optimiser: OptimiserName,
): DeadUnit[] {
  const { widths } = inspector;
  const dead = silentUnits(inspector);
  if (!dead.some((layer) => layer.some(Boolean))) return [];
  const stays =
    optimiser === 'gd' ? staying(widths, dead, theta) : dead.map((layer) => layer.map(() => false));
  const found: DeadUnit[] = [];
  for (let layer = 1; layer < widths.length - 1; layer++) {
    for (let unit = 0; unit < widths[layer]!; unit++) {
      if (!dead[layer]![unit]) continue;
      const forGood = stays[layer]![unit]!;
      const words = [now(activation), ...(forGood ? whyItStays(layer) : revivals(layer, optimiser))];
      found.push({ layer, unit, stays: forGood, words });
    }
  }
  return found;
}

/** By layer (inputs and outputs are never silent): is the local slope 0 on every row? */
function silentUnits(inspector: Inspector): boolean[][] {
  const { widths, rows } = inspector;
  const depth = widths.length - 2;
  return widths.map((width, layer) => {
    const slope = inspector.kernel.arrays[`slope_a${layer}_z${layer}`];
    const hidden = layer > 0 && layer <= depth && slope !== undefined && rows > 0;
    return Array.from({ length: width }, (_, unit) => {
      if (!hidden) return false;
      for (let row = 0; row < rows; row++) if (slope[row * width + unit] !== 0) return false;
      return true;
    });
  });
}

function staying(widths: readonly number[], dead: boolean[][], theta: Float64Array): boolean[][] {
  const weights = views(widths, theta);
  const stays = dead.map((layer) => [...layer]);
  const still = widths.map((width) => Array<boolean>(width).fill(true));
  const outputs = widths.length - 1;
  const inputsStill = (layer: number, unit: number) =>
    layer === 1 ||
    still[layer - 1]!.every(
      (kept, from) => kept || weights[`W${layer}`]![from * widths[layer]! + unit] === 0,
    );
  const noBlame = (layer: number) => layer < outputs && stays[layer + 1]!.every(Boolean);
  for (let changed = true; changed;) {
    changed = false;
    for (let layer = 1; layer <= outputs; layer++) {
      for (let unit = 0; unit < widths[layer]!; unit++) {
        const fed = inputsStill(layer, unit);
        const keepsDead = stays[layer]![unit]! && fed;
        const keepsStill = still[layer]![unit]! && fed && (keepsDead || noBlame(layer));
        changed ||= keepsDead !== stays[layer]![unit] || keepsStill !== still[layer]![unit];
        stays[layer]![unit] = keepsDead;
        still[layer]![unit] = keepsStill;
      }
    }
  }
  return stays;
}

/**
 * The first hidden layer that tells nobody anything about the inputs, for good: each of its units stays dead and says
 * the same of every training example. 0 if there is none. Dead alone is not enough: a saturated tanh may say 1 of
 * some examples and -1 of others, for ever, and the layers behind it learn from that.
 */
export function muteLayer(inspector: Inspector, found: readonly DeadUnit[]): number {
  const { widths, rows } = inspector;
  const says = (layer: number, unit: number, row: number) => inspector.at(`a${layer}`, [row, unit]);
  for (let layer = 1; layer < widths.length - 1; layer++) {
    const mute = found.filter(({ layer: l, unit, stays }) => {
      if (l !== layer || !stays) return false;
      for (let row = 1; row < rows; row++) if (says(l, unit, row) !== says(l, unit, 0)) return false;
      return true;
    });
    if (mute.length === widths[layer]) return layer;
  }
  return 0;
}

function now(activation: Activation): string {
  const why =
    activation === 'relu'
      ? 'its sum is 0 or less on every training example, where ReLU is flat'
      : 'its sums are so large that the curve is flat to the last digit, on every training example';
  return `Gradient exactly 0 now: ${why}. Its own weights do not learn.`;
}

function whyItStays(layer: number): string[] {
  const inputs =
    layer === 1
      ? 'Its inputs are the data, which do not move.'
      : 'What feeds it cannot move either: no gradient gets past this layer, or the units before are dead too.';
  return [
    `It stays so. ${inputs} Plain gradient descent adds 0 to its weights at every step, for ever.`,
    'Only you can wake it: change one of its weights, move the points, or take a new start.',
  ];
}

function revivals(layer: number, optimiser: OptimiserName): string[] {
  const ways: string[] = [];
  if (layer > 1) ways.push('The layers before it still learn: they may send it other values.');
  if (optimiser === 'momentum') ways.push('Momentum may carry its weights on although the gradient is 0.');
  if (optimiser === 'adam') ways.push('Adam remembers earlier gradients and may still move its weights.');
  return ways.length ? ['It may wake up again.', ...ways] : ['It may wake up again.'];
}

/** What is known about a start that stopped getting anywhere. */
export interface Findings {
  /** Does no weight ever move again? */
  cannotMove: boolean;
  /** A hidden layer that says the same of every example for good; 0 if there is none. */
  muteLayer: number;
  /** Fall of the cost over the later half of training: its share, and whether it goes on at the same pace. */
  recentFall: { share: number; steady: boolean };
  pushEscaped: boolean | null;
  tried: number;
  succeededSeed: number | null;
}

/** The verdict on a plateau, in decreasing strength, with its reasons. */
export function judge(f: Findings): { verdict: 'proved' | 'evidence' | 'still slow'; reasons: string[] } {
  if (f.muteLayer > 0) {
    return {
      verdict: 'proved',
      reasons: [
        `Every unit of hidden layer ${f.muteLayer} is dead and stays so: nothing about the inputs gets through.`,
        'The net gives every training example the same answer; only weights after that layer still move.',
      ],
    };
  }
  if (f.cannotMove) {
    return {
      verdict: 'proved',
      reasons: [
        'The gradient is exactly 0 for every weight, and plain gradient descent moves by nothing else.',
      ],
    };
  }
  const { share, steady } = f.recentFall;
  const falling = share > 0.01 || steady;
  if (falling || f.pushEscaped) {
    return {
      verdict: 'still slow',
      reasons: [
        ...(falling
          ? [`The cost fell by ${percent(share)} over the later half of training, and goes on falling.`]
          : []),
        ...(f.pushEscaped
          ? ['After a small push of its weights it got moving: a flat stretch, no dead end.']
          : []),
      ],
    };
  }
  return { verdict: 'evidence', reasons: evidence(f) };
}

function evidence(f: Findings): string[] {
  const reasons = ['The cost no longer falls: no proof that it never will, but signs.'];
  if (f.pushEscaped === false)
    reasons.push('After a small push of its weights it came back to the same cost.');
  if (f.succeededSeed !== null) {
    reasons.push(
      `With the same settings, the start of seed ${f.succeededSeed} learned these points: the start is to blame.`,
    );
  } else if (f.tried > 0) {
    reasons.push(
      `${f.tried} other ${f.tried === 1 ? 'start' : 'starts'} did no better: rather the net, the settings or the data than the start.`,
    );
  }
  return reasons;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}

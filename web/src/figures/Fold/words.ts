/** What a picture shows, in words. */

import type { Layout } from './net.ts';

const SAYS = {
  input: { short: 'input', caption: 'the inputs, as they come' },
  linear: { short: '× weights', caption: 'times the weights: turned, stretched, sheared' },
  shift: { short: '+ bias', caption: 'plus the biases: the sheet is shifted' },
  activation: { short: 'activation', caption: 'after the activation' },
} as const;

/** In words: at a computed picture what it is, between two what is being drawn. */
export function whatHappens(
  layouts: readonly Layout[],
  at: number,
): { short: string; caption: string; sliding: string } {
  const near = layouts[Math.round(at)]!;
  const deep = layouts.at(-1)!.layer > 1 && near.layer > 0;
  const { short, caption } = SAYS[near.kind];
  const between = Math.abs(at - Math.round(at)) > 0.01;
  return {
    short: deep ? `${near.layer}: ${short}` : short,
    caption: between ? 'in between: drawn, not computed' : deep ? `layer ${near.layer}, ${caption}` : caption,
    sliding: between ? `towards ${SAYS[layouts[Math.ceil(at)]!.kind].short}` : short,
  };
}

/** Draws an exercise from its address. All values come from kernels; this only chooses and compares. */

import { Random, STREAM } from '../engine/random.ts';
import type { Bank } from './bank.ts';
import { KINDS, type Address, type Exercise } from './exercise.ts';
import * as graphs from './graphs.ts';
import * as inverses from './inverses.ts';
import * as slopes from './slopes.ts';

const TRIES = 400;

function drawnBy({
  kind,
  family,
}: Address): (bank: Bank, address: Address, random: Random) => Exercise | null {
  if (kind === 'formula') return slopes.formula;
  if (kind === 'number' && family === 'inverse') return inverses.number;
  if (kind === 'number') return family === 'graph' || family === 'relu' ? graphs.number : slopes.number;
  return graphs[kind];
}

/** The exercise of an address; the same one, whenever and wherever. */
export function draw(bank: Bank, address: Address): Exercise {
  const random = new Random(address.seed >>> 0, STREAM.exercise, KINDS.indexOf(address.kind), address.level);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const drawn = drawnBy(address)(bank, address, random);
    if (drawn) return drawn;
  }
  throw new Error(`No exercise was found for ${JSON.stringify(address)}.`);
}

/** The paper that fruit lie on: sourness across, colour up. */

export interface Fruit {
  index: number;
  x1: number;
  x2: number;
  /** 1 for a lemon, 0 for a plum. */
  t: number;
}

/** The answers' shade has this many cells each way. */
export const CELLS = 28;

/** Sourness from 0 to 1 and colour from -1 to 1, with room for the drawings. */
const ACROSS = [-0.06, 1.06] as const;
const UP = [-1.2, 1.2] as const;

const share = (value: number, [low, high]: readonly [number, number]): number => (value - low) / (high - low);
export const across = (x1: number): number => share(x1, ACROSS);
export const up = (x2: number): number => share(x2, UP);

/** The features at the middle of every cell, row by row from the top. */
export const PLACES: { x1: number[]; x2: number[] } = (() => {
  const middle = (index: number, [low, high]: readonly [number, number]): number =>
    low + ((index + 0.5) / CELLS) * (high - low);
  const cells = Array.from({ length: CELLS * CELLS }, (_, cell) => cell);
  return {
    x1: cells.map((cell) => middle(cell % CELLS, ACROSS)),
    x2: cells.map((cell) => middle(CELLS - 1 - Math.floor(cell / CELLS), UP)),
  };
})();

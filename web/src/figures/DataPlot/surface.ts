/** Paints the net's answers over the plane: the colour of the class that leads, stronger the clearer it leads. */
import type { Surface } from '../../engine/types.ts';

export type Colour = readonly [number, number, number];

const LEVELS = 64;
/** How much of a class's colour the clearest answer gets. */
const STRONGEST = 0.4;

/** One 32-bit pixel for each class and clearness. */
export function colourTable(paper: Colour, classes: readonly Colour[]): Uint32Array {
  const table = new Uint32Array(classes.length * LEVELS);
  const bytes = new Uint8ClampedArray(table.buffer);
  classes.forEach((colour, label) => {
    for (let level = 0; level < LEVELS; level++) {
      const share = 0.07 + (STRONGEST - 0.07) * (level / (LEVELS - 1));
      for (let channel = 0; channel < 3; channel++) {
        bytes[4 * (label * LEVELS + level) + channel] =
          paper[channel]! + (colour[channel]! - paper[channel]!) * share;
      }
      bytes[4 * (label * LEVELS + level) + 3] = 255;
    }
  });
  return table;
}

/** Fills `pixels` (size × size) from the surface. */
export function paint(surface: Surface, table: Uint32Array, pixels: Uint32Array): void {
  const { classes, values } = surface;
  for (let cell = 0, at = 0; cell < pixels.length; cell++, at += classes) {
    let [leader, most, second] = [0, -Infinity, -Infinity];
    for (let label = 0; label < classes; label++) {
      const value = values[at + label]!;
      if (value > most) [second, most, leader] = [most, value, label];
      else if (value > second) second = value;
    }
    const lead = most - second;
    const level = lead > 0 ? Math.min(LEVELS - 1, (lead * LEVELS) | 0) : 0;
    pixels[cell] = table[leader * LEVELS + level]!;
  }
}

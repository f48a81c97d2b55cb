/** Drawn exercises: the engine's answer is accepted in several forms, each mistake's value is met by its name. */

import { describe, expect, it } from 'vitest';
import { testLibrary } from '../engine/testing/payload.ts';
import { Bank, FAMILIES } from './bank.ts';
import { draw } from './draw.ts';
import { addressText, KINDS } from './exercise.ts';
import { grade } from './grade.ts';

/** `EXERCISES=1000` draws as many of each kind and family. */
const COUNT = Number(process.env.EXERCISES ?? 60);

describe.each(KINDS)('%s', (kind) => {
  it.each(FAMILIES)(
    `%s: ${COUNT} drawn`,
    async (family) => {
      const bank = await Bank.load(testLibrary(), [family]);
      let mistakes = 0;
      for (let seed = 0; seed < COUNT; seed++) {
        const address = { kind, family, level: 1 + (seed % 3), seed };
        const exercise = draw(bank, address);
        expect(draw(bank, address)).toEqual(exercise);
        const says = (answer: string) =>
          `${addressText(address)} ${JSON.stringify(exercise.given)} ${answer}`;
        const truth =
          exercise.kind === 'formula'
            ? exercise.solution
            : exercise.place.truth.toPrecision(12).replace(/e\+?(-?\d+)/, '\\cdot 10^{$1}');
        for (const form of [truth, `\\frac{dy}{dx}=${truth}`, `1\\cdot(${truth})`, `-(-(${truth}))`])
          expect(grade(exercise, form), says(form)).toMatchObject({ right: true });
        expect(grade(exercise, `1.5(${truth})`).right, says('half more')).toBe(false);
        if (exercise.kind !== 'number') {
          // Its sign turned. Other mistakes of formulas are met by the same table, judged for numbers below.
          const turned = grade(exercise, `-(${truth})`);
          expect(turned.right, says('sign')).toBe(false);
          if ('opposite' in exercise.mistakes) expect(turned.mistake, says('sign')).toBe('sign');
          continue;
        }
        for (const [name, mistake] of Object.entries(exercise.mistakes)) {
          const wrong = grade(exercise, exercise.place.wrong[name]!.toFixed(9));
          expect(wrong, says(name)).toMatchObject({ right: false, mistake });
          mistakes += 1;
        }
      }
      if (kind === 'number') expect(mistakes).toBeGreaterThan(COUNT);
    },
    120_000,
  ); // the first one waits for Python to write the kernels
});

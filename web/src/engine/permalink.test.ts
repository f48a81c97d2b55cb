import { describe, expect, it } from 'vitest';
import { decodeLink, defaultLink, encodeLink, type LinkState } from './permalink.ts';
import { Random } from './random.ts';
import {
  ACTIVATIONS,
  BATCHES,
  DATA_SETS,
  LIMITS,
  OPTIMISERS,
  OUTPUTS,
  SPEEDS,
  STARTS,
  type Choice,
} from './settings.ts';
import { Fuzz } from './testing/fuzz.ts';

function randomState(seed: number): LinkState {
  const random = new Random(seed);
  const fuzz = new Fuzz(random);
  const one = <T>(choices: readonly Choice<T>[]) => fuzz.pick(choices).value;
  const hidden = Array.from({ length: random.below(7) }, () => 1 + random.below(8));
  const classes = 2 + random.below(5);
  const widths = [2, ...hidden, classes];
  const size = widths.slice(1).reduce((sum, width, i) => sum + (widths[i]! + 1) * width, 0);
  const data = one(DATA_SETS);
  return {
    settings: {
      hidden,
      activation: one(ACTIVATIONS),
      output: one(OUTPUTS),
      data,
      noise: random.uniform(),
      points: 10 + random.below(991),
      testShare: random.uniform() / 2,
      dataSeed: random.bits(),
      rate: 10 ** (random.uniform() * 6 - 4.5),
      batch: one(BATCHES),
      optimiser: one(OPTIMISERS),
      start: one(STARTS),
      standardise: random.uniform() < 0.5,
      seed: random.bits(),
      speed: one(SPEEDS),
    },
    points: Array.from({ length: random.below(201) }, () => {
      const base = random.below(300) - 1;
      const removed = base >= 0 && random.uniform() < 0.3;
      const at = () => (removed ? 0 : random.uniform() * 20 - 10);
      return { base, x1: at(), x2: at(), label: random.below(2), removed };
    }),
    weights: random.uniform() < 0.5 ? random.uniforms(size).map((u) => 9 * u - 4) : null,
    classes,
    file: data === 'csv' ? { name: 'früchte & co.csv', hash: 'ab12'.repeat(16) } : null,
  };
}

describe('links', () => {
  it('give back exactly the state they were made of', () => {
    for (let seed = 0; seed < 200; seed++) {
      const state = randomState(seed);
      const { state: back, problem } = decodeLink(encodeLink(state));
      expect(problem).toBeNull();
      expect(back).toEqual({ ...state, classes: state.weights ? state.classes : 2 });
    }
  });

  it('hold at most 200 own points', () => {
    const point = { base: -1, x1: 1, x2: 2, label: 0, removed: false };
    const link = encodeLink({ ...defaultLink(), points: Array(250).fill(point) });
    expect(decodeLink(link).state.points).toHaveLength(LIMITS.ownPointsInLink);
  });

  it('are empty for the default state', () => {
    expect(decodeLink('')).toEqual({ state: defaultLink(), problem: null });
    expect(decodeLink('#').problem).toBeNull();
  });

  it.each([
    ['#v=9', 'version “9”'],
    ['#hello', 'no version'],
    ['#v=1&rate=fast', 'rate “fast”'],
    ['#v=1&rate=', 'rate “”'],
    ['#v=1&hidden=9', 'layers “9”'],
    ['#v=1&hidden=1.1.1.1.1.1.1', 'layers'],
    ['#v=1&act=cube', '“cube”'],
    ['#v=1&seed=1.5', 'whole number'],
    ['#v=1&seed=-1', 'seed “-1”'],
    ['#v=1&own=abc', 'points'],
    ['#v=1&weights=AAAA', 'weights'],
    ['#v=1&weights=AAAAAAAAAAA', 'do not fit'],
    ['#v=1&data=csv', 'does not name'],
    ['#v=1&file=a.csv&sha256=xyz', 'not named properly'],
  ])('that are malformed say so: %s', (fragment, words) => {
    const { state, problem } = decodeLink(fragment);
    expect(problem).toContain(words);
    expect(state).toEqual(defaultLink());
  });

  it('never throw, however damaged', () => {
    const fuzz = new Fuzz(new Random(21));
    const alphabet = 'abcvw=&%#.-_0123456789AZ "é\0';
    for (let i = 0; i < 2000; i++) {
      const text = i % 2 ? fuzz.text(alphabet, 60) : fuzz.damage(encodeLink(randomState(i)), alphabet);
      const { state, problem } = decodeLink(text);
      if (problem) expect(state).toEqual(defaultLink());
    }
  });
});

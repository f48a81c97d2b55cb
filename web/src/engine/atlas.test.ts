import { beforeAll, describe, expect, it } from 'vitest';
import { Bench, type Plan } from './atlas.ts';
import { DEFAULTS } from './settings.ts';
import { examine, settingsOf } from './testing/certificates.ts';
import { testLibrary } from './testing/payload.ts';

const RINGS: Plan = {
  settings: { ...DEFAULTS, hidden: [3], activation: 'relu', start: 'he', points: 60, testShare: 0 },
  epochs: 1000,
  bias: null,
};
const FRUIT: Plan = {
  ...RINGS,
  settings: { ...RINGS.settings, data: 'fruit', start: 'uniform', standardise: false, rate: 0.05 },
};
const library = testLibrary();
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open(library, RINGS);
}, 60_000);

describe('the atlas', () => {
  it('replays the identical start, to the last bit, with the same verdict', () => {
    const fates = new Set<string>();
    for (let seed = 1; seed <= 24; seed++) {
      const first = bench.outcome(seed);
      const again = bench.replay(seed);
      expect(again.outcome).toEqual(first);
      expect(again.history.epoch.at(-1)).toBe(RINGS.epochs);
      expect(again.certificate === null).toBe(first.fate === 'learned');
      expect(again.certificate?.stuck.cost ?? first.cost).toBe(first.cost);
      fates.add(first.fate);
    }
    // It would say little if all of them had learned.
    expect(fates.size).toBeGreaterThan(1);
  }, 20_000);

  it('says "proved" as soon as the whole certificate does', async () => {
    const hasty = await Bench.open(library, { ...RINGS, settings: { ...RINGS.settings, rate: 5 } });
    const fates = Array.from({ length: 20 }, (_, i) => hasty.outcome(i + 1));
    expect(fates.map(({ fate }) => fate)).toContain('proved');
    for (const first of fates) expect(hasty.replay(first.seed).outcome).toEqual(first);
  }, 20_000);

  it('trains no longer and no shorter than its plan says', async () => {
    const longer = await Bench.open(library, { ...RINGS, epochs: 1500 });
    expect(longer.replay(1).history.epoch.at(-1)).toBe(1500);
    expect(longer.outcome(1).cost).toBeLessThan(bench.outcome(1).cost);
  });

  it('wakes a start that is born dead with another bias', async () => {
    const asleep = await Bench.open(library, FRUIT);
    const awake = await Bench.open(library, { ...FRUIT, bias: 6 });
    const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
    const born = seeds.filter((seed) => asleep.outcome(seed).bornDead === 3);
    expect(born.length).toBeGreaterThan(0);
    for (const seed of born) {
      expect(asleep.outcome(seed).fate).toBe('proved');
      expect(awake.outcome(seed).bornDead).toBe(0);
    }
  });
});

describe('certificates', () => {
  it('hold for ten times as many epochs, in a sample', async () => {
    // The last ones have dead units that revive: in later layers, or by Adam's memory.
    const seeds = [...Array.from({ length: 20 }, (_, i) => 1000 + i), 30051, 30155, 30343];
    const found = [];
    for (const seed of seeds) found.push(await examine(library, seed));
    expect(found.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(found.some(({ then }) => then === 'proved')).toBe(true);
    expect(found.reduce((sum, { looks }) => sum + looks, 0)).toBeGreaterThan(500);
  }, 120_000);

  it('are looked for in many kinds of nets', () => {
    const drawn = Array.from({ length: 300 }, (_, i) => settingsOf(i));
    for (const key of ['activation', 'data', 'optimiser', 'batch', 'rate', 'start'] as const)
      expect(new Set(drawn.map((settings) => settings[key])).size, key).toBeGreaterThan(1);
  });
});

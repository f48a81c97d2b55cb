import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

describe('Random', () => {
  it('gives the golden values that tests/test_random.py has too', () => {
    const bits = new Random(1, 3);
    expect([bits.bits(), bits.bits(), bits.bits(), bits.bits()]).toEqual([
      2643754875, 1334159240, 1897109312, 1438028902,
    ]);
    expect([...new Random(1, 3).uniforms(3)]).toEqual([
      0.6155471452372756, 0.4417051846892922, 0.2994663159126755,
    ]);
    const third = new Random(4294967295, 4, 7);
    expect([third.bits(), third.bits()]).toEqual([1464538551, 3286967342]);
    expect(new Random(0, 0).bits()).toBe(594849490);
    expect(new Random().bits()).toBe(1292791899);
    expect([...new Random(7, 4, 2).permutation(10)]).toEqual([9, 4, 1, 2, 5, 6, 3, 0, 8, 7]);
  });

  it('stays in [0, 1) and is spread evenly', () => {
    const drawn = new Random(5, 1).uniforms(100000);
    expect(Math.min(...drawn.slice(0, 50000))).toBeGreaterThanOrEqual(0);
    expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(drawn.reduce((sum, u) => sum + u, 0) / drawn.length).toBeCloseTo(0.5, 2);
  });

  it('permutes every number once', () => {
    expect([...new Random(3).permutation(50)].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
  });
});

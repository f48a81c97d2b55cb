import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NUDGES } from '../../engine/nudging.ts';
import { connectLocally, until } from '../../engine/testing/local.ts';
import { testLibrary } from '../../engine/testing/payload.ts';
import { Sandbox } from './sandbox.svelte.ts';
import { Why } from './why.svelte.ts';

const open: Sandbox[] = [];

async function asking(fragment = ''): Promise<{ s: Sandbox; why: Why }> {
  const library = testLibrary();
  const s = new Sandbox(library, connectLocally(library), fragment);
  open.push(s);
  await until(
    () => s.frame(),
    () => s.ready,
  );
  return { s, why: new Why(s, await s.nudges()) };
}

/** Nets of several kinds; relu and the rest have corners, but none of these starts stands on one. */
const NETS = [
  '',
  '#v=1&hidden=3.2&act=relu&out=squared&std=0',
  '#v=1&hidden=2&act=leaky_relu&out=softmax',
  '#v=1&hidden=2&act=linear&out=squared',
  '#v=1&hidden=&act=sigmoid&out=softmax',
];

beforeAll(async () => {
  await testLibrary().nudges();
}, 60_000);

afterEach(() => open.splice(0).forEach((s) => s.close()));

describe('why', () => {
  it.each(NETS)(
    'finds the same number on every rung (%s)',
    async (fragment) => {
      const { s, why } = await asking(fragment);
      for (const scope of ['example', 'batch'] as const) {
        s.scope = scope;
        const biases = s.neurons.flat().flatMap(({ bias }) => (bias ? [bias] : []));
        for (const entry of [...s.edges.map((edge) => edge.entry), ...biases]) {
          s.select({ kind: 'parameter', entry });
          const named = `${scope} ${why.entry}`;
          const { gradient, total } = s.derivation!;
          const { both, quotients, corner } = why.slope!;
          expect(total, named).toBeCloseTo(gradient.number, 12);
          expect(Math.abs(both - gradient.number), named).toBeLessThan(1e-8);
          expect(corner, named).toBe(false);
          expect(quotients.map(({ nudge }) => nudge)).toEqual([...NUDGES]);
          const away = quotients.map(({ ahead }) => Math.abs(ahead - gradient.number));
          expect(away.at(-1)!, named).toBeLessThan(1e-4);
          expect(away.at(-1)!, named).toBeLessThanOrEqual(away[0]! + 1e-9);
          for (const { factor, nudged } of why.rules) {
            // Behind a slope of 0 nothing moves.
            if (nudged.length) expect(Math.abs(nudged.at(-1)! - factor.number), named).toBeLessThan(1e-4);
            else
              expect(
                why.rules.map((rule) => rule.factor.number),
                named,
              ).toContain(0);
          }
        }
      }
    },
    30_000,
  );

  it('says what to type for the first rung', async () => {
    const { s, why } = await asking();
    s.select({ kind: 'parameter', entry: { variable: 'W2', index: [3, 1] } });
    expect(why.entry).toBe('W2[3, 1]');
    expect(why.asked).toBe('grad(net, 4)(X, T, W1, b1, W2, b2)[3, 1]');
  });

  it('follows the weight', async () => {
    const { s, why } = await asking();
    const entry = { variable: 'W1', index: [0, 1] };
    s.select({ kind: 'parameter', entry });
    const before = why.slope!.both;
    s.setParameter(entry, 2);
    expect(why.slope!.both).not.toBe(before);
    expect(why.slope!.both).toBeCloseTo(s.derivation!.gradient.number, 8);
  });

  it('sees a corner where one is, and only there', async () => {
    const { s, why } = await asking('#v=1&hidden=2&act=relu&out=squared');
    for (const { entry } of s.edges.filter((edge) => edge.layer === 1)) s.setParameter(entry, 0);
    s.select({ kind: 'neuron', layer: 1, unit: 0 });
    expect(why.slope!.corner).toBe(true);
    s.setParameter({ variable: 'b1', index: [0] }, 0.005);
    expect(why.slope!.corner).toBe(false);
  });

  it('says where a nudge does not arrive', async () => {
    const { s, why } = await asking('#v=1&hidden=2&act=relu&out=squared');
    s.setParameter({ variable: 'b1', index: [0] }, -50);
    s.select({ kind: 'neuron', layer: 1, unit: 0 });
    expect(s.derivation!.gradient.number).toBe(0);
    expect(why.slope).toMatchObject({ both: 0, corner: false });
    expect(why.rules.map(({ nudged }) => nudged)).toEqual([[], [0, 0, 0]]);
  });

  it('is empty while nothing is selected', async () => {
    const { why } = await asking();
    expect([why.entry, why.asked, why.rules, why.slope]).toEqual(['', '', [], null]);
  });
});

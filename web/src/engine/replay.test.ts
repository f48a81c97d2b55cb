import { beforeAll, describe, expect, it } from 'vitest';
import { agree, contribution, lettersOf, pathCount, productOf, showFactor, showPaths } from './derivation.ts';
import { Inspector } from './inspect.ts';
import { netId, type Library } from './load.ts';
import { entryAt, parameterCount } from './net.ts';
import { expandPass } from './pass.ts';
import type { Activation, Output } from './payload.ts';
import { Random } from './random.ts';
import { testLibrary } from './testing/payload.ts';
import type { ShownFactor } from './types.ts';

let library: Library;

const NETS: [number[], Activation, Output][] = [
  [[2, 3], 'sigmoid', 'softmax'],
  [[2, 2], 'linear', 'squared'],
  [[2, 3, 2], 'sigmoid', 'squared'],
  [[2, 4, 3], 'relu', 'softmax'],
  [[2, 3, 2, 2], 'softplus', 'squared'],
  [[2, 2, 3, 2, 4], 'leaky_relu', 'softmax'],
];

beforeAll(async () => {
  library = testLibrary();
  await Promise.all(
    NETS.map(([widths, activation, output]) =>
      library.netKernels(netId(widths.length - 2, activation, output)),
    ),
  );
}, 60_000);

async function look(widths: number[], activation: Activation, output: Output, rows: number) {
  const id = netId(widths.length - 2, activation, output);
  const [kernels, payload] = await Promise.all([library.netKernels(id), library.netPayload(id)]);
  const random = new Random(7, rows);
  const theta = random.uniforms(parameterCount(widths)).map((u) => 3 * u - 1.5);
  const X = random.uniforms(rows * 2).map((u) => 4 * u - 2);
  const classes = widths.at(-1)!;
  const T = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) T[row * classes + random.below(classes)] = 1;
  const inspector = new Inspector(kernels, widths, rows);
  inspector.run(theta, X, T);
  return { payload, inspector, entries: Array.from(theta, (_, i) => entryAt(widths, i)) };
}

function checkSums(factor: ShownFactor): void {
  if (!factor.terms) return;
  const sum = factor.terms.reduce((total, term) => total + term.product, 0);
  const scale = factor.terms.reduce((total, term) => total + Math.abs(term.product), 0);
  expect(agree(sum, factor.number, scale), factor.tex).toBe(true);
  for (const term of factor.terms) term.factors.forEach(checkSums);
}

describe.each(NETS)('the net %j %s %s', (widths, activation, output) => {
  it('has factors, sums and paths that multiply to the gradient of one example', async () => {
    const { payload, inspector, entries } = await look(widths, activation, output, 1);
    for (const { variable, index } of entries) {
      const template = payload.derivations[variable]!;
      const letters = lettersOf(template, index, 0);
      const gradient = inspector.at(`d${variable}`, index);
      const factors = template.factors.map((f) => showFactor(f, inspector, payload.depth, letters));
      expect(factors.length).toBeGreaterThan(0);
      expect(agree(productOf(factors), gradient, Math.abs(gradient)), `${variable}[${index}]`).toBe(true);
      factors.forEach(checkSums);
      expect(factors.every((f) => f.place !== null)).toBe(true);
      const count = pathCount(template, (dim) => inspector.size(dim));
      const paths = showPaths(template, inspector, payload.depth, letters);
      if (count > 64) {
        expect(paths).toEqual([]);
        continue;
      }
      expect(paths).toHaveLength(count);
      const sum = paths.reduce((total, path) => total + path.product, 0);
      const scale = paths.reduce((total, path) => total + Math.abs(path.product), 0);
      expect(agree(sum, gradient, scale), `paths of ${variable}[${index}]`).toBe(true);
    }
  });

  it('has contributions of examples that add up to the gradient of the batch', async () => {
    const { payload, inspector, entries } = await look(widths, activation, output, 9);
    for (const { variable, index } of entries) {
      const template = payload.derivations[variable]!;
      const parts = Array.from({ length: 9 }, (_, row) => contribution(template, inspector, index, row));
      const sum = parts.reduce((total, part) => total + part, 0);
      const scale = parts.reduce((total, part) => total + Math.abs(part), 0);
      expect(agree(sum, inspector.at(`d${variable}`, index), scale), `${variable}[${index}]`).toBe(true);
    }
  });

  it('has a pass whose every number is there and whose sums of packets make their targets', async () => {
    const { payload, inspector } = await look(widths, activation, output, 1);
    const { forward, backward } = payload.passes;
    const moments = expandPass([...forward, ...backward], inspector, payload.depth);
    const wanted = widths.slice(1).reduce((sum, width) => sum + width, 0);
    const sums = moments.filter((m) => m.direction === 'forward' && m.target.variable.startsWith('z'));
    expect(sums).toHaveLength(wanted);
    for (const moment of moments) {
      const { target, packets } = moment;
      const name = `${moment.direction} ${target.variable}[${target.index}]`;
      expect(Number.isFinite(target.number), name).toBe(true);
      expect(moment.place, name).not.toBeNull();
      expect(
        packets.every((p) => Number.isFinite(p.number)),
        name,
      ).toBe(true);
      if (/^(z|da)/.test(target.variable)) {
        const sum = packets.reduce((total, p) => total + p.number, 0);
        const scale = packets.reduce((total, p) => total + Math.abs(p.number), 0);
        expect(agree(sum, target.number, scale), name).toBe(true);
      }
    }
  });
});

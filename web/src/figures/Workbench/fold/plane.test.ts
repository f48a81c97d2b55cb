/** A net of a person's own as a fold, on kernels that Python writes for this test. */

import { beforeAll, expect, it } from 'vitest';
import { answerTo, kernelHere } from '../../../engine/testing/answers.ts';
import type { Values } from '../../../engine/python/protocol.ts';
import type { Session } from '../session.svelte.ts';
import { SessionFold } from './plane.svelte.ts';

const SOURCE = `
import numpy as np

def cost(W, b, v, X, T):
    h = np.maximum(X @ W + b, 0)
    return np.mean((h @ v - T) ** 2)
`;
const EXAMPLE =
  'W = [[1.0, -2.0], [0.5, 1.0]]\nb = [0.1, -0.3]\nv = [1.0, 2.0]\nX = [[0.0, 1.0], [2.0, -1.0]]\nT = [1.0, 0.0]';

let net: Values['fold'];
let square: Values['fold'];

function ask(source: string, example: string): Values['fold'] {
  const answer = answerTo({ kind: 'fold', source, example });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

beforeAll(() => {
  net = ask(SOURCE, EXAMPLE);
  square = ask('def f(x):\n    return x**2', 'x = 1.0');
});

function bench(answer: Values['fold']) {
  const given: Record<string, Float64Array> = {
    W: Float64Array.of(1, -2, 0.5, 1),
    b: Float64Array.of(0.1, -0.3),
    v: Float64Array.of(1, 2),
    X: Float64Array.of(0, 1, 2, -1),
    T: Float64Array.of(1, 0),
  };
  const session = { given, ask: () => Promise.resolve(answer), kernels: kernelHere };
  return { given, fold: new SessionFold(session as unknown as Session) };
}

it('has every layer at every point, and the data with their classes', async () => {
  const { fold } = bench(net);
  await fold.load();
  const { net: shown, points } = fold.state!;
  expect(points.map(({ label }) => label)).toEqual([1, 0]);
  expect(shown.layouts.map(({ kind }) => kind)).toEqual(['input', 'linear', 'shift', 'activation']);
  const [X, shift, activation] = [0, 2, 3].map((at) => shown.array(shown.layouts[at]!.variable));
  for (const row of [0, 500, shown.gridRows, shown.gridRows + 1]) {
    const [x1, x2] = [X![row * 2]!, X![row * 2 + 1]!];
    const z = [x1 + 0.5 * x2 + 0.1, -2 * x1 + x2 - 0.3];
    for (const unit of [0, 1]) {
      expect(shift![row * 2 + unit]).toBeCloseTo(z[unit]!, 12);
      expect(activation![row * 2 + unit]).toBeCloseTo(Math.max(0, z[unit]!), 12);
    }
  }
  const { x1, x2 } = fold.state!.domain;
  expect(x1[1] - x1[0]).toBeCloseTo(x2[1] - x2[0], 12);
  expect(x1[0] < 0 && x1[1] > 2).toBe(true);
  fold.close();
});

it('follows the inputs, and keeps how it is looked at', async () => {
  const { given, fold } = bench(net);
  await fold.load();
  const state = fold.state!;
  state.at = 1.5;
  given.b = Float64Array.of(5, 0);
  await fold.follow();
  expect(fold.state).toBe(state);
  expect(state.at).toBe(1.5);
  const row = state.net.gridRows;
  expect(state.net.at(state.net.layouts[2]!.variable, [row, 0])).toBeCloseTo(5.5, 12);
  fold.close();
});

it('says what a function needs that is no such net', async () => {
  const { fold } = bench(square);
  await fold.load();
  expect(fold.state).toBeNull();
  expect(fold.refused).toContain('two features');
});

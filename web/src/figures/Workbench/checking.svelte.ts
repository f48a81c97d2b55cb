/** A person's own backward pass, and what Python finds in it. */

import { explain } from '../../engine/errors.ts';
import type { EdgesValue, Mishap, Progress } from '../../engine/python/protocol.ts';
import type { PythonService, State } from '../../engine/python/service.ts';
import type { Marks } from '../Notebook/editor.ts';

/** Milliseconds after which code is stopped. */
const LONGEST = 20_000;

export const START = `import numpy as np

def forward(W, b, x, t):
    z = W @ x + b
    a = np.tanh(z)
    cost = np.sum((a - t) ** 2)
    return cost, (x, a, t)

def backward(W, cache):
    x, a, t = cache
    da = 2 * (a - t)
    dz = da * a * (1 - a)
    dW = np.outer(dz, x)
    db = dz
    return {"W": dW, "b": db}

example = {
    "W": np.array([[0.5, -0.2], [0.1, 0.3]]),
    "b": np.array([0.1, -0.1]),
    "x": np.array([1.0, 2.0]),
    "t": np.array([0.5, -0.5]),
}
`;

export class Checking {
  source = $state(START);
  found = $state.raw<EdgesValue | null>(null);
  error = $state.raw<Mishap | null>(null);
  printed = $state('');
  busy = $state(false);
  state = $state<State>('idle');
  progress = $state<Progress | null>(null);
  private checked = $state('');
  private aborter: AbortController | null = null;

  readonly isStale = $derived.by(() => this.checked !== this.source);
  /** The first edge that is wrong, from the cost backwards: one thing at a time. */
  readonly wrong = $derived.by(() => this.found?.edges.find(({ state }) => state === 'wrong') ?? null);
  readonly marks = $derived.by((): Marks => {
    if (this.isStale) return {};
    const edges = this.found?.edges ?? [];
    const right = edges.filter(({ state, line }) => state === 'right' && line > 0);
    const { verdict } = this.found ?? {};
    const accused = [
      ...edges.filter(({ state }) => state === 'wrong').map(({ accused, line }) => accused || line),
      this.error?.line,
      verdict && !verdict.ok ? verdict.line : null,
    ].filter((line): line is number => Boolean(line));
    return {
      ...Object.fromEntries(right.map(({ line }) => [line, 'right' as const])),
      ...Object.fromEntries(accused.map((line) => [line, 'wrong' as const])),
    };
  });

  /** `keep` is told of what a person writes; `source` is what they wrote before. */
  constructor(
    private readonly python: PythonService,
    source: string | null = null,
    private readonly keep: (source: string) => void = () => undefined,
  ) {
    this.source = source ?? START;
    this.state = python.state;
    python.subscribe((state) => (this.state = state));
  }

  write(source: string): void {
    this.source = source;
    this.keep(source);
  }

  async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    const { source } = this;
    this.aborter = new AbortController();
    try {
      await this.python.load((progress) => (this.progress = progress));
      const options = { signal: this.aborter.signal, timeout: LONGEST };
      const answer = await this.python.run({ kind: 'edges', source }, options);
      this.printed = [answer.stdout, answer.stderr].filter(Boolean).join('\n');
      this.checked = source;
      if (answer.ok) this.found = answer.value;
      else [this.found, this.error] = [null, answer.error];
    } catch (thrown) {
      const { text, remedy } = explain(thrown);
      const nowhere = { where: 'source', line: null, column: null, text: '' } as const;
      this.error = { code: 'failed', message: text, remedy, ...nowhere };
    } finally {
      this.busy = false;
      this.progress = null;
    }
  }

  stop(): void {
    this.aborter?.abort();
    if (this.state === 'loading') this.python.stop();
  }
}

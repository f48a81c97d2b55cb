import { describe, expect, it } from 'vitest';
import type { GraphValue } from '../../../engine/python/graph.ts';
import type { RunningKernel } from '../../../engine/python/kernel.ts';
import { GraphView, type Bench } from './graph.svelte.ts';

const GRAPH: GraphValue = {
  name: 'cost',
  level: 'arrays',
  nodes: [
    { label: 'x', kind: 'input', value: 'x', shape: [2] },
    { label: '×', op: 'mul', shape: [2], scope: 0 },
    { label: 'z', op: 'add', value: 'z', shape: [2], scope: 0, line: 3 },
    { label: 'cost', kind: 'output', op: 'sum', value: 'cost' },
  ],
  links: [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  scopes: [{ label: 'z', kind: 'steps', parent: -1, shows: 2 }],
  operations: { mul: 'multiplies two numbers', add: 'adds', sum: 'adds all up' },
  lines: { '3': 'z = x * x' },
};

class Session implements Bench {
  answer = {
    explanation: {
      reverse: [
        { name: 'z', symbol: 'dz', uses: [{ through: 'cost', kind: 'entries' }] },
        { name: 'cost', symbol: 'dcost', uses: [] },
      ],
    },
    slopes: { z: { cost: 'slope_z' } },
  };
  values: Record<string, Float64Array> = {
    x: Float64Array.of(1, -2),
    z: Float64Array.of(3, 4),
    dz: Float64Array.of(1, 1),
    cost: Float64Array.of(7),
    dcost: Float64Array.of(1),
    slope_z: Float64Array.of(1, 1),
  };
  selection: { name: string; index: number | null } | null = null;
  given: Record<string, Float64Array> = { x: Float64Array.of(1, -2) };
  asked: unknown[] = [];
  answers: Record<string, GraphValue | { message: string; remedy: string }> = { '{}': GRAPH };

  at(place: string | number | undefined): Float64Array | null {
    return typeof place === 'string' ? (this.values[place] ?? null) : null;
  }
  point(name: string, index: number | null = null): void {
    this.selection = { name, index };
  }
  unpoint(): void {
    this.selection = null;
  }
  ran: Record<string, Float64Array>[] = [];
  kernels(): Promise<RunningKernel> {
    const run = (inputs: Record<string, Float64Array>) => {
      this.ran.push(inputs);
      return Promise.resolve({ t1: inputs.x_1!.map((x) => 10 * x) });
    };
    return Promise.resolve({ run, close: () => undefined } as unknown as RunningKernel);
  }
  async ask(_: 'graph', extra: Record<string, unknown> = {}): Promise<GraphValue> {
    this.asked.push(extra);
    const found = this.answers[JSON.stringify(extra)];
    if (!found || !('nodes' in found)) throw found;
    return found;
  }
}

async function opened(): Promise<{ session: Session; view: GraphView }> {
  const session = new Session();
  const view = new GraphView(session);
  await view.load();
  return { session, view };
}

const words = (view: GraphView): string[] => view.list.map((row) => view.words(row));

describe('the graph', () => {
  it('opens with its steps folded', async () => {
    const { view } = await opened();
    expect(view.counts).toEqual({ shown: 3, all: 4 });
    expect(words(view)).toEqual(['x, input, 2', 'z, steps to z, 2', 'cost, result, 7.00, dcost 1.00']);
  });

  it('folds and unfolds, and the keyboard stays where it was', async () => {
    const { view } = await opened();
    view.focus = 1;
    view.act(1);
    await Promise.resolve();
    expect(view.counts.shown).toBe(4);
    expect(view.placeAt(view.focus)!.title).toBe('z');
    expect(words(view)).toEqual([
      'x, input, 2',
      'steps to z',
      '×, multiplies two numbers, 2',
      'z, 2',
      'cost, result, 7.00, dcost 1.00',
    ]);
    expect(view.list[1]!.open).toBe(true);
    view.foldAll();
    await Promise.resolve();
    expect(view.counts.shown).toBe(3);
    expect(view.placeAt(view.focus)!.title).toBe('z');
    view.act(0); // lies in no scope
    expect(view.counts.shown).toBe(3);
  });

  it('knows the numbers of the steps between, and follows the inputs', async () => {
    const { session, view } = await opened();
    const nodes = GRAPH.nodes.map(({ shape: _, ...node }) => node);
    const inner = {
      module: '…',
      inputs: [['x_1', 'x', 1] as [string, string, number]],
      steps: { '1': ['t1', -3] as [string, number] },
    };
    session.answers['{}'] = { ...GRAPH, nodes, inner };
    await view.load();
    await view.refresh();
    view.unfoldAll();
    await Promise.resolve();
    expect(words(view)[2]).toBe('×, multiplies two numbers, −20.0, d −3.00');
    session.given = { x: Float64Array.of(1, 0.5) };
    await view.refresh();
    expect(words(view)[2]).toBe('×, multiplies two numbers, 5.00, d −3.00');
    expect(session.ran.at(-1)).toEqual({ x_1: Float64Array.of(0.5) });
  });

  it('points in both directions', async () => {
    const { session, view } = await opened();
    view.point(1);
    expect(session.selection).toEqual({ name: 'z', index: null });
    expect(view.lit).toEqual([1]);
    session.point('dcost');
    expect(view.lit).toEqual([2]);
    session.point('z', 1);
    expect(view.lit).toEqual([1]);
    expect(view.around(1)).toEqual({ from: [0], to: [2] });
    view.point(-1);
    expect(session.selection).toBeNull();
  });

  it('finds slopes where the kernel has them, and says where a value comes from', async () => {
    const { view } = await opened();
    expect(view.numbers.slope('z', 'cost')).toEqual({ kind: 'entries', all: Float64Array.of(1, 1) });
    expect(view.numbers.slope('x', 'z')).toBeUndefined();
    expect(view.caption(1)).toEqual({ words: 'z, steps to z, 2', line: 3, text: 'z = x * x' });
    expect(view.caption(-1)).toBeNull();
  });

  it('says why there is no graph, and takes the next', async () => {
    const { session, view } = await opened();
    session.answers['{"level":"neurons"}'] = { message: 'cost has no layers', remedy: 'look at its arrays' };
    await view.load('neurons');
    expect(view.problem).toEqual({ message: 'cost has no layers', remedy: 'look at its arrays' });
    expect(view.scene).toBeNull();
    await view.load('arrays');
    expect(view.problem).toBeNull();
    expect(view.scene).not.toBeNull();
  });

  it('keeps what was unfolded when only numbers are others, and drops an answer that came too late', async () => {
    const { session, view } = await opened();
    view.unfoldAll();
    await Promise.resolve();
    view.take({ ...GRAPH });
    expect(view.counts.shown).toBe(4);
    const late = view.load('arrays');
    const [node] = GRAPH.nodes;
    session.answers['{"level":"scalars"}'] = {
      ...GRAPH,
      level: 'scalars',
      nodes: [node!],
      links: [],
      scopes: [],
    };
    await view.load('scalars');
    await late;
    expect(view.graph!.level).toBe('scalars');
    expect(view.counts).toEqual({ shown: 1, all: 1 });
  });

  it('lists a scope once, also where its values are computed in turns with others', async () => {
    const { view } = await opened();
    view.take({
      ...GRAPH,
      name: 'turns',
      nodes: [0, 1, 0, 1].map((scope, i) => ({ label: `v${i}`, value: `v${i}`, scope })),
      links: [],
      scopes: ['a', 'b'].map((label) => ({ label, kind: 'function' as const, parent: -1, shows: -1 })),
    });
    expect(words(view)).toEqual(['call of a', 'v0', 'v2', 'call of b', 'v1', 'v3']);
    expect(view.list.map(({ depth }) => depth)).toEqual([0, 1, 1, 0, 1, 1]);
  });
});

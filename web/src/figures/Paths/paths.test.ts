import { beforeEach, describe, expect, it } from 'vitest';
import type { StageData } from '../../lesson/data.ts';
import { LessonFunctions } from '../../lesson/functions.ts';
import { Stage } from '../../lesson/stage.svelte.ts';
import { PathsState, shown } from './paths.svelte.ts';

/** A made-up graph: a leads to d over b, over c, and straight; every quantity is the input a. */
const names = ['a', 'b', 'c', 'd', 'ab', 'ac', 'ad', 'bd', 'cd', 'A', 'B', 'C', 'sum'];
const node = (quantity: string, x: number, y: number) => ({ quantity, at: [x, y], name: `box ${quantity}` });
const edge = (from: string, to: string) => ({ from, to, slope: from + to });
const data: StageData = {
  figure: 'paths',
  inputs: {
    a: { value: 2, min: 0, max: 5, step: 0.1, says: 'a' },
    found: { value: 0, min: 0, max: 9, step: 1, says: 'found' },
  },
  calls: {},
  quantities: Object.fromEntries(names.map((name) => [name, { of: 'a', tex: name, says: name }])),
  options: {
    graphs: {
      fork: {
        rows: 3,
        nodes: [node('a', 0, 0.5), node('b', 0.5, 0), node('c', 0.5, 1), node('d', 1, 0.5)],
        edges: [edge('a', 'b'), edge('a', 'c'), edge('a', 'd'), edge('b', 'd'), edge('c', 'd')],
        paths: [
          { via: ['a', 'd'], product: 'A' },
          { via: ['a', 'b', 'd'], product: 'B' },
          { via: ['a', 'c', 'd'], product: 'C' },
        ],
        total: 'sum',
      },
    },
  },
};

let stage: Stage;
let paths: PathsState;
const take = (...edges: string[]) => edges.forEach(([from, to]) => paths.take(paths.edge(from!, to!)));
beforeEach(async () => {
  const library = { functionKernels: () => Promise.reject(new Error('no kernel is needed')) };
  stage = new Stage(data, await LessonFunctions.load(library, 'l', []));
  stage.enter({ options: { graph: 'fork', pencils: true, count: 'found' } }, false);
  paths = new PathsState(stage);
  paths.width = 700;
});

describe('drawing a path', () => {
  it('goes edge by edge from the start to the end, and is counted', () => {
    expect([paths.start, paths.end]).toEqual(['a', 'd']);
    take('ab');
    expect(paths.trace).toEqual(['a', 'b']);
    expect(paths.isTraced(paths.edge('a', 'b'))).toBe(true);
    take('bd');
    expect(paths.drawn).toEqual([1]);
    expect(paths.trace).toEqual([]);
    expect(stage.inputs.found).toBe(1);
  });

  it('begins nowhere else, does not jump, and says where one is', () => {
    take('bd');
    expect(paths.trace).toEqual([]);
    expect(paths.says).toContain('box a');
    take('ab', 'cd');
    expect(paths.trace).toEqual(['a', 'b']);
    expect(paths.says).toContain('box b');
  });

  it('takes its last edge back', () => {
    take('ab', 'ab');
    expect(paths.trace).toEqual([]);
  });

  it('counts a path once only', () => {
    take('ad', 'ad');
    expect(paths.drawn).toEqual([0]);
    expect(paths.says).toContain('already');
    expect(stage.inputs.found).toBe(1);
  });

  it('ends when all are found, and rubs out to nothing', () => {
    take('ad', 'ab', 'bd', 'ac', 'cd');
    expect(paths.isComplete).toBe(true);
    expect(stage.inputs.found).toBe(3);
    take('ab');
    expect(paths.trace).toEqual([]);
    paths.restart();
    expect(paths.drawn).toEqual([]);
    expect(stage.inputs.found).toBe(0);
  });
});

describe('ribbons', () => {
  it('run beside each other where paths share an edge, and along every edge of a path', () => {
    stage.enter({ options: { graph: 'fork', coloured: true } }, false);
    const counts = paths.graph.edges.map((one) => paths.ribbons(one).length);
    expect(counts).toEqual([1, 1, 1, 1, 1]);
    expect(paths.ribbons(paths.edge('b', 'd'))[0]!.path).toBe(1);
  });

  it('stay clear of the boxes', () => {
    for (const one of paths.graph.edges) {
      const { x1, x2 } = paths.line(one);
      expect(x1).toBeGreaterThan(paths.spot(one.from).x);
      expect(x2).toBeLessThan(paths.spot(one.to).x);
    }
  });
});

it('a nudge remembers what was before, a turn forgets it, and back goes back', () => {
  paths.nudge('a', 0.1);
  expect(stage.inputs.a).toBeCloseTo(2.1);
  expect(paths.before!.d).toBe(2);
  paths.back('a');
  expect(stage.inputs.a).toBe(2);
  expect(paths.before).toBeNull();
});

it('the table has boxes and edges, and products and sum once they are coloured', () => {
  expect(shown(stage)).toEqual(['a', 'b', 'c', 'd', 'ab', 'ac', 'ad', 'bd', 'cd']);
  stage.enter({ options: { graph: 'fork', coloured: true } }, false);
  expect(shown(stage)).toEqual(names);
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { LessonKernels, Kernel, KernelModule } from '../../engine/payload.ts';
import type { StageData } from '../../lesson/data.ts';
import { LessonFunctions } from '../../lesson/functions.ts';
import { Stage } from '../../lesson/stage.svelte.ts';
import { CELLS, PLACES } from '../Bowl/bowl.ts';
import { FruitNetState, shown } from './fruitnet.svelte.ts';
import { entryOf, PARAMETERS, placeOf, valueAt } from './parts.ts';

/** A made-up kernel: every output is its name's length plus the weight w1_11, and an epoch takes one rate off each weight. */
function made(names: string[], run: (a: Record<string, Float64Array>) => void): LessonKernels {
  const inspect: KernelModule = {
    name: 'inspect',
    ports: names.map((name) => ({ name, shape: [], role: 'local' })),
    dims: [],
    rows: null,
    create(): Kernel {
      const size = (name: string): number =>
        name.startsWith('x') || name === 'lemonness' ? CELLS * CELLS : name.length > 6 ? 1 : 12;
      const arrays = Object.fromEntries(names.map((name) => [name, new Float64Array(size(name))]));
      return { arrays, run: () => run(arrays) };
    },
  };
  return { inspect };
}
const common = ['x1', 'x2', 't', 'kind', 'rate', ...PARAMETERS];
const KERNELS: Record<string, LessonKernels> = {
  net: made([...common, 'value'], (a) => (a.value![0] = a.w1_11![0]!)),
  bowl: made([...common, 'lemon', 'plum', 'meancost'], (a) => {
    a.t!.forEach((_, i) => ([a.lemon![i], a.plum![i]] = [a.x1![i]!, 0.5]));
    a.meancost![0] = 100 - a.w1_11![0]!;
  }),
  surface: made([...common, 'lemonness'], (a) => a.lemonness!.set(a.x1!)),
  epoch: made([...common, ...PARAMETERS.map((name) => `new_${name}`)], (a) => {
    for (const name of PARAMETERS) a[`new_${name}`]![0] = a[name]![0]! - a.rate![0]!;
  }),
};
const call = (name: string, variable: string) => ({
  function: name,
  arguments: { w1_11: 'w1_11' },
  variable,
});
const quantity = (of: StageData['quantities'][string]['of'], says = '') => ({ of, tex: '', says });
const input = (value: number, max = 1000) => ({ value, min: -1000, max, step: 0.01, says: '' });
const data: StageData = {
  figure: 'fruitnet',
  inputs: {
    ...Object.fromEntries(
      [...PARAMETERS, 'x1', 'x2', 't', 'kind', 'sent', 'chosen'].map((n) => [n, input(0)]),
    ),
    rate: input(2),
    epoch: input(0),
  },
  data: { sour: [0.8, 0.2], colour: [0.1, 0.6], lemon: [1, 0] },
  calls: {},
  quantities: {
    ...Object.fromEntries(PARAMETERS.map((name) => [name, quantity(name)])),
    ...Object.fromEntries(
      ['a1_1', 'a1_2', 'a2_1', 'a2_2', 'z1_1', 'da1_2', 'dz2_1', 'sh_12', 'sh_22', 'dw2_11'].map((name) => [
        name,
        quantity(call('net', 'value')),
      ]),
    ),
    all: quantity(call('bowl', 'meancost')),
  },
};

let stage: Stage;
let net: FruitNetState;
beforeEach(async () => {
  const library = { functionKernels: (id: string) => Promise.resolve(KERNELS[id.split('-').at(-1)!]!) };
  stage = new Stage(data, await LessonFunctions.load(library, 'l', Object.keys(KERNELS)));
  stage.enter({ options: { until: 5 } }, false);
  net = new FruitNetState(stage);
});

describe('names and places', () => {
  it('go to, then from', () => {
    expect(placeOf('w2_12')).toEqual({ kind: 'edge', layer: 2, to: 0, from: 1 });
    expect(placeOf('dw1_21')).toEqual({ kind: 'edge', layer: 1, to: 1, from: 0 });
    expect(placeOf('sh_12')).toEqual({ kind: 'edge', layer: 2, to: 0, from: 1 });
    expect(placeOf('dz2_2')).toEqual({ kind: 'neuron', layer: 2, unit: 1 });
    expect(placeOf('x2')).toEqual({ kind: 'neuron', layer: 0, unit: 1 });
    expect(placeOf('rate')).toBeNull();
  });

  it('lead there and back for every weight, and a slope lights its weight', () => {
    expect(PARAMETERS).toHaveLength(12);
    for (const name of PARAMETERS) {
      expect(entryOf(`d${name}`)).toEqual({ variable: name, index: [] });
      if (name.startsWith('w')) expect(valueAt(placeOf(name)!)).toBe(name);
    }
    stage.select('dw2_11');
    expect(net.lit.entries.map(({ variable }) => variable)).toContain('w2_11');
  });
});

describe('a pass', () => {
  it('conceals what is still on its way, sums with their activations', () => {
    stage.enter({ options: { moments: ['a1_1', 'a1_2'] } }, false);
    expect(net.waiting).toEqual(['a1_1', 'z1_1', 'a1_2', 'z1_2']);
    net.send(1);
    expect(net.waiting).toEqual(['a1_2', 'z1_2']);
    net.send(99);
    expect(net.sent).toBe(2);
  });

  it('brings back to a hidden neuron one packet along each of its edges', () => {
    stage.enter({ options: { moments: ['da1_2'] } }, false);
    expect(net.moments[0]!.packets.map(({ place }) => place)).toEqual([placeOf('w2_12'), placeOf('w2_22')]);
    expect(net.moments[0]!.direction).toBe('backward');
  });

  it('writes no slope that is still a blank', () => {
    stage.enter({ options: { slopes: ['dw2_11', 'dz2_1'] } }, false);
    stage.isBlank = (name) => name === 'dw2_11';
    expect(net.written.map(({ target }) => target.variable)).toEqual(['dz2_1']);
  });
});

describe('training', () => {
  it('takes the kernel’s weights, counts epochs and keeps a run for each rate', () => {
    net.learn(2);
    expect(stage.inputs).toMatchObject({ w1_11: -4, b2_2: -4, epoch: 2 });
    expect(net.runs).toEqual([{ rate: 2, kind: 0, epochs: [2], costs: [104] }]);
    net.learn();
    expect(net.runs[0]!.costs).toEqual([104, 106]);
    net.restart();
    expect(stage.inputs).toMatchObject({ w1_11: 0, epoch: 0 });
    stage.put({ rate: 3 });
    net.learn();
    expect(net.runs.map(({ rate }) => rate)).toEqual([2, 3]);
    expect(net.isDone).toBe(false);
    net.learn(4);
    expect(net.isDone).toBe(true);
  });
});

describe('the bowl', () => {
  it('asks the kernel once for every cell, from the top left', () => {
    expect(net.shade).toHaveLength(CELLS * CELLS);
    expect(net.shade[CELLS - 1]).toBe(PLACES.x1[CELLS - 1]);
    expect(PLACES.x2[0]).toBeGreaterThan(PLACES.x2.at(-1)!);
  });

  it('knows who is called by their name, and picks a fruit with its label', () => {
    expect(net.right).toEqual([true, true]);
    net.pick(1);
    expect(stage.inputs).toMatchObject({ x1: 0.2, x2: 0.6, t: 0 });
    expect(net.picked).toBe(1);
  });
});

it('a click on a weight says which it is; one beside the net, none', () => {
  net.select({ kind: 'parameter', entry: { variable: 'w2_12', index: [] } });
  expect(stage.inputs.chosen).toBe(PARAMETERS.indexOf('w2_12') + 1);
  net.select({ kind: 'nothing' });
  expect(stage.inputs.chosen).toBe(0);
});

it('the table has every weight, and what a step asks for', () => {
  stage.enter({ options: { view: 'bowl', table: ['x1'] } }, false);
  expect(shown(stage)).toEqual(['x1']);
  stage.enter({ options: { view: 'net', table: ['x1'], slopes: ['dw2_11'] } }, false);
  expect(shown(stage)).toEqual(['x1', ...PARAMETERS, 'dw2_11']);
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { LessonKernels, Kernel, KernelModule } from '../../engine/payload.ts';
import type { StageData } from '../../lesson/data.ts';
import { LessonFunctions } from '../../lesson/functions.ts';
import { Stage } from '../../lesson/stage.svelte.ts';
import { ModelState, shown } from './model.svelte.ts';
import { polyline, sheet } from './paper.ts';

/** A made-up kernel, written by hand: score = (w - 3)², its slope, the next w, and a row w + seen. */
const lengths: Record<string, number> = { w: 1, rate: 1, seen: 2, score: 1, dw: 1, next: 1, off: 2 };
const inspect: KernelModule = {
  name: 'inspect',
  ports: Object.keys(lengths).map((name) => ({ name, shape: [], role: 'local' })),
  dims: [],
  rows: null,
  create(): Kernel {
    const a = Object.fromEntries(Object.entries(lengths).map(([n, size]) => [n, new Float64Array(size)]));
    return {
      arrays: a,
      run() {
        a.score![0] = (a.w![0]! - 3) ** 2;
        a.dw![0] = 2 * (a.w![0]! - 3);
        a.next![0] = a.w![0]! - a.rate![0]! * a.dw![0]!;
        a.seen!.forEach((value, i) => (a.off![i] = a.w![0]! + value));
      },
    };
  },
};
const of = (variable: string) => ({ call: 'now', variable });
const data: StageData = {
  figure: 'model',
  inputs: {
    w: { value: 1, min: 0, max: 5, step: 0.5, says: 'w' },
    kind: { value: 0, min: 0, max: 1, step: 1, says: 'kind' },
    rate: { value: 0.25, min: 0, max: 5, step: 0.01, says: 'rate' },
  },
  data: { seen: [10, 20] },
  calls: { now: { function: 'f', arguments: { w: 'w', rate: 'rate', seen: 'seen' } } },
  quantities: Object.fromEntries(['score', 'dw', 'next'].map((n) => [n, { of: of(n), tex: n, says: n }])),
  options: {
    model: 'a',
    choices: { kind: { input: 'kind', label: 'kind', options: ['one', 'two'] } },
    models: {
      b: {
        draws: 'spring',
        knobs: [{ input: 'w', slope: 'dw', next: 'next', when: 'kind' }],
        rows: {},
        table: [],
      },
      a: {
        draws: 'spring',
        score: 'score',
        knobs: [{ input: 'w', slope: 'dw', next: 'next' }],
        rows: { off: of('off'), seen: 'seen' },
        curves: { score: of('score') },
        table: ['score'],
      },
    },
  },
};

let stage: Stage;
let model: ModelState;
beforeEach(async () => {
  const kernels: LessonKernels = { inspect };
  stage = new Stage(
    data,
    await LessonFunctions.load({ functionKernels: () => Promise.resolve(kernels) }, 'l', ['f']),
  );
  stage.enter({ set: { w: 1, rate: 0.25 } }, false);
  model = new ModelState(stage);
});

describe('rows and curves', () => {
  it('are whole arrays of a call, or data', () => {
    expect(model.row('off')).toEqual([11, 21]);
    expect(model.row('seen')).toEqual([10, 20]);
  });

  it('follow the knob, and other settings than the present ones', () => {
    stage.set('w', 2);
    expect(model.row('off')).toEqual([12, 22]);
    expect(model.at('score', { w: 5 })).toBe(4);
    expect(model.score).toBe(1);
  });
});

describe('descent', () => {
  it('goes where the quantities say, and keeps the trail of scores', () => {
    expect(model.step(0)).toBe(true);
    expect(model.step(0)).toBe(true);
    expect(stage.inputs.w).toBe(2.5);
    expect(model.trail).toEqual([4, 1, 0.25]);
  });

  it('stops where a step would leave the scale, and says so', () => {
    stage.put({ rate: 5 });
    expect(model.step(0)).toBe(false);
    expect(stage.inputs.w).toBe(1);
    expect(model.stopped).toContain('off the scale');
    model.restart();
    expect(model.stopped).toBe('');
  });

  it('refuses what is no number', () => {
    stage.put({ rate: NaN });
    expect(model.step(0)).toBe(false);
    expect(stage.inputs.w).toBe(1);
  });

  it('begins again where the lesson began', () => {
    model.step(0);
    model.restart();
    expect(stage.inputs.w).toBe(1);
    expect(model.trail).toEqual([]);
  });
});

describe('effort', () => {
  it('counts moves by hand and steps apart, with time and best score', () => {
    model.turn('w', 2);
    model.turned(1000);
    model.turn('w', 0);
    model.turned(4000);
    expect(model.hand).toEqual({ moves: 2, seconds: 3, best: 1 });
    model.step(5000);
    expect(model.descent).toMatchObject({ moves: 1, seconds: 0 });
  });

  it('is kept into a step that compares, and forgotten in another', () => {
    model.turn('w', 2);
    model.turned(0);
    stage.enter({ options: { compare: true } }, false);
    model.enter();
    expect(model.hand?.moves).toBe(1);
    stage.enter({}, false);
    model.enter();
    expect(model.hand).toBeNull();
  });

  it('is forgotten with the score it was measured by', () => {
    model.turn('w', 2);
    model.turned(0);
    model.choose('kind', 1);
    expect(stage.inputs.kind).toBe(1);
    expect(model.hand).toBeNull();
    expect(model.trail).toEqual([]);
  });
});

describe('what a scene shows', () => {
  it('may hold knobs still', () => {
    expect(model.knobs).toHaveLength(1);
    stage.enter({ options: { fixed: ['w'] } }, false);
    expect(model.knobs).toHaveLength(0);
  });

  it('leaves out the knob of a part that the model lacks', () => {
    stage.enter({ options: { model: 'b' } }, false);
    expect(model.knobs).toHaveLength(0);
    stage.set('kind', 1);
    expect(model.knobs).toHaveLength(1);
  });

  it('holds back a slope that a blank of the ledger asks for', () => {
    stage.enter({ options: { table: ['score', 'dw'], after: 'score' } }, false);
    stage.isBlank = (name) => name === 'score';
    expect(model.waits).toBe(true);
    expect(shown(stage)).toEqual(['score']);
    stage.isBlank = () => false;
    expect(shown(stage)).toEqual(['score', 'dw']);
  });

  it('lists the model’s quantities, or the scene’s own', () => {
    expect(shown(stage)).toEqual(['score']);
    stage.enter({ options: { table: ['dw'] } }, false);
    expect(shown(stage)).toEqual(['dw']);
  });
});

describe('paper', () => {
  const page = sheet({ across: [0, 4], up: [-10, 10], xTitle: '', yTitle: '' }, 400, 200, {
    left: 40,
    top: 10,
  });

  it('has its corners where the axes begin and end', () => {
    expect([page.x(0), page.x(4)]).toEqual([40, 390]);
    expect([page.y(-10), page.y(10)]).toEqual([166, 10]);
  });

  it('keeps a line near the sheet', () => {
    expect(polyline([[0, 1e9]])).toBe('M0.0 3000.0');
    expect(polyline([])).toBe('');
  });
});

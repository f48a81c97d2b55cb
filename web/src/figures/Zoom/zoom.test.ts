import { beforeEach, describe, expect, it } from 'vitest';
import type { LessonKernels, Kernel, KernelModule } from '../../engine/payload.ts';
import type { StageData } from '../../lesson/data.ts';
import { LessonFunctions } from '../../lesson/functions.ts';
import { Stage } from '../../lesson/stage.svelte.ts';
import { ticks, ZoomState } from './zoom.svelte.ts';

/** A made-up kernel, written by hand: a corner at x = 2, and the sizes of window and nudge. */
const names = ['x', 'd', 'j', 'k', 'y', 'rise', 'scale', 'h'];
const inspect: KernelModule = {
  name: 'inspect',
  ports: names.map((name) => ({ name, shape: [], role: 'local' })),
  dims: [],
  rows: null,
  create(): Kernel {
    const a = Object.fromEntries(names.map((name) => [name, new Float64Array(1)]));
    const height = (x: number) => Math.max(0, x - 2);
    return {
      arrays: a,
      run() {
        a.y![0] = height(a.x![0]!);
        a.rise![0] = height(a.x![0]! + a.d![0]!) - a.y![0];
        a.scale![0] = 10 ** -a.k![0]!;
        a.h![0] = 10 ** -a.j![0]!;
      },
    };
  },
};
const call = (arguments_: Record<string, string>, variable: string) => ({
  function: 'f',
  arguments: arguments_,
  variable,
});
const data: StageData = {
  figure: 'zoom',
  inputs: {
    x: { value: 2, min: 0, max: 4, step: 0.1, says: 'place' },
    j: { value: 0, min: 0, max: 15, step: 0.1, says: 'nudge' },
    k: { value: 0, min: 0, max: 15, step: 0.1, says: 'zoom' },
  },
  data: { d: [0] },
  calls: {},
  quantities: {
    y: { of: call({ x: 'x' }, 'y'), tex: 'y', says: 'y' },
    h: { of: call({ j: 'j' }, 'h'), tex: 'h', says: 'h' },
  },
  options: {
    scale: call({ k: 'k' }, 'scale'),
    curve: 'c',
    curves: {
      c: {
        height: 'y',
        rise: call({ x: 'x', d: 'd' }, 'rise'),
        across: [0, 4],
        up: [-1, 3],
        xTitle: '',
        yTitle: '',
        xUnits: [
          ['km', 1],
          ['m', 1e-3],
          ['mm', 1e-6],
        ],
        yUnits: [['m', 1]],
      },
    },
  },
};

let stage: Stage;
let zoom: ZoomState;
beforeEach(async () => {
  const kernels: LessonKernels = { inspect };
  stage = new Stage(
    data,
    await LessonFunctions.load({ functionKernels: () => Promise.resolve(kernels) }, 'l', ['f']),
  );
  stage.enter({ options: { follow: true } }, false);
  zoom = new ZoomState(stage);
  zoom.width = 600;
});

describe('the window', () => {
  it('shows the whole at first, its ends at the edges of the paper', () => {
    expect(zoom.ends).toEqual([-2, 2]);
    expect(zoom.px(-2)).toBeCloseTo(zoom.edge.left);
    expect(zoom.px(2)).toBeCloseTo(zoom.width - zoom.edge.right);
  });

  it('grows about the place, without a jump', () => {
    let before = zoom.px(0);
    for (let k = 0.01; k < 2; k += 0.01) {
      zoom.zoomTo(k);
      expect(Math.abs(zoom.px(0) - before)).toBeLessThan(3);
      before = zoom.px(0);
    }
  });

  it('draws a corner as the same corner, however near', () => {
    zoom.zoomTo(2);
    const near = zoom.points.map(([x, y]) => [x - zoom.px(0), y - zoom.py(0)]);
    zoom.zoomTo(7);
    zoom.points.forEach(([x, y], i) => {
      expect(x - zoom.px(0)).toBeCloseTo(near[i]![0]!, 3);
      expect(y - zoom.py(0)).toBeCloseTo(near[i]![1]!, 3);
    });
    expect(zoom.points.some(([x]) => x === zoom.px(0))).toBe(true);
  });

  it('stays within its range, and takes the nudge along', () => {
    zoom.zoomTo(99);
    expect(stage.inputs).toMatchObject({ k: 15, j: 15 });
    zoom.zoomTo(NaN);
    expect(stage.inputs.k).toBe(15);
    stage.enter({ set: { k: 0, j: 3 } }, false);
    zoom.zoomTo(1);
    expect(stage.inputs).toMatchObject({ k: 1, j: 3 });
  });
});

describe('flags', () => {
  it('are carried to where the pointer is', () => {
    stage.enter({ set: { k: 0, j: 0 } }, false);
    zoom.walkTo(zoom.px(-1));
    expect(stage.inputs.x).toBeCloseTo(1);
    zoom.nudgeTo(zoom.px(0.5));
    expect(zoom.h).toBeCloseTo(0.5, 2);
  });

  it('never become one, nor leave the window', () => {
    stage.enter({ set: { k: 0, j: 0 } }, false);
    zoom.nudgeTo(-500);
    expect(zoom.h).toBeGreaterThan(0.05);
    zoom.nudgeTo(5000);
    // A nudge is at most one, its input's least power.
    expect(zoom.h).toBeLessThanOrEqual(zoom.ends[1]);
  });
});

describe('ticks', () => {
  const units: [string, number][] = [
    ['km', 1],
    ['m', 1e-3],
    ['mm', 1e-6],
  ];

  it('count from the start while the whole is in sight', () => {
    const { unit, list } = ticks([-2, 3], 5, units, true, 2, [0, 5]);
    expect(unit).toBe('km');
    expect(list.map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(list[0]!.at).toBe(-2);
  });

  it('count from here further in, in the unit that suits', () => {
    const { unit, list } = ticks([-0.00002, 0.00003], 5, units, false, 0, [0, 5]);
    expect(unit).toBe('mm');
    expect(list.map(({ text }) => text)).toEqual(['−20', '−10', '0', '+10', '+20', '+30']);
  });
});

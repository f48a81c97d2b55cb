/** A sandbox for looks only: made-up numbers, no training. Never part of the site. */
import { DEFAULTS } from '../../../engine/settings.ts';
import type { Entry, Place, Point, ShownFactor } from '../../../engine/types.ts';
import { steady } from '../../../parts/rough.ts';
import type { EdgeView, NeuronView, SandboxState, Selection } from '../sandbox.svelte.ts';

const random = steady('looks');

export function fake(widths: number[], classes = ['plum', 'lemon']): SandboxState {
  let selection = $state<Selection>({ kind: 'nothing' });
  let lit = $state.raw<{ entries: readonly Entry[]; places: readonly Place[] }>({ entries: [], places: [] });
  let sizes = $state(widths);
  let position = $state(-1);
  let brush = $state(0);
  const neurons = $derived(
    sizes.map((size, layer) =>
      Array.from({ length: size }, (_, unit): NeuronView => {
        const last = layer === sizes.length - 1;
        return {
          layer,
          unit,
          variable: layer ? `a${layer}` : 'X',
          sum: layer ? `z${layer}` : null,
          label: layer === 0 ? `x${'₁₂₃'[unit]}` : last ? (classes[unit] ?? 'sage') : `a${unit}`,
          value: Math.sin(layer * 7 + unit * 3),
          bias: layer ? { variable: `b${layer}`, index: [unit] } : null,
          dead: null,
        };
      }),
    ),
  );
  const edges = $derived(
    sizes.slice(1).flatMap((size, before) =>
      Array.from({ length: size * sizes[before]! }, (_, k): EdgeView => {
        const [to, from] = [Math.floor(k / sizes[before]!), k % sizes[before]!];
        const entry = { variable: `W${before + 1}`, index: [from, to] };
        return {
          layer: before + 1,
          from,
          to,
          entry,
          weight: Math.sin(before * 5 + k * 2.3) * 2,
          gradient: 0.021,
        };
      }),
    ),
  );
  const points: Point[] = Array.from({ length: 120 }, (_, i) => {
    const [label, turn] = [i % 2, random() * 6.28];
    const radius = label ? 4 + random() : random() * 2;
    return {
      x1: radius * Math.cos(turn),
      x2: radius * Math.sin(turn),
      label,
      test: i % 4 === 0,
      base: i,
      own: false,
    };
  });
  const size = 60;
  const values = new Float32Array(size * size * 2);
  for (let i = 0; i < size * size; i++) {
    const r = Math.hypot((i % size) - 30, Math.floor(i / size) - 30) / 18;
    values[2 * i + 1] = 1 / (1 + Math.exp(-4 * (r - 1)));
    values[2 * i] = 1 - values[2 * i + 1]!;
  }
  const domain = { x1: [-6, 6], x2: [-6, 6] } as const;
  const epoch = Array.from({ length: 100 }, (_, i) => i * 3);
  const factor = (tex: string, equals: string, number: number): ShownFactor => ({
    tex,
    equals,
    number,
    words: 'the slope',
    place: null,
    value: { variable: 'a1', index: [0] },
    origin: null,
    terms: null,
  });
  const factors = [
    factor('\\frac{\\partial C}{\\partial y_1}', 'y_1 - t_1', -0.21),
    factor('\\frac{\\partial y_1}{\\partial a_2}', 'W^2_{21}', 1.2),
    factor('\\frac{\\partial a_2}{\\partial z_2}', '1 - a_2^2', 0.42),
    factor('\\frac{\\partial z_2}{\\partial W_{12}}', 'x_1', 0.5),
  ];
  const base: Partial<SandboxState> = {
    get ready() {
      return true;
    },
    get neurons() {
      return neurons;
    },
    get edges() {
      return edges;
    },
    get selection() {
      return selection;
    },
    get lit() {
      return lit;
    },
    get brush() {
      return brush;
    },
    set brush(next) {
      brush = next;
    },
    select: (next) => (selection = next),
    light: (entries, places = []) => (lit = { entries, places }),
    isLit: () => false,
    parameter: (entry) => Math.sin(entry.index[0]! * 3 + 1),
    gradient: () => -0.021,
    settings: DEFAULTS,
    points,
    classes,
    features: ['x₁', 'x₂'],
    domain,
    message: null,
    status: 'paused',
    epoch: 297,
    cost: 0.0213,
    accuracy: 0.96,
    testCost: 0.04,
    testAccuracy: 0.93,
    dead: [],
    overflow: null,
    comparison: null,
    example: 7,
    visiting: null,
    canAddLayer: true,
    undoable: 'remove layer 2',
    epochsPerSecond: 0,
    widths,
    scope: 'example',
    slowMotion: null,
    surface: { size, classes: 2, values, domain },
    history: {
      epoch,
      trainCost: epoch.map((e) => Math.exp(-e / 60)),
      testCost: epoch.map((e) => Math.exp(-e / 70) + 0.05),
      trainAccuracy: epoch.map((e) => 1 - 0.5 * Math.exp(-e / 40)),
      testAccuracy: epoch.map((e) => 0.95 - 0.45 * Math.exp(-e / 40)),
    },
    get derivation() {
      if (selection.kind === 'nothing') return null;
      return {
        entry: { variable: 'W1', index: [0, 1] },
        tex: '',
        factors,
        product: -0.0529,
        contributions: [],
        gradient: { variable: 'dW1', index: [0, 1], number: -0.0529 },
        agrees: true,
        pathCount: 4,
        update: { before: 0.53, rate: 0.05, after: 0.532645 },
      };
    },
    paths: () => [
      { factors, product: -0.0529 },
      { factors, product: 0.01 },
    ],
    addUnit: (layer) => (sizes = sizes.with(layer, sizes[layer]! + 1)),
    removeUnit: (layer) => (sizes = sizes.with(layer, sizes[layer]! - 1)),
    addLayer: (at = 1) => (sizes = sizes.toSpliced(at, 0, 3)),
    removeLayer: (layer) => (sizes = sizes.toSpliced(layer, 1)),
    seek: undefined,
    frame: () => undefined,
    position,
  } as Partial<SandboxState>;
  return base as SandboxState;
}

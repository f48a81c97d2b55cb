/** A net of two features, two hidden neurons and two outputs: its parts, its passes, its training. No view. */

import type { Entry, PassMoment, Place } from '../../engine/types.ts';
import type { Argument } from '../../lesson/functions.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';
import { PLACES, type Fruit } from '../Bowl/bowl.ts';
import type { EdgeView, NeuronView, Selection } from '../Sandbox/lens.svelte.ts';
import { edgesInto, entryOf, LAYERS, PARAMETERS, placeOf, valueAt } from './parts.ts';

export type View = 'bowl' | 'net' | 'both';

/** A slice through the cost: the weight that is turned, the cost, and its slope, as quantities. */
export interface CurvePlan {
  weight: string;
  cost: string;
  slope: string;
}

/** One training: the mean cost after so many epochs, at one learning rate. */
export interface Run {
  rate: number;
  kind: number;
  epochs: number[];
  costs: number[];
}

const LABELS = [
  ['sour', 'colour'],
  ['', ''],
  ['lemon', 'plum'],
];
/** Epochs of one drawn frame. */
const PACE = 2;
/** Runs that stay in sight. */
const KEPT = 4;

export class FruitNetState {
  width = $state(0);
  selection: Selection = $state.raw({ kind: 'nothing' });
  running = $state(false);
  runs: Run[] = $state.raw([]);
  private timer = 0;

  readonly view: View = $derived.by(() => this.stage.option<View>('view', 'both'));
  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly frozen = $derived.by(() => this.stage.option('frozen', false));
  readonly trains = $derived.by(() => this.stage.option('train', false));
  readonly curve = $derived.by(() => this.stage.option<CurvePlan | null>('curve', null));
  readonly until = $derived.by(() => this.stage.option('until', 200));
  readonly rates = $derived.by(() => this.stage.option<number[]>('rates', [1, 10, 50]));

  constructor(readonly stage: Stage) {}

  // The net ---------------------------------------------------------------------------------------------------

  readonly neurons: NeuronView[][] = $derived.by(() =>
    LAYERS.map((names, layer) =>
      names.map((name, unit) => ({
        layer,
        unit,
        variable: name,
        sum: layer ? name.replace('a', 'z') : null,
        label: LABELS[layer]![unit]!,
        value: this.stage.values[name] ?? NaN,
        bias: layer ? { variable: `b${layer}_${unit + 1}`, index: [] } : null,
        dead: null,
        // Lemons are the second class everywhere else.
        tint: 2 - unit,
      })),
    ),
  );
  readonly edges: EdgeView[] = $derived.by(() =>
    PARAMETERS.flatMap((name) => {
      const place = placeOf(name);
      if (place?.kind !== 'edge') return [];
      const { layer, from, to } = place;
      return [
        {
          layer,
          from,
          to,
          entry: entryOf(name)!,
          weight: this.parameter(name),
          gradient: this.slopeOf(name),
        },
      ];
    }),
  );

  parameter(name: string): number {
    return this.stage.inputs[name] ?? NaN;
  }

  slopeOf(name: string): number {
    return this.stage.values[`d${name}`] ?? NaN;
  }

  /** What a neuron holds by now: nothing while a prediction, a blank or a packet on its way covers it. */
  holds(neuron: NeuronView): number | null {
    return this.stage.isCovered(neuron.variable) ? null : neuron.value;
  }

  /** What is lit on the net: what someone points at anywhere, and what it is worked out from. */
  readonly lit: { entries: Entry[]; places: Place[] } = $derived.by(() => {
    const { selected } = this.stage;
    const from = selected ? (this.stage.data.quantities[selected]?.from ?? []) : [];
    const names = selected ? [selected, ...from] : [];
    return {
      entries: names.flatMap((name) => entryOf(name) ?? []),
      places: names.flatMap((name) => (entryOf(name) ? [] : (placeOf(name) ?? []))),
    };
  });

  light(entries: readonly Entry[], places: readonly Place[] = []): void {
    const name = entries[0]?.variable ?? (places[0] && valueAt(places[0]));
    this.stage.select(name ?? null);
  }

  select(selection: Selection): void {
    this.selection = selection;
    const chosen = selection.kind === 'parameter' ? PARAMETERS.indexOf(selection.entry.variable) + 1 : 0;
    this.stage.set('chosen', chosen);
  }

  // The bowl --------------------------------------------------------------------------------------------------

  readonly fruit: Fruit[] = $derived.by(() => {
    const rows = this.stage.data.data as Record<string, number[]>;
    return rows.sour!.map((x1, index) => ({ index, x1, x2: rows.colour![index]!, t: rows.lemon![index]! }));
  });
  readonly picked = $derived.by(() =>
    this.fruit.findIndex(({ x1, x2 }) => x1 === this.stage.inputs.x1 && x2 === this.stage.inputs.x2),
  );

  pick(index: number): void {
    const one = this.fruit[index];
    if (one) this.stage.put({ x1: one.x1, x2: one.x2, t: one.t });
  }

  /** Which fruit are called by their name, by the larger of both outputs. */
  readonly right: boolean[] = $derived.by(() => {
    const { lemon, plum } = this.stage.functions.run('bowl', this.bowl());
    return this.fruit.map(({ t }, index) => lemon![index]! > plum![index]! === (t === 1));
  });
  readonly shade: Float64Array = $derived.by(() => {
    const { kind } = this.stage.inputs;
    const values = this.stage.functions.run('surface', { ...PLACES, kind: kind!, ...this.weights() });
    return values.lemonness!.slice();
  });

  private weights(): Record<string, number> {
    return Object.fromEntries(PARAMETERS.map((name) => [name, this.parameter(name)]));
  }

  private bowl(): Record<string, Argument> {
    const rows = this.stage.data.data as Record<string, number[]>;
    return {
      x1: rows.sour!,
      x2: rows.colour!,
      t: rows.lemon!,
      kind: this.stage.inputs.kind!,
      ...this.weights(),
    };
  }

  // The passes ------------------------------------------------------------------------------------------------

  /** What the scene sends along the edges, packet by packet. */
  readonly moments: PassMoment[] = $derived.by(() =>
    this.stage.option<string[]>('moments', []).map((name) => this.moment(name)),
  );
  readonly sent = $derived.by(() => Math.min(this.moments.length, this.stage.inputs.sent ?? 0));
  /** What is still on its way. */
  readonly waiting: string[] = $derived.by(() => {
    const names = this.stage.option<string[]>('moments', []).slice(this.sent);
    return names.flatMap((name) => (/^a/.test(name) ? [name, name.replace('a', 'z')] : [name]));
  });
  /** Slopes that are written on the net: those sent, or all the scene lists that are not covered. */
  readonly written: PassMoment[] = $derived.by(() => {
    const all = this.stage.option<string[]>('slopes', []);
    return all
      .filter((name) => !this.stage.isCovered(name))
      .map((name) => ({ ...this.moment(name), packets: [] }));
  });

  private valued(variable: string) {
    return { variable, index: [], number: this.stage.values[variable] ?? NaN };
  }

  private moment(name: string): PassMoment {
    const direction = name.startsWith('d') ? 'backward' : 'forward';
    const quantity = this.stage.quantity(name);
    return {
      direction,
      target: this.valued(name),
      place: placeOf(name),
      packets: this.loads(name).map(({ place, variable }) => ({
        place,
        number: this.stage.values[variable] ?? NaN,
        from: [this.valued(variable)],
        words: '',
      })),
      tex: quantity.tex,
      words: quantity.how ?? quantity.says,
      op: '',
      origin: null,
    };
  }

  /** What walks to a quantity's place, and along which edge. */
  private loads(name: string): { place: Place | null; variable: string }[] {
    const place = placeOf(name);
    const back = name.startsWith('d');
    if (place?.kind === 'neuron' && !back) {
      const sources = LAYERS[place.layer - 1] ?? [];
      return edgesInto(place.layer, place.unit).map((edge, from) => ({
        place: edge,
        variable: sources[from]!,
      }));
    }
    if (place?.kind === 'neuron' && place.layer === 1 && name.startsWith('da')) {
      const unit = place.unit + 1;
      return [1, 2].map((to) => ({ place: placeOf(`sh_${to}${unit}`), variable: `sh_${to}${unit}` }));
    }
    if (place?.kind === 'neuron' && place.layer === 2 && name.startsWith('dz'))
      return [{ place: { kind: 'cost' }, variable: name }];
    return [{ place, variable: name }];
  }

  /** Backward passes over the whole bowl, and nothing else: every slope is worked out, and nobody uses it. */
  backward(passes: number): void {
    const { kind } = this.stage.inputs;
    const weights = this.weights();
    for (let pass = 0; pass < passes; pass += 1)
      for (const { x1, x2, t } of this.fruit)
        this.stage.functions.run('net', { x1, x2, t, kind: kind!, ...weights });
  }

  send(count: number): void {
    this.stage.set('sent', Math.min(this.moments.length, Math.max(0, count)));
  }

  // The cost of one weight ------------------------------------------------------------------------------------

  /** The cost for settings of one weight, all else held still. */
  costAt(plan: CurvePlan, weight: number): number {
    return this.stage.value(plan.cost, { [plan.weight]: weight });
  }

  // Training --------------------------------------------------------------------------------------------------

  /** One look at the whole bowl, one step for every weight. */
  learn(epochs = 1): void {
    for (let i = 0; i < epochs; i += 1) {
      const found = this.stage.functions.run('epoch', { ...this.bowl(), rate: this.stage.inputs.rate! });
      const next = PARAMETERS.map((name): [string, number] => [name, found[`new_${name}`]![0]!]);
      this.stage.put({ ...Object.fromEntries(next), epoch: this.stage.inputs.epoch! + 1 });
    }
    this.note();
  }

  /** Keeps what the cost is now, in the run of the present rate. */
  private note(): void {
    const { rate, kind, epoch } = this.stage.inputs;
    const cost = this.stage.values.all!;
    const last = this.runs.at(-1);
    const goesOn = last && last.rate === rate && last.kind === kind && last.epochs.at(-1)! < epoch!;
    const run = goesOn ? last : { rate: rate!, kind: kind!, epochs: [], costs: [] };
    const grown = { ...run, epochs: [...run.epochs, epoch!], costs: [...run.costs, cost] };
    this.runs = [...(goesOn ? this.runs.slice(0, -1) : this.runs), grown].slice(-KEPT);
  }

  play(): void {
    if (this.running) return this.pause();
    if (this.isDone) this.restart();
    if (!this.runs.length || this.stage.inputs.epoch === 0) this.note();
    this.running = true;
    const frame = (): void => {
      if (!this.running) return;
      this.learn(PACE);
      if (this.isDone) this.pause();
      else this.timer = requestAnimationFrame(frame);
    };
    this.timer = requestAnimationFrame(frame);
  }

  readonly isDone = $derived.by(() => (this.stage.inputs.epoch ?? 0) >= this.until);

  pause(): void {
    this.running = false;
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = 0;
  }

  /** The weights the lesson starts with, and no epoch yet; earlier runs stay in sight. */
  restart(): void {
    this.pause();
    const first = PARAMETERS.map((name): [string, number] => [name, this.stage.data.inputs[name]!.value]);
    this.stage.put({ ...Object.fromEntries(first), epoch: 0 });
  }
}

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  const view = stage.option<View>('view', 'both');
  const listed = stage.option<string[] | null>('table', null);
  const weights = view === 'bowl' ? [] : PARAMETERS;
  const forward = ['a1_1', 'a1_2', 'a2_1', 'a2_2', 'cost'];
  const moments = stage.option<string[]>('moments', []);
  const slopes = stage.option<string[]>('slopes', []);
  return [...new Set([...(listed ?? ['x1', 'x2', 't', ...forward]), ...weights, ...moments, ...slopes])];
}

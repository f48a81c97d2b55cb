/** The atlas: four hundred starts, what became of each, the one that is looked at, and what rescues them. No view. */

import type { Fate, Outcome, Plan, Replay } from '../../engine/atlas.ts';
import type { Answer } from '../../engine/atlas.worker.ts';
import type { Crew } from '../../engine/crew.ts';
import type { Activation } from '../../engine/payload.ts';
import { DEFAULTS, type Settings, type StartName } from '../../engine/settings.ts';
import type { Domain, Point } from '../../engine/types.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';

export const STARTS = 400;
export const COLUMNS = 20;
/** Starts per message: some twenty milliseconds of work. */
const BATCH = 5;

/** What an input's number stands for. */
export const ACTIVATIONS: readonly Activation[] = ['relu', 'leaky_relu', 'tanh', 'sigmoid', 'softplus'];
export const WAYS: readonly StartName[] = ['he', 'xavier', 'uniform'];

/** Fates in the order they are listed, with the input of the stage that counts them. */
export const FATES: readonly { fate: Fate; input: string; quantity: string; says: string }[] = [
  { fate: 'learned', input: 'n_learned', quantity: 'learned', says: 'learned' },
  { fate: 'still slow', input: 'n_slow', quantity: 'slow', says: 'still slow' },
  { fate: 'evidence', input: 'n_evidence', quantity: 'evidence', says: 'evidence' },
  { fate: 'proved', input: 'n_proved', quantity: 'proved', says: 'proved' },
  { fate: 'overflow', input: 'n_overflow', quantity: 'overflow', says: 'burst' },
];

/** Another plan for the starts that got stuck. */
export interface Remedy {
  name: string;
  says: string;
  settings?: Partial<Settings>;
  epochs?: number;
  bias?: number;
  /** Other starts: their seeds are so much higher. */
  shift?: number;
}

export interface Saved {
  saved: number;
  of: number;
}

/** A start trained once more, and where its points lie. */
export interface Look {
  replay: Replay;
  points: readonly Point[];
  domain: Domain;
}

interface Field {
  outcomes: readonly (Outcome | undefined)[];
  done: number;
  /** Milliseconds from the first order to the last answer. */
  took: number;
}

const EMPTY: Field = { outcomes: Array<undefined>(STARTS).fill(undefined), done: 0, took: 0 };

export class AtlasState {
  width = $state(0);
  field: Field = $state.raw(EMPTY);
  running = $state(false);
  failure: { text: string; remedy: string } | null = $state.raw(null);
  /** The picked start once more, and where its points lie. */
  looked: Look | null = $state.raw(null);
  /** The remedy under way or last tried, and what became of the starts it was given. */
  remedy: Remedy | null = $state.raw(null);
  treated: ReadonlyMap<number, Outcome> = $state.raw(new Map());
  results: Record<string, Saved> = $state({});
  /** Certificates read since the step began. */
  private readonly read = new Set<Fate>();

  /** The plan that the field belongs to. */
  private planned = $state('');
  /** Does the field belong to the present plan? Not while a hand is still on a slider. */
  readonly isCurrent = $derived.by(() => this.planned === this.key);
  readonly complete = $derived.by(() => this.isCurrent && this.field.done === STARTS);
  readonly isNarrow = $derived.by(() => this.width < 560);
  /** Outcomes may be seen: the scene has them, and no prediction about them is open. */
  readonly mayTrain = $derived.by(() => {
    const { locked, scene } = this.stage;
    return this.stage.option('train', false) && !(locked && scene.cover?.includes('stuck'));
  });

  readonly plan: Plan = $derived.by(() => {
    const { act = 0, init = 0, rate, units } = this.stage.inputs;
    const nets = this.stage.option<Record<string, Partial<Settings>>>('nets', {});
    const settings: Settings = {
      ...DEFAULTS,
      ...nets[this.stage.option('net', '')],
      activation: ACTIVATIONS[act]!,
      start: WAYS[init]!,
      rate: rate ?? DEFAULTS.rate,
      hidden: [units ?? 3],
    };
    return { settings, epochs: this.stage.option('epochs', 1000), bias: null };
  });
  readonly key = $derived.by(() => JSON.stringify(this.plan));

  readonly counts: Record<Fate, number> = $derived.by(() => {
    const counts = { learned: 0, 'still slow': 0, evidence: 0, proved: 0, overflow: 0 };
    for (const outcome of this.field.outcomes) if (outcome) counts[outcome.fate]++;
    return counts;
  });
  /** Starts that did not learn, in order. */
  readonly stuck: number[] = $derived.by(() =>
    this.field.outcomes.flatMap((outcome) => (outcome && outcome.fate !== 'learned' ? [outcome.seed] : [])),
  );
  readonly picked = $derived.by(() => this.stage.inputs.seed ?? 1);

  private readonly kept = new Map<string, Field>();
  private readonly keptResults = new Map<string, Record<string, Saved>>();
  private begun = 0;

  constructor(
    readonly stage: Stage,
    private readonly crew: Crew,
    private readonly base: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  outcome(seed: number): Outcome | undefined {
    return this.treated.get(seed) ?? this.field.outcomes[seed - 1];
  }

  /** Did the remedy save this start? */
  isSaved(seed: number): boolean {
    return this.treated.get(seed)?.fate === 'learned';
  }

  /** The plan is another: its field is empty, or known from before. */
  turn(): void {
    if (this.isCurrent) return;
    this.planned = this.key;
    this.stop();
    this.leave();
    this.results = this.keptResults.get(this.key) ?? {};
    this.show(this.kept.get(this.key) ?? EMPTY);
  }

  /** Trains what is missing. */
  train(): void {
    if (this.complete || this.running) return;
    this.begun = this.now() - this.field.took;
    const missing = this.field.outcomes.flatMap((outcome, index) => (outcome ? [] : [index + 1]));
    this.give(missing, this.plan, (outcomes) => {
      const all = [...this.field.outcomes];
      for (const outcome of outcomes) all[outcome.seed - 1] = outcome;
      const done = all.filter(Boolean).length;
      this.show({ outcomes: all, done, took: this.now() - this.begun });
      this.kept.set(this.key, this.field);
      if (done === STARTS) this.running = false;
    });
  }

  /** What is already trained stays; the rest waits. */
  stop(): void {
    this.crew.forget('train');
    this.running = false;
  }

  /** Gives the stuck starts another plan, and counts those that learn then. */
  treat(remedy: Remedy): void {
    if (!this.complete || this.running) return;
    const shift = remedy.shift ?? 0;
    const plan: Plan = {
      settings: { ...this.plan.settings, ...remedy.settings },
      epochs: remedy.epochs ?? this.plan.epochs,
      bias: remedy.bias ?? this.plan.bias,
    };
    const { stuck } = this;
    [this.remedy, this.treated] = [remedy, new Map()];
    this.stage.put({ n_saved: 0, n_treated: 0 });
    const seeds = stuck.map((seed) => seed + shift);
    this.give(seeds, plan, (outcomes) => {
      this.treated = new Map([...this.treated, ...outcomes.map((o) => [o.seed - shift, o] as const)]);
      if (this.treated.size < stuck.length) return;
      this.running = false;
      const saved = [...this.treated.values()].filter(({ fate }) => fate === 'learned').length;
      this.results = { ...this.results, [remedy.name]: { saved, of: stuck.length } };
      this.keptResults.set(this.key, this.results);
      this.stage.put({ n_saved: saved, n_treated: stuck.length });
    });
    if (!stuck.length) this.running = false;
  }

  private give(seeds: readonly number[], plan: Plan, hear: (outcomes: Outcome[]) => void): void {
    this.running = true;
    const [key, remedy] = [this.key, this.remedy];
    for (let from = 0; from < seeds.length; from += BATCH) {
      const task = { kind: 'train' as const, seeds: seeds.slice(from, from + BATCH) };
      this.crew.ask({ base: this.base, plan, task }, (answer) => {
        // What was ordered for another field comes too late.
        if (this.key !== key || this.remedy !== remedy) return;
        if (answer.kind === 'outcomes') hear(answer.outcomes);
        else if (answer.kind === 'failed') this.fail(answer);
      });
    }
  }

  private fail({ text, remedy }: Extract<Answer, { kind: 'failed' }>): void {
    this.stop();
    this.failure = { text, remedy };
  }

  /** Trains the picked start once more, from the same seed. */
  look(): void {
    const seed = this.picked;
    this.crew.forget('replay');
    this.replay(seed, (look) => {
      if (this.picked === seed) this.saw(look);
    });
  }

  replay(seed: number, hear: (look: Look) => void): void {
    const { key } = this;
    const order = { base: this.base, plan: this.plan, task: { kind: 'replay' as const, seed } };
    this.crew.ask(
      order,
      (answer) => {
        if (this.key !== key) return;
        if (answer.kind === 'failed') this.fail(answer);
        else if (answer.kind === 'replay') hear(answer);
      },
      true,
    );
  }

  private saw(look: Look): void {
    this.looked = look;
    const { outcome } = look.replay;
    const certified = outcome.fate !== 'learned' && outcome.fate !== 'overflow';
    if (certified && this.complete && this.stage.option('certificate', false)) this.read.add(outcome.fate);
    this.stage.put({
      cost_here: outcome.cost,
      share_right: outcome.accuracy,
      n_asleep: outcome.dead,
      is_stuck: this.complete && outcome.fate !== 'learned' ? 1 : 0,
      verdicts_read: this.read.size,
    });
  }

  pick(seed: number): void {
    this.stage.set('seed', Math.min(STARTS, Math.max(1, seed)));
  }

  /** Another step begins: what was tried before is put away. */
  enter(): void {
    this.read.clear();
    this.leave();
    this.stage.put({ verdicts_read: 0, is_stuck: 0 });
  }

  /** Drops the remedy, tried or under way; the field stays. */
  leave(): void {
    if (this.remedy && this.running) this.stop();
    [this.remedy, this.treated] = [null, new Map()];
    this.stage.put({ n_saved: 0, n_treated: 0 });
  }

  private show(field: Field): void {
    this.field = field;
    const counted = FATES.map(({ fate, input }) => [input, this.counts[fate]] as const);
    const asleep = (learned: boolean) =>
      field.outcomes.filter((o) => o && o.dead > 0 && (o.fate === 'learned') === learned).length;
    this.stage.put({
      ...Object.fromEntries(counted),
      n_learned_asleep: asleep(true),
      n_stuck_asleep: asleep(false),
    });
  }
}

const COUNTED = [
  ...FATES.map(({ quantity }) => quantity),
  'stuck',
  'share',
  'stuck_asleep',
  'learned_asleep',
];

/** Quantities that are not known before all starts are trained, or before the remedy has been tried. */
export function unknown(atlas: AtlasState): string[] {
  const counts = atlas.complete ? [] : COUNTED;
  const treated = atlas.remedy !== null && !atlas.running;
  return treated ? counts : [...counts, 'saved', 'saved_share'];
}

/** What the table beside the figure lists. */
export function shown(stage: Stage): string[] {
  if (stage.option<string>('view', 'field') === 'cards') return ['cards_turned', 'cards_right'];
  if (stage.option<string>('view', 'field') === 'unit')
    return ['w1', 'w2', 'b', 'x1', 'x2', 'z', 'a', 'sl', 'da', 'dz', 'dw1', 'dw2', 'db', 'awake', 'bowl'];
  const counts = [...FATES.map(({ quantity }) => quantity), 'stuck'];
  const one = stage.option('look', false) ? ['seed', 'cost_again', 'right', 'asleep'] : [];
  const rescue = stage.option<unknown[]>('rescue', []).length ? ['saved', 'saved_share'] : [];
  return [...(stage.option('train', false) ? counts : []), ...one, ...rescue];
}

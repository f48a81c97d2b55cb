/** Twelve starts at birth, half of them to get stuck: judged one by one, then turned over together. No view. */

import type { AtlasState, Look } from './atlas.svelte.ts';

export type Guess = 'learns' | 'stuck';

export interface Dealt extends Look {
  seed: number;
  truth: Guess;
}

/** What is kept of them, so that they lie as they lay when the page is opened again. */
interface Kept {
  guesses: Readonly<Record<number, Guess>>;
  turned: boolean;
}
const NAME = 'cards';

/** Of each kind. */
const HALF = 6;
/** Starts that nobody has looked at closely yet. */
const FROM = 201;

export class CardsState {
  dealt: readonly Dealt[] = $state.raw([]);
  guesses: Readonly<Record<number, Guess>> = $state.raw({});
  turned = $state(false);
  /** How many there will be once all are dealt. */
  private count = $state(0);

  readonly judged = $derived.by(() => this.dealt.filter(({ seed }) => seed in this.guesses).length);
  readonly ready = $derived.by(() => this.count > 0 && this.judged === this.count);
  readonly right = $derived.by(
    () => this.dealt.filter(({ seed, truth }) => this.guesses[seed] === truth).length,
  );

  constructor(private readonly atlas: AtlasState) {}

  /** Takes the first six of each kind, in the order of their seeds; those judged before lie as they lay. */
  deal(): void {
    const { field, stage } = this.atlas;
    [this.dealt, this.guesses, this.turned] = [[], {}, false];
    stage.put({ cards_judged: 0, cards_hit: 0 });
    const late = field.outcomes.filter((outcome) => outcome && outcome.seed >= FROM);
    const of = (learned: boolean) =>
      late.flatMap((o) => (o && (o.fate === 'learned') === learned ? [o.seed] : [])).slice(0, HALF);
    const seeds = [...of(true), ...of(false)];
    const kept = keptFor(seeds, stage.memory.recall(NAME));
    [this.count, this.guesses] = [seeds.length, kept.guesses];
    for (const seed of seeds) {
      this.atlas.replay(seed, (look) => {
        const truth = look.replay.outcome.fate === 'learned' ? 'learns' : 'stuck';
        const known = this.dealt.filter((card) => card.seed !== seed);
        this.dealt = [...known, { ...look, seed, truth } as const].sort((a, b) => a.seed - b.seed);
        if (kept.turned) this.turn();
      });
    }
  }

  guess(seed: number, guess: Guess): void {
    if (this.turned) return;
    this.guesses = { ...this.guesses, [seed]: guess };
    this.keep();
  }

  turn(): void {
    if (!this.ready || this.turned) return;
    this.turned = true;
    this.keep();
    this.atlas.stage.put({ cards_judged: this.judged, cards_hit: this.right });
  }

  /** Face down once more, and not judged. */
  again(): void {
    this.atlas.stage.memory.keep(NAME, null);
    this.deal();
  }

  private keep(): void {
    this.atlas.stage.memory.keep(NAME, { guesses: this.guesses, turned: this.turned } satisfies Kept);
  }
}

/** What was kept of these very starts: a newer guide may deal others. */
function keptFor(seeds: readonly number[], kept: unknown): Kept {
  const { guesses, turned } = (kept ?? {}) as Partial<Kept>;
  const known = seeds.flatMap((seed) => {
    const guess = guesses?.[seed];
    return guess === 'learns' || guess === 'stuck' ? [[seed, guess] as const] : [];
  });
  return { guesses: Object.fromEntries(known), turned: turned === true && known.length === seeds.length };
}

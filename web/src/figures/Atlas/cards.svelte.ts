/** Twelve starts at birth, half of them to get stuck: judged one by one, then turned over together. No view. */

import type { AtlasState, Look } from './atlas.svelte.ts';

export type Guess = 'learns' | 'stuck';

export interface Dealt extends Look {
  seed: number;
  truth: Guess;
}

/** Of each kind. */
const HALF = 6;
/** Starts that nobody has looked at closely yet. */
const FROM = 201;

export class CardsState {
  dealt: readonly Dealt[] = $state.raw([]);
  guesses: Readonly<Record<number, Guess>> = $state.raw({});
  turned = $state(false);

  readonly judged = $derived.by(() => Object.keys(this.guesses).length);
  readonly ready = $derived.by(() => this.dealt.length > 0 && this.judged === this.dealt.length);
  readonly right = $derived.by(
    () => this.dealt.filter(({ seed, truth }) => this.guesses[seed] === truth).length,
  );

  constructor(private readonly atlas: AtlasState) {}

  /** Takes the first six of each kind, in the order of their seeds. */
  deal(): void {
    const { field, stage } = this.atlas;
    [this.dealt, this.guesses, this.turned] = [[], {}, false];
    stage.put({ cards_judged: 0, cards_hit: 0 });
    const late = field.outcomes.filter((outcome) => outcome && outcome.seed >= FROM);
    const of = (learned: boolean) =>
      late.flatMap((o) => (o && (o.fate === 'learned') === learned ? [o.seed] : [])).slice(0, HALF);
    const seeds = [...of(true), ...of(false)];
    for (const seed of seeds) {
      this.atlas.replay(seed, (look) => {
        const truth = look.replay.outcome.fate === 'learned' ? 'learns' : 'stuck';
        const known = this.dealt.filter((card) => card.seed !== seed);
        this.dealt = [...known, { ...look, seed, truth } as const].sort((a, b) => a.seed - b.seed);
      });
    }
  }

  guess(seed: number, guess: Guess): void {
    if (this.turned) return;
    this.guesses = { ...this.guesses, [seed]: guess };
  }

  turn(): void {
    if (!this.ready || this.turned) return;
    this.turned = true;
    this.atlas.stage.put({ cards_judged: this.judged, cards_hit: this.right });
  }
}

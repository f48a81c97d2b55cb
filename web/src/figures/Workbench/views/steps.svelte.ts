/** Forward and back again, one value at a time: where the pass is, and what stands there. */

import type { Adjoint, Step } from '../../../engine/python/explanation.ts';
import type { Origin } from '../../../engine/payload.ts';
import type { Session } from '../session.svelte.ts';

export interface Moment {
  direction: 'forward' | 'backward';
  /** The value computed, or whose adjoint is. */
  name: string;
  /** What the number is called: `z`, `dz`. */
  symbol: string;
  tex: string;
  words: string;
  shape: number[];
  origin: Origin | null;
}

/** Milliseconds a moment is shown while it plays. */
export const PACE = 1400;

export class Steps {
  position = $state(0);
  playing = $state(false);
  readonly moments = $derived.by(() => momentsOf(this.session));
  readonly now = $derived.by(() => this.moments[Math.min(this.position, this.moments.length - 1)]);
  readonly isLast = $derived.by(() => this.position >= this.moments.length - 1);

  constructor(private readonly session: Session) {}

  go(position: number): void {
    this.position = Math.max(0, Math.min(position, this.moments.length - 1));
    const { now } = this;
    if (now) this.session.point(now.name);
  }

  toggle(): void {
    if (!this.playing && this.isLast) this.go(0);
    this.playing = !this.playing;
  }

  /** One moment on; stops at the last. */
  tick(): void {
    if (this.isLast) this.playing = false;
    else this.go(this.position + 1);
  }
}

function momentsOf({ answer }: Session): Moment[] {
  if (!answer) return [];
  const { forward, reverse } = answer.explanation;
  const origins = new Map(forward.map(({ name, origin }) => [name, origin]));
  return [
    ...forward.filter(({ kind }) => kind === 'step').map(ahead),
    ...reverse.map((adjoint) => back(adjoint, origins)),
  ];
}

function ahead({ name, tex, words, symbols, value, origin }: Step): Moment {
  const shown = `${tex} = ${symbols.tex}`;
  return { direction: 'forward', name, symbol: name, tex: shown, words, shape: value.shape, origin };
}

function back(adjoint: Adjoint, origins: ReadonlyMap<string, Origin | null>): Moment {
  const { name, symbol, tex, words, uses, value } = adjoint;
  const sum = uses.map(({ symbols }) => symbols.tex).join(' + ') || '1';
  const origin = uses[0]?.origin ?? origins.get(name) ?? null;
  return { direction: 'backward', name, symbol, tex: `${tex} = ${sum}`, words, shape: value.shape, origin };
}

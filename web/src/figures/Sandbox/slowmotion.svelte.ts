/** One pass in slow motion: a position in a list of moments, moved by hand or by a clock. */

import { keyOf } from '../../engine/places.ts';
import type { Entry, PassMoment } from '../../engine/types.ts';

export class SlowMotion {
  /** Milliseconds per moment. */
  pace = $state(900);
  #position = $state(-1);
  #playing = $state<'forwards' | 'backwards' | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #source: () => readonly PassMoment[];
  /** When each value is first known. */
  readonly #first = $derived.by(() => {
    const first = new Map<string, number>();
    this.moments.forEach(({ target }, i) => {
      const key = keyOf(target);
      if (!first.has(key)) first.set(key, i);
    });
    return first;
  });

  constructor(moments: () => readonly PassMoment[]) {
    this.#source = moments;
  }

  get moments(): readonly PassMoment[] {
    return this.#source();
  }

  /** -1: before the first; moments up to and including `position` have happened. */
  get position(): number {
    return Math.min(this.#position, this.moments.length - 1);
  }

  get playing(): 'forwards' | 'backwards' | null {
    return this.#playing;
  }

  get current(): PassMoment | null {
    return this.moments[this.position] ?? null;
  }

  /** Has this value been computed by now? Inputs and parameters, which no moment computes, always have. */
  has(entry: Entry): boolean {
    const at = this.#first.get(keyOf(entry));
    return at === undefined || at <= this.position;
  }

  play(direction: 'forwards' | 'backwards' = 'forwards'): void {
    const atEnd = direction === 'forwards' ? this.position >= this.moments.length - 1 : this.position < 0;
    if (atEnd) this.seek(direction === 'forwards' ? -1 : this.moments.length - 1);
    this.#playing = direction;
    this.#tick();
  }

  pause(): void {
    this.#playing = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  next(): void {
    this.seek(this.position + 1);
  }

  back(): void {
    this.seek(this.position - 1);
  }

  seek(position: number): void {
    this.#position = Math.max(-1, Math.min(position, this.moments.length - 1));
  }

  #tick(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#playing === null) return;
    this.seek(this.position + (this.#playing === 'forwards' ? 1 : -1));
    const over = this.#playing === 'forwards' ? this.position >= this.moments.length - 1 : this.position < 0;
    if (over) return this.pause();
    this.#timer = setTimeout(() => this.#tick(), this.pace);
  }
}

/** Short notes at the foot of the page, and words for screen readers only. `Toasts.svelte` shows them. */

export type Tone = 'note' | 'good' | 'warn' | 'bad';

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
}

const SECONDS = 6;

class Toasts {
  shown = $state.raw<Toast[]>([]);
  /** What the live region says. */
  spoken = $state('');
  #next = 1;

  add(text: string, tone: Tone): void {
    const id = this.#next++;
    this.shown = [...this.shown.filter((toast) => toast.text !== text), { id, text, tone }].slice(-3);
    if (tone !== 'bad') setTimeout(() => this.remove(id), SECONDS * 1000);
  }

  remove(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** Shows a note for a few seconds; one of tone `bad` stays until it is closed. */
export const toast = (text: string, tone: Tone = 'note'): void => toasts.add(text, tone);

/** Says something to screen readers without showing it. */
export function announce(text: string): void {
  // The same words twice would not be read twice: a trailing no-break space makes them differ.
  toasts.spoken = toasts.spoken === text ? `${text}\u00a0` : text;
}

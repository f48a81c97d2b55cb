/** A chain-rule exam: twelve questions that its number fixes. Number and answers travel in the page's fragment. */

import { Random, STREAM } from '../../engine/random.ts';
import type { Bank } from '../../exercises/bank.ts';
import { draw } from '../../exercises/draw.ts';
import type { Address, Exercise } from '../../exercises/exercise.ts';
import { grade } from '../../exercises/grade.ts';

/** What is asked, from gentle to rocky. */
export const PLAN: readonly Omit<Address, 'seed'>[] = [
  { kind: 'formula', family: 'chain', level: 1 },
  { kind: 'arrow', family: 'graph', level: 1 },
  { kind: 'edges', family: 'graph', level: 1 },
  { kind: 'number', family: 'chain', level: 1 },
  { kind: 'number', family: 'graph', level: 1 },
  { kind: 'formula', family: 'chain', level: 2 },
  { kind: 'arrow', family: 'graph', level: 2 },
  { kind: 'order', family: 'graph', level: 1 },
  { kind: 'formula', family: 'reuse', level: 1 },
  { kind: 'number', family: 'reuse', level: 2 },
  { kind: 'edges', family: 'graph', level: 3 },
  { kind: 'order', family: 'graph', level: 2 },
];

const OWN_STREAM = 1000;
/** The longest answer that a link carries. */
const MOST_LETTERS = 300;
const BETWEEN = '~';

export function addresses(seed: number): Address[] {
  const random = new Random(seed, STREAM.exercise, OWN_STREAM);
  return PLAN.map((question) => ({ ...question, seed: random.below(1_000_000) }));
}

export const questions = (bank: Bank, seed: number): Exercise[] =>
  addresses(seed).map((address) => draw(bank, address));

export type Mode = 'begin' | 'sitting' | 'result' | 'print';

export class Exam {
  seed: number | null = $state(null);
  mode: Mode = $state('begin');
  at = $state(0);
  answers: string[] = $state(PLAN.map(() => ''));

  readonly given = $derived.by(() => this.answers.filter((answer) => answer.trim() !== '').length);

  constructor() {
    this.read(location.hash);
  }

  begin(seed: number, mode: Mode = 'sitting'): void {
    [this.seed, this.mode, this.at] = [seed, mode, 0];
    this.answers = PLAN.map(() => '');
    this.write(true);
  }

  answer(text: string): void {
    this.answers[this.at] = text.replaceAll(BETWEEN, '').slice(0, MOST_LETTERS);
    this.write();
  }

  go(at: number): void {
    this.at = Math.max(0, Math.min(PLAN.length - 1, at));
  }

  handIn(): void {
    this.mode = 'result';
    this.write(true);
  }

  /** Takes over what a fragment says; what makes no sense is left out. */
  read(fragment: string): void {
    const query = new URLSearchParams(fragment.replace(/^#/, ''));
    const seed = Number(query.get('exam'));
    const known = Number.isInteger(seed) && seed > 0 && seed < 2 ** 32;
    this.seed = known ? seed : null;
    const mode = query.get('show');
    this.mode = !known ? 'begin' : mode === 'result' || mode === 'print' ? mode : 'sitting';
    const answers = (query.get('answers') ?? '').split(BETWEEN);
    this.answers = PLAN.map((_, i) => (answers[i] ?? '').slice(0, MOST_LETTERS));
  }

  fragment(): string {
    const query = new URLSearchParams();
    if (this.seed !== null) query.set('exam', String(this.seed));
    if (this.mode === 'result' || this.mode === 'print') query.set('show', this.mode);
    if (this.mode !== 'print' && this.given) query.set('answers', this.answers.join(BETWEEN));
    return `#${query}`;
  }

  /** Another view is a step of its own, so that “back” leads out of it; an answer is not. */
  private write(step = false): void {
    if (step) history.pushState(null, '', this.fragment());
    else history.replaceState(null, '', this.fragment());
  }
}

/** What each answer is worth: graded here and now, whoever gave it. */
export const graded = (exercises: readonly Exercise[], answers: readonly string[]) =>
  exercises.map((exercise, i) => {
    const answer = answers[i]!;
    const verdict = answer.trim() === '' ? null : grade(exercise, answer);
    return { exercise, answer, verdict, right: verdict?.right === true };
  });

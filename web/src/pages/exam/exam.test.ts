/** An exam is fixed by its number; its link carries the answers, and whoever opens it grades them again. */

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testLibrary } from '../../engine/testing/payload.ts';
import { Bank } from '../../exercises/bank.ts';
import { KINDS, type Exercise } from '../../exercises/exercise.ts';
import { Exam, graded, PLAN, questions } from './exam.svelte.ts';

let bank: Bank;
beforeAll(async () => {
  bank = await Bank.load(testLibrary());
}, 300_000);

const rightAnswer = (exercise: Exercise): string =>
  exercise.kind === 'number' ? exercise.place.truth.toFixed(6) : exercise.solution;

describe('the chain-rule exam', () => {
  beforeEach(() => history.replaceState(null, '', '#'));

  it('asks twelve questions over every kind', () => {
    expect(PLAN).toHaveLength(12);
    expect(new Set(PLAN.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  });

  it('asks the same for the same number, and other things for another', () => {
    expect(questions(bank, 7)).toEqual(questions(bank, 7));
    const asked = (seed: number) => JSON.stringify(questions(bank, seed).map(({ given }) => given));
    expect(new Set([1, 2, 3, 4, 5].map(asked)).size).toBe(5);
  });

  it('is graded from its link alone', () => {
    const exercises = questions(bank, 42);
    const exam = new Exam();
    exam.begin(42);
    exercises.forEach((exercise, i) => {
      exam.go(i);
      if (i < 9) exam.answer(rightAnswer(exercise));
      if (i === 9) exam.answer('1 + 1 & ~#=%');
      if (i === 10) exam.answer(' ');
    });
    exam.handIn();
    expect(location.hash.length).toBeLessThan(2000);
    const opened = new Exam(); // as someone else opens it: from the fragment
    expect(opened.mode).toBe('result');
    expect(opened.seed).toBe(42);
    const results = graded(questions(bank, opened.seed!), opened.answers);
    expect(results.map(({ right }) => right)).toEqual(PLAN.map((_, i) => i < 9));
    expect(results[9]!.verdict).toMatchObject({ right: false, unread: true });
    expect(results[10]!.verdict).toBeNull();
    expect(results[11]!.verdict).toBeNull();
  });

  it.each(['', '#exam=0', '#exam=1.5', '#exam=-3', '#exam=nonsense&show=result', '#exam=99999999999'])(
    'begins afresh where a link makes no sense: %s',
    (fragment) => {
      history.replaceState(null, '', fragment || '#');
      expect(new Exam()).toMatchObject({ mode: 'begin', seed: null });
    },
  );

  it.each([
    '#exam=5&answers=a~b',
    `#exam=5&show=result&answers=${'x~'.repeat(500)}`,
    '#exam=5&answers=%E0%A4%A',
  ])('takes a spoilt link without complaint: %s', (fragment) => {
    history.replaceState(null, '', fragment);
    const exam = new Exam();
    expect(exam.answers).toHaveLength(12);
    expect(graded(questions(bank, 5), exam.answers).filter(({ right }) => right)).toHaveLength(0);
  });

  it('prints without answers', () => {
    const exam = new Exam();
    exam.begin(42);
    exam.answer('3');
    exam.begin(42, 'print');
    expect(exam.fragment()).toBe('#exam=42&show=print');
  });
});

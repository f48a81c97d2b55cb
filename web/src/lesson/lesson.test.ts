import { beforeEach, describe, expect, it } from 'vitest';
import { isRight, numberText, rightChoice } from './blocks/answer.ts';
import { codeLines, codeText } from './blocks/code.ts';
import { valueOfRule } from './blocks/rule.ts';
import type { CodeData, RuleData } from './data.ts';
import { Progress } from './progress.svelte.ts';
import { readPage } from './read.ts';
import { lesson, memory, walk } from './testing.ts';
import type { Walk } from './walk.svelte.ts';

let here: Walk;
beforeEach(async () => {
  here = await walk(memory());
});

describe('values', () => {
  it('follow the inputs', () => {
    expect(here.stage.values.y).toBe(6);
    here.stage.set('x', 3);
    expect(here.stage.values.y).toBe(9);
  });

  it('are calls, nested calls, names and numbers', () => {
    const inner = { function: 'scale', arguments: { x: 'x', p: 10 }, variable: 'y' };
    expect(here.stage.value(inner)).toBe(20);
    expect(here.stage.value({ function: 'scale', arguments: { x: inner, p: 2 }, variable: 'y' })).toBe(40);
    expect(here.stage.value({ ...inner, variable: 7 })).toBe(7);
    expect(here.stage.value('y', { x: 5 })).toBe(15);
  });

  it('name what they cannot find', () => {
    expect(() => here.stage.value('nobody')).toThrow('nobody');
    expect(() => here.stage.value({ function: 'none', arguments: {}, variable: 'y' })).toThrow('none');
  });
});

describe('the stage', () => {
  it('keeps inputs on their steps and in their range', () => {
    here.stage.set('x', 1.3);
    expect(here.stage.inputs.x).toBe(1.5);
    here.stage.set('x', 99);
    expect(here.stage.inputs.x).toBe(4);
    here.stage.set('x', NaN);
    expect(here.stage.inputs.x).toBe(4);
  });

  it('covers a quantity until the prediction is locked', () => {
    here.open('first');
    expect(here.stage.text('y')).toBe('?');
    here.finish(lesson.steps[0]!.blocks[0]!, 'Locked.');
    expect(here.stage.text('y')).toBe('3.00');
  });

  it('lights what a quantity is worked out from', () => {
    here.stage.select('y');
    expect(here.stage.isLit('y')).toBe(true);
    expect(here.stage.isUsed('x')).toBe(true);
    expect(here.stage.isUsed('slope')).toBe(false);
  });
});

describe('walking', () => {
  it('opens a step by its address, and the first where there is none', () => {
    here.open('second');
    expect(here.index).toBe(1);
    here.open('gone');
    expect(here.index).toBe(0);
  });

  it('is done when every task is, blanks of the ledger too', () => {
    here.open('second');
    expect(here.isBlank('x')).toBe(false);
    expect(here.stage.text('slope')).toBe('?');
    here.fillBlank('y');
    expect(here.isDone).toBe(false);
    here.fillBlank('slope');
    expect(here.isDone).toBe(true);
    expect(here.stage.text('slope')).toBe('3.00');
  });
});

describe('progress', () => {
  it('is kept and found again', () => {
    const store = memory();
    const first = new Progress('a', store);
    first.keep('q', { values: [1] });
    first.finish('q');
    const second = new Progress('a', store);
    expect(second.answer('q')).toEqual({ values: [1] });
    expect(second.isDone('q')).toBe(true);
    second.forget();
    expect(new Progress('a', store).isDone('q')).toBe(false);
  });

  it('does without a storage, or with one that refuses or holds nonsense', () => {
    const refusing = {
      getItem: () => 'nonsense',
      setItem: () => {
        throw new Error('full');
      },
      removeItem: () => undefined,
    };
    for (const store of [null, refusing]) {
      const progress = new Progress('a', store);
      progress.finish('q');
      expect(progress.isDone('q')).toBe(true);
    }
  });
});

describe('answers', () => {
  it('are right within their tolerance', () => {
    const part = { ask: '?', answer: 'y', tolerance: 0.1, unit: 'mm' };
    expect(isRight(part, here.stage, 6.09)).toBe(true);
    expect(isRight(part, here.stage, 6.2)).toBe(false);
    expect(isRight(part, here.stage, null)).toBe(false);
    expect(numberText(part, -0.5)).toBe('−0.50 mm');
  });

  it('may be the choice whose value is the truth', () => {
    const part = {
      ask: '?',
      answer: 'y',
      choices: [
        { says: 'a', value: 5 },
        { says: 'b', value: 6 },
      ],
    };
    expect(rightChoice(part, here.stage)).toBe(1);
    expect(isRight(part, here.stage, 1)).toBe(true);
  });

  it('may be a rule put together', () => {
    const options = [
      { says: 'x', value: 'x' },
      { says: 'slope', value: 'slope' },
    ];
    const rule: RuleData = {
      kind: 'rule',
      id: 'r',
      ask: '',
      left: 'y',
      slot: [{ options }, { options }],
      joins: ['×', '+'],
      answer: 'y',
      at: [{ x: 4 }],
    };
    expect(valueOfRule(rule, [0, 1], 0, here.stage, { x: 4 })).toBe(12);
    expect(valueOfRule(rule, [0, 1], 1, here.stage, { x: 4 })).toBe(7);
    expect(valueOfRule(rule, [-1, 1], 0, here.stage, { x: 4 })).toBeNaN();
  });
});

it('code starts from the figure, once, and leaves the rest alone', () => {
  const block: CodeData = {
    kind: 'code',
    id: 'c',
    code: 'x = 1.0  # here\ny = 3 * x\nx = x + 1',
    inputs: ['x'],
    checks: { y: 'y' },
  };
  const lines = codeLines(block, { x: 2.5 });
  expect(codeText(lines)).toBe('x = 2.5  # here\ny = 3 * x\nx = x + 1\n');
  expect(lines[1]!.quantity).toBe('y');
  expect(codeText(codeLines(block, { x: 2 }))).toContain('x = 2.0');
});

it('reads a page, cut where its blocks go', () => {
  document.body.innerHTML =
    '<main id="lesson"><section id="first"><h2>First</h2><p>before</p><div data-block="guess"></div><p>after</p></section>' +
    '<section id="second"><h2>Second</h2></section></main>' +
    `<script type="application/json" id="lesson-data">${JSON.stringify(lesson)}</script>`;
  const { data, pieces } = readPage(document);
  expect(data.slug).toBe('made-up');
  expect(pieces[0]).toEqual([
    { html: '<p>before</p>' },
    { block: lesson.steps[0]!.blocks[0] },
    { html: '<p>after</p>' },
  ]);
  expect(pieces[1]).toEqual([]);
});

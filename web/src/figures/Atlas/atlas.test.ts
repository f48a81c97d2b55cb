import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fate, Outcome, Replay } from '../../engine/atlas.ts';
import type { Answer, Order } from '../../engine/atlas.worker.ts';
import { Crew, handsFor } from '../../engine/crew.ts';
import { Stage } from '../../lesson/stage.svelte.ts';
import { functions, lesson } from '../../lesson/testing.ts';
import { AtlasState, FATES, STARTS, unknown, type Remedy } from './atlas.svelte.ts';
import { CardsState } from './cards.svelte.ts';
import { signPath, type Sign } from './marks.ts';

/** A made-up engine: every fourth start is stuck, every eighth for good; with four units only the latter are. */
function fateOf(seed: number, order: Order): Fate {
  if (seed % 8 === 0) return 'proved';
  return seed % 4 === 0 && order.plan.settings.hidden[0] === 3 ? 'evidence' : 'learned';
}
const outcomeOf = (seed: number, order: Order): Outcome => ({
  seed,
  fate: fateOf(seed, order),
  cost: seed / 1000,
  accuracy: 1,
  bornDead: 0,
  dead: seed % 8 === 0 ? 3 : 0,
});

function answer(order: Order): Answer {
  const { task } = order;
  if (task.kind === 'train')
    return { kind: 'outcomes', outcomes: task.seeds.map((s) => outcomeOf(s, order)) };
  const replay = { outcome: outcomeOf(task.seed, order) } as Replay;
  return { kind: 'replay', replay, points: [], domain: { x1: [0, 1], x2: [0, 1] } };
}

/** Orders that were taken up; `work` answers the oldest. */
class Yard {
  readonly orders: { order: Order; done: (answer: Answer) => void }[] = [];
  readonly crew = new Crew(() => this.hand(), 2);

  private hand() {
    const ask = (order: Order) =>
      new Promise<Answer>((resolve) => this.orders.push({ order, done: resolve }));
    return { ask, close: () => undefined };
  }

  async work(most = Infinity, how: (order: Order) => Answer = answer): Promise<void> {
    for (let n = 0; n < most && this.orders.length; n++) {
      const { order, done } = this.orders.shift()!;
      done(how(order));
      await Promise.resolve();
      await Promise.resolve();
    }
  }
}

const counted = [
  ...FATES.map(({ input }) => input),
  ...['n_saved', 'n_treated', 'n_stuck_asleep', 'n_learned_asleep', 'is_stuck', 'verdicts_read'],
];
const input = (value: number) => ({ value, min: 0, max: 1000, step: 1, says: '' });
const REMEDY: Remedy = { name: 'wider', says: 'four units', settings: { hidden: [4] } };

let yard: Yard;
let stage: Stage;
let atlas: AtlasState;

beforeEach(async () => {
  const inputs = Object.fromEntries(counted.map((name) => [name, input(0)]));
  const more = { seed: { ...input(2), min: 1, max: 400 }, units: input(3), rate: input(1), act: input(0) };
  stage = new Stage({ ...lesson.stage, inputs: { ...inputs, ...more } }, await functions());
  stage.enter({ options: { train: true, certificate: true } }, false);
  yard = new Yard();
  atlas = new AtlasState(stage, yard.crew, 'base/', () => 0);
  atlas.turn();
});

describe('the field', () => {
  it('comes in a few starts at a time, and is counted at the end', async () => {
    atlas.train();
    expect(yard.orders).toHaveLength(2);
    await yard.work(3);
    expect(atlas.field.done).toBeGreaterThan(0);
    expect(atlas.field.done).toBeLessThan(STARTS);
    expect(unknown(atlas)).toContain('stuck');
    await yard.work();
    expect(atlas.complete).toBe(true);
    expect(atlas.running).toBe(false);
    expect(unknown(atlas)).not.toContain('stuck');
    expect(atlas.counts).toEqual({ learned: 300, evidence: 50, proved: 50, 'still slow': 0, overflow: 0 });
    expect(stage.inputs.n_learned).toBe(300);
    expect(stage.inputs.n_stuck_asleep).toBe(50);
  });

  it('can be stopped, keeps what it has, and goes on from there', async () => {
    atlas.train();
    await yard.work(4);
    atlas.stop();
    await yard.work();
    const { done } = atlas.field;
    expect(done).toBeLessThan(60);
    atlas.train();
    await yard.work();
    expect(atlas.complete).toBe(true);
  });

  it('forgets orders for another plan, and knows a plan again', async () => {
    atlas.train();
    await yard.work();
    stage.inputs.units = 4;
    atlas.turn();
    expect(atlas.field.done).toBe(0);
    atlas.train();
    const late = yard.orders.splice(0);
    stage.inputs.units = 3;
    atlas.turn();
    expect(atlas.complete).toBe(true);
    late.forEach(({ order, done }) => done(answer(order)));
    await Promise.resolve();
    expect(atlas.counts.learned).toBe(300);
  });

  it('says what went wrong, and stops', async () => {
    atlas.train();
    await yard.work(1, () => ({ kind: 'failed', text: 'No net.', remedy: 'Reload.' }));
    expect(atlas.failure?.text).toBe('No net.');
    expect(atlas.running).toBe(false);
  });

  it('is hidden while a prediction about it is open', () => {
    stage.enter({ cover: ['stuck'], options: { train: true } }, true);
    expect(atlas.mayTrain).toBe(false);
    stage.locked = false;
    expect(atlas.mayTrain).toBe(true);
    stage.enter({ cover: ['saved'], options: { train: true } }, true);
    expect(atlas.mayTrain).toBe(true);
  });
});

describe('a start that is looked at', () => {
  it('counts as stuck, and its certificate as read, only once all are trained', async () => {
    stage.set('seed', 8);
    atlas.look();
    await yard.work();
    expect(stage.inputs.is_stuck).toBe(0);
    atlas.train();
    await yard.work();
    atlas.look();
    await yard.work();
    expect(stage.inputs.is_stuck).toBe(1);
    stage.set('seed', 4);
    atlas.look();
    await yard.work();
    expect(stage.inputs.verdicts_read).toBe(2);
    atlas.enter();
    expect(stage.inputs.verdicts_read).toBe(0);
  });

  it('is not shown if another one was picked meanwhile', async () => {
    atlas.look();
    stage.set('seed', 3);
    await yard.work();
    expect(atlas.looked).toBeNull();
  });

  it('stays within the field', () => {
    atlas.pick(0);
    expect(atlas.picked).toBe(1);
    atlas.pick(900);
    expect(atlas.picked).toBe(STARTS);
  });
});

describe('a remedy', () => {
  beforeEach(async () => {
    atlas.train();
    await yard.work();
  });

  it('is given to the stuck alone, and tells how many it saved', async () => {
    atlas.treat(REMEDY);
    expect(unknown(atlas)).toContain('saved');
    await yard.work();
    expect(atlas.results.wider).toEqual({ saved: 50, of: 100 });
    expect(stage.inputs.n_saved).toBe(50);
    expect(atlas.isSaved(4)).toBe(true);
    expect(atlas.isSaved(8)).toBe(false);
    expect(atlas.isSaved(3)).toBe(false);
    expect(unknown(atlas)).not.toContain('saved');
  });

  it('may be other starts: they stand in the place of the old ones', async () => {
    atlas.treat({ name: 'again', says: 'another start', shift: 401 });
    await yard.work();
    // Seeds that 4 divides, and 401 more, are odd: all of them learn.
    expect(stage.inputs.n_saved).toBe(100);
    expect(atlas.isSaved(8)).toBe(true);
  });

  it('is put away when a step ends, even under way', async () => {
    atlas.treat(REMEDY);
    await yard.work(1);
    atlas.enter();
    await yard.work();
    expect(atlas.treated.size).toBe(0);
    expect(stage.inputs.n_saved).toBe(0);
    expect(atlas.running).toBe(false);
    expect(atlas.complete).toBe(true);
  });
});

describe('the cards', () => {
  it('are six of each kind, turned over once all are judged', async () => {
    atlas.train();
    await yard.work();
    const cards = new CardsState(atlas);
    cards.deal();
    await yard.work();
    expect(cards.dealt.map(({ seed }) => seed)).toEqual(
      [...cards.dealt.map(({ seed }) => seed)].sort((a, b) => a - b),
    );
    expect(cards.dealt.filter(({ truth }) => truth === 'stuck')).toHaveLength(6);
    expect(cards.dealt).toHaveLength(12);
    cards.turn();
    expect(cards.turned).toBe(false);
    for (const { seed } of cards.dealt) cards.guess(seed, 'stuck');
    cards.turn();
    expect(cards.turned).toBe(true);
    expect(stage.inputs.cards_hit).toBe(6);
    cards.guess(cards.dealt[0]!.seed, 'learns');
    expect(cards.right).toBe(6);
  });

  /** The same starts in a page that is opened again. */
  async function dealtAgain(): Promise<CardsState> {
    const cards = new CardsState(atlas);
    cards.deal();
    await yard.work();
    return cards;
  }

  it('lie as they lay when the page is opened again', async () => {
    atlas.train();
    await yard.work();
    let kept: unknown;
    stage.memory = { recall: () => kept, keep: (_, value) => (kept = JSON.parse(JSON.stringify(value))) };
    const first = await dealtAgain();
    const seeds = first.dealt.map(({ seed }) => seed);
    for (const seed of seeds.slice(0, 5)) first.guess(seed, 'learns');

    const half = await dealtAgain();
    expect(half.guesses).toEqual(Object.fromEntries(seeds.slice(0, 5).map((seed) => [seed, 'learns'])));
    expect([half.judged, half.ready, half.turned]).toEqual([5, false, false]);
    for (const seed of seeds.slice(5)) half.guess(seed, 'stuck');
    half.turn();
    const right = stage.inputs.cards_hit;

    stage.put({ cards_judged: 0, cards_hit: 0 });
    const whole = await dealtAgain();
    expect([whole.judged, whole.turned, whole.right]).toEqual([12, true, right]);
    expect([stage.inputs.cards_judged, stage.inputs.cards_hit]).toEqual([12, right]);

    whole.again();
    await yard.work();
    expect([whole.judged, whole.turned, stage.inputs.cards_judged]).toEqual([0, false, 0]);
    expect((await dealtAgain()).judged).toBe(0);
  });

  it.each([
    ['text', 'x'],
    ['a number', 3],
    ['other starts', { guesses: { 999: 'learns' }, turned: true }],
    ['no guess', { guesses: { 201: 'maybe', 202: 7 }, turned: true }],
    ['a list', { guesses: [1, 2], turned: 'yes' }],
  ])('are dealt afresh where what was kept is %s', async (_, kept) => {
    atlas.train();
    await yard.work();
    stage.memory = { recall: () => kept, keep: () => undefined };
    const cards = await dealtAgain();
    expect([cards.dealt.length, cards.judged, cards.turned]).toEqual([12, 0, false]);
  });
});

describe('signs', () => {
  it('differ in shape, not in colour alone, and are the same for the same start', () => {
    const signs: Sign[] = ['learned', 'still slow', 'evidence', 'proved', 'overflow', 'waiting'];
    const shapes = signs.map((sign) => signPath(sign, 10, 3).replace(/[-\d. ]+/g, ''));
    expect(new Set(shapes).size).toBe(signs.length);
    expect(signPath('proved', 10, 3)).toBe(signPath('proved', 10, 8));
    expect(signPath('proved', 10, 3)).not.toBe(signPath('proved', 10, 4));
  });
});

describe('hands', () => {
  it('leave the starts alone while somebody drags; only one of them trains a start that is looked at', async () => {
    vi.useFakeTimers();
    try {
      yard.crew.rest(150);
      atlas.train();
      expect(yard.orders).toHaveLength(0);
      atlas.look();
      atlas.replay(7, () => undefined);
      expect(yard.orders.map(({ order }) => order.task.kind)).toEqual(['replay']);
      vi.advanceTimersByTime(100);
      yard.crew.rest(150);
      vi.advanceTimersByTime(100);
      expect(yard.orders).toHaveLength(1);
      vi.advanceTimersByTime(50);
      expect(yard.orders).toHaveLength(2);
      await yard.work();
      expect(atlas.complete).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leave a core to the page where there are several', () => {
    expect([1, 2, 4, 64].map(handsFor)).toEqual([1, 2, 3, 8]);
  });
});

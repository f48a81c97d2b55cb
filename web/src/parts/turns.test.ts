import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Frames by hand, and a clock that only painting moves. */
class Frames {
  time = 0;
  private calls: FrameRequestCallback[] = [];
  requestAnimationFrame = (call: FrameRequestCallback) => this.calls.push(call);
  now = () => this.time;

  get waiting(): number {
    return this.calls.length;
  }

  next(): void {
    for (const call of this.calls.splice(0)) call(this.time);
  }
}

function easel(milliseconds: number) {
  const frames = new Frames();
  const painted: string[] = [];
  const painter = (name: string) => () => {
    painted.push(name);
    frames.time += milliseconds;
  };
  return { frames, painted, turns: new Turns(1, frames), painter };
}

test('a long picture has a frame of its own, and the next one follows', () => {
  const { frames, painted, turns, painter } = easel(1.5);
  turns.ask(painter('a'));
  turns.ask(painter('b'));
  expect(frames.waiting).toBe(1);
  frames.next(); // that of the change
  frames.next();
  expect(painted).toEqual(['a']);
  frames.next();
  expect(painted).toEqual(['a', 'b']);
  expect(frames.waiting).toBe(0);
});

test('short ones share a frame', () => {
  const { frames, painted, turns, painter } = easel(0.4);
  for (const name of ['a', 'b', 'c', 'd']) turns.ask(painter(name));
  frames.next();
  frames.next();
  expect(painted).toEqual(['a', 'b', 'c']);
});

test('who asks again while waiting is painted once, and waits no longer for it', () => {
  const { frames, painted, turns, painter } = easel(1.5);
  const [a, b] = [painter('a'), painter('b')];
  turns.ask(a);
  turns.ask(b);
  turns.ask(a);
  frames.next();
  frames.next();
  turns.ask(a);
  for (let i = 0; i < 5; i += 1) frames.next();
  expect(painted).toEqual(['a', 'b', 'a']);
});

test('who leaves is not painted', () => {
  const { frames, painted, turns, painter } = easel(1);
  const a = painter('a');
  turns.ask(a);
  turns.leave(a);
  frames.next();
  frames.next();
  expect(painted).toEqual([]);
  expect(frames.waiting).toBe(0);
});

import { expect, test } from 'vitest';
import { Drafts, MOST_DRAFTS, nameOf } from './drafts.svelte.ts';

class Shelf {
  private readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

const draft = (name: string) => ({ source: `def ${name}(x):\n    return x`, example: 'x = 1.0' });

test('what is written is there at the next visit', () => {
  const shelf = new Shelf();
  const drafts = new Drafts(shelf);
  drafts.write(draft('mine'));
  drafts.writePass('def backward(): ...');
  const later = new Drafts(shelf);
  expect(later.functions).toEqual([draft('mine')]);
  expect(later.pass).toBe('def backward(): ...');
});

test('one goes on with a draft until other code is on the bench', () => {
  const drafts = new Drafts(new Shelf());
  drafts.write(draft('a'));
  drafts.write(draft('ab'));
  drafts.turn();
  drafts.write(draft('c'));
  expect(drafts.functions.map(nameOf)).toEqual(['c', 'ab']);
});

test('a draft that is taken up again is the latest, and there once', () => {
  const drafts = new Drafts(new Shelf());
  drafts.write(draft('a'));
  drafts.turn();
  drafts.write(draft('b'));
  drafts.takeUp(draft('a'));
  drafts.write(draft('a2'));
  expect(drafts.functions.map(nameOf)).toEqual(['a2', 'b']);
});

test('the oldest go first', () => {
  const drafts = new Drafts(new Shelf());
  for (let i = 0; i < MOST_DRAFTS + 3; i += 1) {
    drafts.turn();
    drafts.write(draft(`f${i}`));
  }
  expect(drafts.functions).toHaveLength(MOST_DRAFTS);
  expect(nameOf(drafts.functions[0]!)).toBe(`f${MOST_DRAFTS + 2}`);
});

test.each(['nonsense', '{"functions": 3}', '{"functions": [null, {"source": 1}]}', '[]', 'null'])(
  'a shelf with %s on it is an empty one',
  (text) => {
    const shelf = new Shelf();
    shelf.setItem('backsight-workbench', text);
    const drafts = new Drafts(shelf);
    expect(drafts.functions).toEqual([]);
    drafts.write(draft('mine'));
    expect(new Drafts(shelf).functions).toEqual([draft('mine')]);
  },
);

test('where nothing can be kept, the page keeps it', () => {
  const full = new Shelf();
  full.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  for (const store of [full, null]) {
    const drafts = new Drafts(store);
    drafts.write(draft('mine'));
    expect(drafts.functions).toEqual([draft('mine')]);
  }
});

import { describe, expect, it } from 'vitest';
import { readNumbers } from './csv.ts';
import { fits, fragmentOf, MOST, readFragment } from './share.ts';

const SHARED = {
  source: 'def f(x):\n    return x ** 2  # é, ∂',
  example: 'x = 1.0',
  views: ['steps'],
  inputs: null,
};

/** Bytes that are the same at every run. */
function* noise(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 1103515245 + 12345) % 2147483648) >>> 8;
}

describe('a link', () => {
  it('brings back what was shared', async () => {
    const fragment = await fragmentOf(SHARED);
    expect(fragment).toMatch(/^code=[\w-]+$/);
    expect(await readFragment(`#${fragment}`)).toEqual({ kind: 'shared', shared: SHARED });
  });

  it('carries numbers that JSON lacks', async () => {
    const opened = await readFragment(await fragmentOf({ ...SHARED, inputs: [[NaN, -Infinity, 0.1]] }));
    expect(opened).toMatchObject({ shared: { inputs: [[NaN, -Infinity, 0.1]] } });
  });

  it('is refused while it unfolds to more than a link may carry', async () => {
    const bomb = await fragmentOf({ ...SHARED, source: 'x'.repeat(50 * MOST) });
    expect(bomb.length).toBeLessThan(10_000);
    expect(await readFragment(bomb)).toEqual({ kind: 'broken' });
  });

  it('is not offered for more than may come in again', async () => {
    for (const length of [MOST - 5000, MOST - 1100, MOST - 900, MOST + 5000]) {
      const shared = { ...SHARED, example: 'x = 1\n'.repeat(length).slice(0, length) };
      const opened = await readFragment(await fragmentOf(shared));
      if (fits(shared)) expect(opened).toMatchObject({ kind: 'shared', shared: { source: SHARED.source } });
      else expect(JSON.stringify(shared).length).toBeGreaterThan(MOST - 1000);
    }
    expect(fits({ source: 'f', example: '1'.repeat(MOST) })).toBe(false);
    expect(fits(SHARED)).toBe(true);
  });

  it('never throws, whatever it holds', async () => {
    const valid = await fragmentOf(SHARED);
    for (let round = 0; round < 300; round++) {
      const next = noise(round + 1);
      const characters = [...valid];
      for (let change = 0; change < 1 + (round % 6); change++) {
        const place = 5 + (next.next().value! % (characters.length - 5));
        characters[place] = String.fromCharCode(33 + (next.next().value! % 90));
      }
      const opened = await readFragment(characters.join(''));
      expect(['shared', 'broken', 'none']).toContain(opened.kind);
    }
    expect(await readFragment('')).toEqual({ kind: 'none' });
  });

  it('is refused where it holds something else', async () => {
    for (const data of [null, 1, [], {}, { s: 1, e: 'x' }, { s: 'x' }]) {
      const packed = new Blob([JSON.stringify(data)])
        .stream()
        .pipeThrough(new CompressionStream('deflate-raw'));
      const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
      const text = btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_');
      expect(await readFragment(`code=${text}`)).toEqual({ kind: 'broken' });
    }
  });
});

describe('a file of numbers', () => {
  const read = (text: string, count: number) => readNumbers(new TextEncoder().encode(text).buffer, count);

  it('is read in any of the usual forms', () => {
    for (const text of [
      '1,2\n3,4',
      '1;2\r\n3;4\r\n',
      '1\t2\n3\t4',
      '1 2\n3 4',
      'a,b\n1,2\n3,4\n',
      '"1","2"\n3,4',
    ])
      expect(read(text, 4)).toEqual({ ok: true, numbers: Float64Array.of(1, 2, 3, 4) });
    expect(read('1,5;2', 2)).toEqual({ ok: true, numbers: Float64Array.of(1.5, 2) });
  });

  it('says what is wrong, and where', () => {
    expect(read('1,2\n3,x', 4)).toEqual({ ok: false, says: 'line 2: “x” is not a number.' });
    expect(read('1,2', 4)).toEqual({ ok: false, says: 'it has 2 numbers, and 4 are needed.' });
    expect(read('', 1).ok).toBe(false);
  });

  it('never throws, whatever it holds', () => {
    for (let round = 0; round < 300; round++) {
      const next = noise(round + 1);
      const bytes = Uint8Array.from({ length: next.next().value! % 200 }, () => next.next().value! % 256);
      expect(typeof readNumbers(bytes.buffer, 3).ok).toBe('boolean');
    }
  });
});

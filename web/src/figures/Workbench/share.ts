/** Code in an address: what is after the #, compressed. It never leaves the browser, and opening it runs nothing. */

import type { Written } from './session.svelte.ts';

export interface Shared extends Written {
  /** Views that are open. */
  views: string[];
  /** Moved inputs, in their order, or null where they are as typed. */
  inputs: number[][] | null;
}

/** Characters of code a link may carry; a link that unfolds to more is refused while it unfolds. */
export const MOST = 60_000;
const KEY = 'code=';

/** The fragment that brings it all back, without the #. */
export async function fragmentOf(shared: Shared): Promise<string> {
  const text = JSON.stringify({
    s: shared.source,
    e: shared.example,
    v: shared.views,
    ...(shared.inputs && { i: shared.inputs.map((numbers) => numbers.map(String)) }),
  });
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return KEY + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Goes to the workbench with some code and numbers. `root` leads from this page to the site's root. */
export async function goToBench(written: Written, root: string): Promise<void> {
  const fragment = await fragmentOf({ ...written, views: [], inputs: null });
  location.assign(new URL(`${root}workbench/#${fragment}`, document.baseURI).href);
}

/** Whether a link can carry it: the same limit as for one that comes in, which also has a frame of its own. */
export const fits = ({ source, example }: Written): boolean =>
  JSON.stringify({ source, example }).length < MOST - 1000;

export type Opened = { kind: 'none' } | { kind: 'shared'; shared: Shared } | { kind: 'broken' };

/** What a fragment holds. Never throws: anybody may write an address. */
export async function readFragment(fragment: string): Promise<Opened> {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith(KEY)) return { kind: 'none' };
  try {
    const shared = understood(JSON.parse(await unpacked(text.slice(KEY.length))));
    return shared ? { kind: 'shared', shared } : { kind: 'broken' };
  } catch {
    return { kind: 'broken' };
  }
}

async function unpacked(text: string): Promise<string> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let found = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return found + decoder.decode();
    found += decoder.decode(value, { stream: true });
    if (found.length > MOST) {
      await reader.cancel();
      throw new RangeError('more code than a link may carry');
    }
  }
}

function understood(data: unknown): Shared | null {
  if (typeof data !== 'object' || data === null) return null;
  const { s, e, v, i } = data as Record<string, unknown>;
  if (typeof s !== 'string' || typeof e !== 'string') return null;
  const views = Array.isArray(v)
    ? v.filter((name): name is string => typeof name === 'string').slice(0, 3)
    : [];
  return { source: s, example: e, views, inputs: inputsOf(i) };
}

function inputsOf(data: unknown): number[][] | null {
  if (!Array.isArray(data) || !data.every(Array.isArray)) return null;
  return (data as unknown[][]).map((numbers) => numbers.map(Number));
}

/** The guide's letters as a style of their own, for files that are opened elsewhere. */

import hand from './fonts/hand.woff2?url';
import prose from './fonts/prose.woff2?url';

const FILES = { 'Backsight Hand': hand, 'Backsight Prose': prose } as const;

/** The faces as CSS with the fonts inside; empty without a connection: the system's letters do, too. */
export async function faces(...families: (keyof typeof FILES)[]): Promise<string> {
  try {
    return (await Promise.all(families.map(face))).join('');
  } catch {
    return '';
  }
}

async function face(family: keyof typeof FILES): Promise<string> {
  const response = await fetch(FILES[family]);
  if (!response.ok) return '';
  const bytes = new Uint8Array(await response.arrayBuffer());
  const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `@font-face{font-family:'${family}';src:url(data:font/woff2;base64,${data}) format('woff2')}`;
}

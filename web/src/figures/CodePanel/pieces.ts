/** Splits a line of Python into what is coloured: words of the language and comments. */
export interface Piece {
  text: string;
  kind: 'plain' | 'keyword' | 'comment';
}

const WORDS = /\b(?:def|return|import|from|as|for|in|if|else|lambda|None|True|False)\b/g;

export function pieces(line: string): Piece[] {
  const hash = commentStart(line);
  const code = line.slice(0, hash);
  const found: Piece[] = [];
  let at = 0;
  for (const match of code.matchAll(WORDS)) {
    if (match.index > at) found.push({ text: code.slice(at, match.index), kind: 'plain' });
    found.push({ text: match[0], kind: 'keyword' });
    at = match.index + match[0].length;
  }
  if (at < code.length) found.push({ text: code.slice(at), kind: 'plain' });
  if (hash < line.length) found.push({ text: line.slice(hash), kind: 'comment' });
  return found;
}

/** Where a comment begins: a # outside quotes. */
function commentStart(line: string): number {
  let quote = '';
  for (const [index, character] of [...line].entries()) {
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#') return index;
  }
  return line.length;
}

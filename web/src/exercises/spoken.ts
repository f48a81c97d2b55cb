/** TeX of small formulas as words to be heard, and as plain text. */

const WORDS: readonly [RegExp, string][] = [
  [/\\left|\\right/g, ''],
  [/\\mathrel\{\+\}=/g, '+='],
  [/\\cdot/g, 'times'],
  [/\\text\{([^}]*)\}/g, '$1'],
  [/\\frac\{([^{}]*)\}\{([^{}]*)\}/g, '$1 over $2'],
  [/\\to\b/g, 'to'],
  [/\^\{2\}/g, ' squared'],
  [/\\[,;]/g, ' '],
  [/[{}\\]/g, ''],
];

export const plain = (tex: string): string =>
  WORDS.reduce((text, [from, to]) => text.replace(from, to), tex)
    .replace(/\s+/g, ' ')
    .trim();

/** A lesson's code with the figure's present inputs written into it, line by line. */

import type { CodeData } from '../data.ts';

export interface CodeLine {
  text: string;
  /** The quantity this line computes, if the figure knows it. */
  quantity?: string;
}

const ASSIGNMENT = /^(\w+)(\s*=\s*)([^#\n]*?)(\s*#.*)?$/;
const ADDITION = /^(\w+)\s*\+=/;

/** The first assignment to an input takes the figure's value; later ones are the code's own. */
export function codeLines(block: CodeData, inputs: Record<string, number>): CodeLine[] {
  const open = new Set(block.inputs);
  const lines = block.code.trim().split('\n');
  /** What is added to later has its value only there. */
  const settled = (name: string, after: number): string | undefined =>
    lines.some((text, i) => i > after && ADDITION.exec(text)?.[1] === name) ? undefined : block.checks[name];
  return lines.map((text, index) => {
    const added = ADDITION.exec(text)?.[1];
    if (added) return { text, quantity: settled(added, index) };
    const match = ASSIGNMENT.exec(text);
    if (!match) return { text };
    const [, name = '', equals = '', , comment = ''] = match;
    const value = inputs[name];
    const takes = open.delete(name) && value !== undefined;
    return { text: takes ? name + equals + python(value) + comment : text, quantity: settled(name, index) };
  });
}

export const codeText = (lines: readonly CodeLine[]): string =>
  `${lines.map(({ text }) => text).join('\n')}\n`;

/** A number as Python reads it back to the same bits. */
const python = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

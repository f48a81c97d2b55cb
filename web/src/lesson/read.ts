/** Reads what the page carries: the lesson's data, and its steps' prose cut at the places where blocks go. */

import type { BlockData, LessonData } from './data.ts';

export type Piece = { html: string } | { block: BlockData };

export interface LessonPage {
  data: LessonData;
  /** Per step, in reading order. */
  pieces: Piece[][];
}

export function readPage(page: Document): LessonPage {
  const text = page.getElementById('lesson-data')?.textContent;
  if (!text) throw new Error('This page carries no lesson.');
  const data = JSON.parse(text) as LessonData;
  const pieces = data.steps.map((step) => {
    const section = page.getElementById(step.slug);
    return section ? cut(section, step.blocks) : [];
  });
  return { data, pieces };
}

function cut(section: HTMLElement, blocks: BlockData[]): Piece[] {
  const pieces: Piece[] = [];
  let html = '';
  for (const child of Array.from(section.children)) {
    if (child.tagName === 'H2') continue;
    const block = blocks.find(({ id }) => id === (child as HTMLElement).dataset.block);
    if (!block) {
      html += child.outerHTML;
      continue;
    }
    if (html) pieces.push({ html });
    pieces.push({ block });
    html = '';
  }
  if (html) pieces.push({ html });
  return pieces;
}

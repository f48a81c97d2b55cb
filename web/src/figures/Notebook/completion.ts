/** Names of `np`, offered while one types after the dot. A chunk of its own. */

import { autocompletion, completionKeymap, type CompletionContext } from '@codemirror/autocomplete';
import { Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

/** By what stands before the dot: "np", "np.linalg". */
export type Words = Record<string, string[]>;

const look = EditorView.theme({
  '.cm-tooltip.cm-tooltip-autocomplete': {
    background: 'var(--paper-raised)',
    color: 'var(--ink)',
    border: '1.5px solid var(--ink)',
    borderRadius: '8px 6px 9px 7px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent)',
    color: 'var(--accent-ink)',
  },
});

/** Completion for an editor. */
export function completing(words: Words): Extension {
  function offered(context: CompletionContext) {
    const typed = context.matchBefore(/\b[a-z]+(\.[a-z]+)?\.\w*/);
    const dot = typed?.text.lastIndexOf('.') ?? 0;
    const known = typed && words[typed.text.slice(0, dot)];
    if (!known) return null;
    return { from: typed.from + dot + 1, options: known.map((label) => ({ label })), validFor: /^\w*$/ };
  }
  return [
    autocompletion({ override: [offered], icons: false }),
    Prec.highest(keymap.of(completionKeymap)),
    look,
  ];
}

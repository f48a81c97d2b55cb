/** CodeMirror with what a learner of a backward pass needs. A chunk of its own, fetched when the code is first touched. */

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export type Marks = Record<number, 'right' | 'wrong' | 'lit'>;

const setMarks = StateEffect.define<Marks>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const lines = Object.entries(effect.value)
        .map(([line, kind]) => ({ line: Number(line), kind }))
        .filter(({ line }) => line <= transaction.state.doc.lines)
        .sort((a, b) => a.line - b.line);
      return Decoration.set(
        lines.map(({ line, kind }) =>
          Decoration.line({ class: `cm-${kind}` }).range(transaction.state.doc.line(line).from),
        ),
      );
    }
    return decorations.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.string, tags.number], color: 'var(--positive)' },
]);

/** Everything in the site's own colours: variables reach into the shadow root. */
const look = EditorView.theme({
  '&': { color: 'var(--ink)', fontSize: '0.9375rem', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5rem' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.75rem 0' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--ink-soft)',
    border: 'none',
    fontFamily: 'var(--hand)',
    minWidth: '2.4rem',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--marker)' },
  '.cm-line.cm-right': { boxShadow: 'inset 3px 0 var(--good)' },
  '.cm-line.cm-lit': { backgroundColor: 'color-mix(in srgb, var(--marker) 45%, transparent)' },
  '.cm-line.cm-wrong': { backgroundColor: 'var(--bad-soft)', boxShadow: 'inset 3px 0 var(--bad)' },
});

export interface Editor {
  write(text: string): void;
  mark(marks: Marks): void;
  /** Optionally with what is selected: from and to. */
  focus(selected?: readonly [number, number]): void;
  destroy(): void;
}

/**
 * Puts an editor into `host`.
 *
 * It lies in a shadow root: there CodeMirror's styles are constructed, where a page's policy would refuse an
 * inline style element. Tab leaves the field, as anywhere on these pages.
 */
export function createEditor(
  host: HTMLElement,
  text: string,
  label: string,
  changed: (text: string) => void,
  completions: Extension = [],
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentUnit.of('    '),
        indentOnInput(),
        EditorView.lineWrapping,
        python(),
        completions,
        marked,
        look,
        syntaxHighlighting(colours),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    write(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark: (marks) => view.dispatch({ effects: setMarks.of(marks) }),
    focus(selected) {
      view.focus();
      if (!selected) return;
      const [anchor, head] = selected.map((at) => Math.min(at, view.state.doc.length)) as [number, number];
      view.dispatch({ selection: { anchor, head } });
    },
    destroy: () => view.destroy(),
  };
}

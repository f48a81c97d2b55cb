/**
 * MathLive under this site's policy: no sounds, no network, no style from a text (decision 0007).
 *
 * Its style sheets are constructed ones, which the policy allows. Its markup carries `style` attributes, which it does
 * not: they travel under another name and are set through the element's own style, as a script may.
 */

import type { MathfieldElement } from 'mathlive';

let loading: Promise<(label: string) => MathfieldElement> | undefined;

/** Fetches MathLive once; the result makes fields. */
export function loadMathField(): Promise<(label: string) => MathfieldElement> {
  loading ??= fetchMathField().catch((cause: unknown) => {
    loading = undefined; // the network may be back later
    throw cause;
  });
  return loading;
}

const CARRIED = 'data-carried-style';

async function fetchMathField(): Promise<(label: string) => MathfieldElement> {
  // The faces are KaTeX's own, which every formula of the page uses too.
  const [{ MathfieldElement: Field }] = await Promise.all([
    import('mathlive'),
    import('../../parts/katex.ts'),
  ]);
  Field.fontsDirectory = null;
  Field.soundsDirectory = null;
  Field.plonkSound = null;
  Field.keypressSound = null;
  Field.createHTML = (html: string) => html.replace(/\sstyle=(["'])/g, ` ${CARRIED}=$1`);
  return (label) => {
    const field = new Field({ mathVirtualKeyboardPolicy: 'manual' });
    field.setAttribute('aria-label', label);
    carryStyles(field);
    field.addEventListener('mount', () => settle(field), { once: true });
    return field;
  };
}

function carryStyles(field: MathfieldElement): void {
  const root = field.shadowRoot!;
  new MutationObserver(() => {
    for (const element of root.querySelectorAll<HTMLElement>(`[${CARRIED}]`)) {
      element.style.cssText = element.getAttribute(CARRIED) ?? '';
      element.removeAttribute(CARRIED);
      // MathLive hides a field until it is made, and has shown it by the time that we hear of it.
      if (element.part.contains('container')) element.style.removeProperty('visibility');
    }
  }).observe(root, { childList: true, subtree: true });
}

/** What may be set only once a field is in the page. */
function settle(field: MathfieldElement): void {
  field.menuItems = [];
  // Phones: our keys for signs, the phone's own for letters.
  field.shadowRoot?.querySelector<HTMLElement>('.ML__keyboard-sink')?.setAttribute('inputmode', 'text');
}

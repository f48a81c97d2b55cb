/** Brings a piece of lesson prose to life: formulas are set, symbols light up, live numbers follow the stage. */

import type { Attachment } from 'svelte/attachments';
import { formatFixed } from '../parts/format.ts';
import { loadFormulas } from '../parts/Formula.svelte';
import type { Expression } from './data.ts';
import type { Stage } from './stage.svelte.ts';

/** Sets TeX into an element as soon as the formulas' type is loaded. */
export function setMath(element: HTMLElement, tex: string, display = false): void {
  void loadFormulas().then((katex) =>
    katex.render(tex, element, { displayMode: display, throwOnError: false, output: 'htmlAndMathml' }),
  );
}

const BEFORE = /[^\s]+$/;
const AFTER = /^[^\s]+/;

/** What is written to a formula without a space, a bracket or a comma, stays on its line. */
function bind(element: HTMLElement): void {
  const [before, after] = [element.previousSibling, element.nextSibling];
  const left = before instanceof Text ? (BEFORE.exec(before.data)?.[0] ?? '') : '';
  const right = after instanceof Text ? (AFTER.exec(after.data)?.[0] ?? '') : '';
  if (!left && !right) return;
  const whole = document.createElement('span');
  whole.className = 'bound';
  element.replaceWith(whole);
  if (before instanceof Text && left) before.data = before.data.slice(0, -left.length);
  if (after instanceof Text && right) after.data = after.data.slice(right.length);
  whole.append(left, element, right);
}

/** Gives an element that stands for a quantity the shared highlight. */
export const lights =
  (stage: Stage, name: string): Attachment<HTMLElement | SVGElement> =>
  (element) => {
    const on = () => stage.select(name);
    // Later: an element that is taken away while it has the focus says so in the middle of a rendering.
    const off = () => queueMicrotask(() => stage.isLit(name) && stage.select(null));
    element.addEventListener('pointerenter', on);
    element.addEventListener('pointerleave', off);
    element.addEventListener('focusin', on);
    element.addEventListener('focusout', off);
    $effect(() => {
      element.toggleAttribute('data-lit', stage.isLit(name));
      element.toggleAttribute('data-used', stage.isUsed(name));
    });
    return () => {
      element.removeEventListener('pointerenter', on);
      element.removeEventListener('pointerleave', off);
      element.removeEventListener('focusin', on);
      element.removeEventListener('focusout', off);
    };
  };

/** For an element whose content is HTML from a lesson. `given` are a question's own values. */
export const enliven =
  (stage: Stage, given: Record<string, Expression> = {}): Attachment<HTMLElement> =>
  (root) => {
    const stops: (() => void)[] = [];
    for (const element of root.querySelectorAll<HTMLElement>('.math')) {
      setMath(element, element.textContent ?? '', element.classList.contains('display'));
      if (!element.classList.contains('display')) bind(element);
    }
    for (const element of root.querySelectorAll<HTMLElement>('[data-quantity]')) {
      const name = element.dataset.quantity!;
      setMath(element, stage.quantity(name).tex);
      bind(element);
      keep(stops, lights(stage, name)(element));
    }
    for (const element of root.querySelectorAll<HTMLElement>('[data-live]')) {
      follow(element, stage, given);
      if (element.dataset.live! in stage.data.quantities)
        keep(stops, lights(stage, element.dataset.live!)(element));
    }
    return () => stops.forEach((stop) => stop());
  };

function keep(stops: (() => void)[], stop: void | (() => void)): void {
  if (stop) stops.push(stop);
}

function follow(element: HTMLElement, stage: Stage, given: Record<string, Expression>): void {
  const name = element.dataset.live!;
  const digits = element.dataset.digits ? Number(element.dataset.digits) : undefined;
  $effect(() => {
    element.textContent = liveText(name, digits, stage, given);
  });
}

function liveText(
  name: string,
  digits: number | undefined,
  stage: Stage,
  given: Record<string, Expression>,
): string {
  const own = given[name];
  if (own !== undefined) return formatFixed(stage.value(own, given), digits ?? 2);
  if (name in stage.data.quantities) return stage.text(name, digits);
  return formatFixed(stage.inputs[name] ?? NaN, digits ?? 2);
}

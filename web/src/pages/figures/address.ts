/** A figure's inputs in the fragment of its address: `#x=1.5&w=2`. Whatever is written there, the page stands. */

import type { InputData } from '../../lesson/data.ts';

/** The inputs that a fragment names, each within its range; what is unknown or no number is passed over. */
export function readInputs(hash: string, inputs: Record<string, InputData>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const [input, value] = [inputs[name], Number(text)];
    if (Object.hasOwn(inputs, name) && input && text.trim() !== '' && Number.isFinite(value))
      found[name] = Math.min(input.max, Math.max(input.min, value));
  }
  return found;
}

/** The fragment for these inputs; those that stand where the figure begins are left out. */
export function writeInputs(values: Record<string, number>, start: Record<string, number>): string {
  const moved = Object.entries(values).filter(([name, value]) => value !== start[name]);
  return moved.map(([name, value]) => `${encodeURIComponent(name)}=${Number(value.toFixed(6))}`).join('&');
}

import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import NumberField from './NumberField.svelte';
import Segmented from './Segmented.svelte';
import Slider from './Slider.svelte';

let shown: Record<string, unknown> | undefined;

/** Mounts a part and returns its first control. */
function show<Props extends Record<string, unknown>>(part: Component<Props>, props: Props): HTMLInputElement {
  shown = mount(part, { target: document.body, props });
  flushSync();
  return document.querySelector('input')!;
}

function press(control: HTMLElement, key: string, more: KeyboardEventInit = {}): void {
  control.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  flushSync();
}

function type(control: HTMLInputElement, text: string): void {
  control.value = text;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

afterEach(() => {
  if (shown) void unmount(shown);
  document.body.replaceChildren();
});

it('a slider moves by a step, with Shift by a tenth, and stays in its range', () => {
  const onchange = vi.fn();
  const slider = show(Slider, { label: 'w', value: 0.9, min: -1, max: 1, step: 0.1, onchange });
  press(slider, 'ArrowLeft', { shiftKey: true });
  expect(onchange).toHaveBeenLastCalledWith(0.89);
  press(slider, 'ArrowRight');
  press(slider, 'ArrowRight');
  expect(onchange).toHaveBeenLastCalledWith(1);
  expect(slider.getAttribute('aria-valuetext')).toBe('1.00');
});

it('a slider with stops moves among them', () => {
  const onchange = vi.fn();
  const slider = show(Slider, { label: 'rate', value: 0.03, stops: [0.01, 0.03, 0.1], onchange });
  press(slider, 'ArrowRight');
  expect(onchange).toHaveBeenLastCalledWith(0.1);
  press(slider, 'PageDown');
  expect(onchange).toHaveBeenLastCalledWith(0.01);
});

it('a number field takes what is typed, on Enter, when it is a number in range', () => {
  const onchange = vi.fn();
  const field = show(NumberField, { label: 'w', value: 1, min: -5, max: 5, onchange });
  type(field, '−2,5');
  press(field, 'Enter');
  expect(onchange).toHaveBeenLastCalledWith(-2.5);
  type(field, '9');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  press(field, 'Escape');
  expect(field.value).toBe('−2.500');
  press(field, 'ArrowUp');
  expect(onchange).toHaveBeenLastCalledWith(-2.4);
});

it('a field for whole numbers steps by one and refuses fractions', () => {
  const onchange = vi.fn();
  const field = show(NumberField, { label: 'seed', value: 42, whole: true, onchange });
  press(field, 'ArrowUp');
  expect(onchange).toHaveBeenLastCalledWith(43);
  type(field, '1.5');
  press(field, 'Enter');
  expect(onchange).toHaveBeenCalledTimes(1);
});

it('segments are radio buttons of one group', () => {
  const onchange = vi.fn();
  const options = [
    { value: 'a', label: 'first' },
    { value: 'b', label: 'second' },
  ];
  show(Segmented, { label: 'choice', value: 'a', options, onchange } as never);
  const [first, second] = [...document.querySelectorAll('input')];
  expect(first!.checked).toBe(true);
  second!.click();
  expect(onchange).toHaveBeenCalledWith('b');
});

import '../look/look.css';
import './reference.css';
import { mount } from 'svelte';
import Footer from '../parts/Footer.svelte';
import Header from '../parts/Header.svelte';

// The text is in the page already, so it reads without a script too: only head and foot are mounted.
const root = document.querySelector<HTMLElement>('[data-root]')?.dataset.root ?? './';
for (const [id, part] of [
  ['head', Header],
  ['foot', Footer],
] as const) {
  const target = document.getElementById(id);
  if (target) mount(part, { target, props: { root, current: 'reference' as const } });
}

/** What is wider than the screen can be scrolled by keyboard too. */
for (const block of document.querySelectorAll<HTMLElement>('pre, .table')) {
  if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
}
document.documentElement.dataset.ready = 'true';

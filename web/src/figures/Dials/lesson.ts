export { default } from './Dials.svelte';
export { shown } from './dials.svelte.ts';

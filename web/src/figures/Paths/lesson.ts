export { default } from './Paths.svelte';
export { shown } from './paths.svelte.ts';

export { default } from './Atlas.svelte';
export { shown } from './atlas.svelte.ts';

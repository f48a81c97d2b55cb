export { default } from './Model.svelte';
export { shown } from './model.svelte.ts';

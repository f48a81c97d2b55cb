export { default } from './Notebook.svelte';
export { shown } from './notebook.svelte.ts';

export { default } from './Zoom.svelte';
export { shown } from './zoom.svelte.ts';

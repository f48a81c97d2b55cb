export { default } from './FoldLesson.svelte';
export { prepare, shown } from './lesson.svelte.ts';

export { default } from './FoldLesson.svelte';
export { shown } from './lesson.svelte.ts';

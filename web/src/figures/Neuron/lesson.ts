export { default } from './Neuron.svelte';
export { shown } from './neuron.svelte.ts';

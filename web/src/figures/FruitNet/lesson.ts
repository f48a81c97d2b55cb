export { default } from './FruitNet.svelte';
export { shown } from './fruitnet.svelte.ts';

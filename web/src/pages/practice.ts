import { mount } from 'svelte';
import '../look/look.css';
import { Library, payloadBase } from '../engine/load.ts';
import Practice from './practice/Practice.svelte';

mount(Practice, {
  target: document.getElementById('app') ?? document.body,
  props: { library: new Library(payloadBase(document)) },
});

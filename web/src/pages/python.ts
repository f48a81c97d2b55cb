import { mount } from 'svelte';
import '../look/look.css';
import { pythonService } from '../engine/python/open.ts';
import YourFunction from './python/YourFunction.svelte';

mount(YourFunction, {
  target: document.getElementById('app') ?? document.body,
  props: { python: pythonService(document) },
});

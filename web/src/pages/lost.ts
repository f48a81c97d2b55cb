import { mount } from 'svelte';
import '../look/look.css';
import Lost from './Lost.svelte';

mount(Lost, { target: document.getElementById('app') ?? document.body });

import { mount } from 'svelte';
import '../look/look.css';
import Gallery from '../parts/Gallery.svelte';

mount(Gallery, { target: document.getElementById('app')! });

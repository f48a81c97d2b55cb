import { mount } from 'svelte';
import '../look/look.css';
import Home from './home/Home.svelte';
import { readLessons } from './home/lessons.ts';

mount(Home, { target: document.getElementById('app')!, props: { lessons: readLessons(document) } });

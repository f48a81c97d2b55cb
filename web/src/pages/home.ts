import { mount } from 'svelte';
import '../look/look.css';
import Home from './home/Home.svelte';
import { readCourse } from './home/course.ts';

mount(Home, { target: document.getElementById('app')!, props: { course: readCourse(document) } });

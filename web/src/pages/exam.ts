import { mount } from 'svelte';
import '../look/look.css';
import { Library, payloadBase } from '../engine/load.ts';
import Exam from './exam/Exam.svelte';

mount(Exam, {
  target: document.getElementById('app') ?? document.body,
  props: { library: new Library(payloadBase(document)) },
});

import '../look/look.css';
import { mount } from 'svelte';
import { Library, payloadBase } from '../engine/load.ts';
import { loadFigure } from '../lesson/figures.ts';
import { LessonFunctions } from '../lesson/functions.ts';
import Lesson from '../lesson/Lesson.svelte';
import { browserStore, Progress } from '../lesson/progress.svelte.ts';
import { readPage } from '../lesson/read.ts';
import { Stage } from '../lesson/stage.svelte.ts';
import { Walk } from '../lesson/walk.svelte.ts';
import { couldNotStart } from './notice.ts';

async function start(): Promise<void> {
  const { data, pieces } = readPage(document);
  const library = new Library(payloadBase(document));
  const [functions, { default: Figure, shown }] = await Promise.all([
    LessonFunctions.load(library, data.slug, data.functions),
    loadFigure(data.stage.figure, library),
  ]);
  const walk = new Walk(data, new Stage(data.stage, functions), new Progress(data.slug, browserStore()));
  walk.open(location.hash.slice(1));
  const target = document.createElement('div');
  document.getElementById('lesson')?.replaceWith(target);
  mount(Lesson, { target, props: { walk, pieces, Figure, shown } });
  document.documentElement.dataset.ready = 'true';
}

start().catch(couldNotStart('This lesson'));

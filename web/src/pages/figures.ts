import '../look/look.css';
import { mount } from 'svelte';
import { Library, payloadBase } from '../engine/load.ts';
import { loadFigure } from '../lesson/figures.ts';
import { LessonFunctions } from '../lesson/functions.ts';
import { Stage } from '../lesson/stage.svelte.ts';
import type { FigureData, FigureList } from './figures/data.ts';
import Figure from './figures/Figure.svelte';
import Figures from './figures/Figures.svelte';
import { couldNotStart } from './notice.ts';

async function start(target: HTMLElement): Promise<void> {
  const text = document.getElementById('figure-data')?.textContent;
  if (!text) throw new Error('this page carries no figure');
  const data = JSON.parse(text) as FigureData | FigureList;
  if ('figures' in data) mount(Figures, { target, props: { list: data } });
  else await show(data, target);
  document.documentElement.dataset.ready = 'true';
}

async function show(data: FigureData, target: HTMLElement): Promise<void> {
  const library = new Library(payloadBase(document));
  const [functions, module] = await Promise.all([
    LessonFunctions.load(library, data.lesson.slug, data.functions),
    loadFigure(data.name, library),
  ]);
  const stage = new Stage(data.stage, functions);
  stage.enter(data.scene, false);
  mount(Figure, { target, props: { data, stage, Figure: module.default, shown: module.shown } });
}

start(document.getElementById('app')!).catch(couldNotStart('This figure'));

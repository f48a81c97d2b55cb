import { mount } from 'svelte';
import '../look/look.css';
import { payloadBase } from '../engine/load.ts';
import { pythonService } from '../engine/python/open.ts';
import { Starters } from '../figures/Workbench/starters.ts';
import Workbench from '../figures/Workbench/Workbench.svelte';
import { couldNotStart } from './notice.ts';

try {
  mount(Workbench, {
    target: document.getElementById('app') ?? document.body,
    props: { python: pythonService(document), starters: new Starters(payloadBase(document)) },
  });
} catch (error) {
  couldNotStart('The workbench')(error);
}

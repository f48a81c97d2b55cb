import { mount } from 'svelte';
import '../look/look.css';
import Sandbox from '../figures/Sandbox/Sandbox.svelte';
import { createSandbox } from '../figures/Sandbox/sandbox.svelte.ts';

// The state first: kernels are on their way while the page is drawn.
const sandbox = createSandbox(document, location.hash);
addEventListener('hashchange', () => sandbox.restore(location.hash));
mount(Sandbox, { target: document.getElementById('app') ?? document.body, props: { sandbox } });

/** For looks only, with made-up numbers; `npm run dev` serves it, `npm run build` leaves it out. */
import { mount } from 'svelte';
import '../../../look/look.css';
import Looks from './Looks.svelte';

mount(Looks, { target: document.getElementById('app')! });

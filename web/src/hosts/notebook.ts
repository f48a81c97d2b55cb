/**
 * The guide's figures in a notebook or a report: each in the shadow root that src/backsight/notebook/widget.js makes.
 * Kernels come as text with the widget; nothing is fetched.
 */

import { mount, unmount, type Component } from 'svelte';
import base from '../look/base.css?inline';
import tokens from '../look/tokens.css?inline';
import { theme } from '../look/theme.svelte.ts';
import AtlasHost from './AtlasHost.svelte';
import FoldHost from './FoldHost.svelte';
import own from './notebook.css?inline';
import type { Shared } from './shared.ts';
import TrainHost from './TrainHost.svelte';

/** The guide's own style, for a shadow root. */
export const style = [tokens, base, own]
  .join('\n')
  .replaceAll(':root', ':host')
  .replaceAll(/(^|[}\s])html\s*\{/g, '$1:host{')
  .replaceAll(/(^|[}\s])body\s*\{/g, '$1.paper{');

function drawer(figure: Component<{ shared: Shared }>) {
  return (shared: Shared, paper: HTMLElement, root: ShadowRoot): (() => void) => {
    theme.home = paper;
    theme.changed();
    const themed = new MutationObserver(() => theme.changed());
    themed.observe(root.host, { attributeFilter: ['style'] });
    const mounted = mount(figure, { target: paper, props: { shared } });
    return () => {
      themed.disconnect();
      shared.stop();
      void unmount(mounted);
    };
  };
}

export const drawers = { train: drawer(TrainHost), fold: drawer(FoldHost), atlas: drawer(AtlasHost) };

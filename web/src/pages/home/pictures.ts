/** The drawing on each lesson's card; a lesson without one has none. */
import type { Component } from 'svelte';
import DialsPicture from './DialsPicture.svelte';
import NeuronPicture from './NeuronPicture.svelte';
import SandboxPicture from './SandboxPicture.svelte';

export const pictures: Record<string, Component> = {
  'how-slopes-combine': DialsPicture,
  'one-neuron': NeuronPicture,
};

export { SandboxPicture };

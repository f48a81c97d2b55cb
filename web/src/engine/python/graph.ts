/** A function as a graph to explore (src/backsight/explaining/graphs/). */

import type { At } from './protocol.ts';

export type GraphLevel = 'arrays' | 'neurons' | 'scalars';

/** A value; what is as usual is left out. */
export interface GraphNode {
  /** What is written on it. */
  label: string;
  /** 'step' if not given. */
  kind?: 'input' | 'constant' | 'output';
  /** The operation; see `operations`. */
  op?: string;
  shape?: number[];
  /** The named value whose numbers these are, and which entry of it, row by row; all of it if not given. */
  value?: string;
  index?: number;
  /** Of a neuron: how many examples it has a number for, and how far apart these lie in the value. */
  rows?: number;
  stride?: number;
  /** The line that computes it; see `lines`. */
  line?: number;
  /** The innermost scope it lies in. */
  scope?: number;
}

/** The node that is used and the one that uses it; of neurons, the array and the entry of the weight between. */
export type GraphLink = [source: number, target: number, weights?: string, entry?: number];

/** Nodes that belong together and can be folded into one. */
export interface GraphScope {
  label: string;
  kind: 'function' | 'loop' | 'turn' | 'steps' | 'array' | 'entry' | 'layer';
  /** The scope around it, or −1. */
  parent: number;
  /** The node that stands for it when it is folded, or −1. */
  shows: number;
  /** Of an array or a layer: the value that it is as a whole. */
  value?: string;
  shape?: number[];
}

/** A kernel `inner` of the steps whose numbers the explanation lacks. */
export interface GraphSteps {
  module: string;
  /** Of each input of the kernel: the array it is, or is an entry of, and which entry. */
  inputs: [name: string, array: string, entry: number | null][];
  /** By node: where its value is, and its adjoint if it has one. */
  steps: Record<string, [value: At, adjoint?: At]>;
}

export interface GraphValue {
  name: string;
  level: GraphLevel;
  nodes: GraphNode[];
  links: GraphLink[];
  scopes: GraphScope[];
  /** In words, by the operation's name. */
  operations: Record<string, string>;
  /** The text of the lines that nodes come from. */
  lines: Record<string, string>;
  inner?: GraphSteps;
}

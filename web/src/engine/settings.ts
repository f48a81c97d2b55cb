/** What a person can set in the sandbox: names, limits, defaults. No behaviour. */

import type { Activation, Output } from './payload.ts';

export type DataSet = 'fruit' | 'rings' | 'xor' | 'spiral' | 'blank' | 'csv';
export type OptimiserName = 'gd' | 'momentum' | 'adam';
export type StartName = 'he' | 'xavier' | 'uniform';
export type SpeedName = 'example' | 'slow' | 'steady' | 'brisk' | 'fast' | 'full';
/** Examples per update; 0 stands for all of them. */
export type BatchSize = number;

export interface Settings {
  /** Hidden layers only, input side first: 0 to 6 layers of 1 to 8 units. */
  hidden: readonly number[];
  activation: Activation;
  output: Output;
  data: DataSet;
  /** 0 (clean) to 1. Ignored for `blank` and `csv`. */
  noise: number;
  /** Number of generated points. */
  points: number;
  /** Share of points kept for testing, 0 to 0.5. */
  testShare: number;
  /** Seed of the data and of the split. */
  dataSeed: number;
  rate: number;
  batch: BatchSize;
  optimiser: OptimiserName;
  start: StartName;
  /** Are the inputs standardised (mean 0, deviation 1 over the training examples) or raw? */
  standardise: boolean;
  /** Seed of the start and of the batch order. */
  seed: number;
  speed: SpeedName;
}

export const LIMITS = {
  layers: 6,
  units: 8,
  points: { least: 10, most: 1000 },
  rows: 5000,
  classes: 6,
  ownPointsInLink: 200,
  seed: 4294967295,
  rate: { least: 1e-5, most: 100 },
  weight: 1e6,
} as const;

export const DEFAULTS: Settings = {
  hidden: [4],
  activation: 'tanh',
  output: 'softmax',
  data: 'rings',
  noise: 0.2,
  points: 120,
  testShare: 0.25,
  dataSeed: 1,
  rate: 0.5,
  batch: 0,
  optimiser: 'gd',
  start: 'xavier',
  standardise: true,
  seed: 1,
  speed: 'brisk',
};

/** An entry of a choice: what is stored and what a person reads. */
export interface Choice<T> {
  value: T;
  label: string;
  /** One line of help. */
  says: string;
}

export const ACTIVATIONS: readonly Choice<Activation>[] = [
  { value: 'linear', label: 'linear', says: 'passes its sum on unchanged' },
  { value: 'sigmoid', label: 'sigmoid', says: 'squashes its sum into 0 to 1' },
  { value: 'tanh', label: 'tanh', says: 'squashes its sum into −1 to 1' },
  { value: 'relu', label: 'ReLU', says: 'passes positive sums, silences negative ones' },
  { value: 'leaky_relu', label: 'leaky ReLU', says: 'passes positive sums, whispers negative ones' },
  { value: 'softplus', label: 'softplus', says: 'a ReLU with its corner rounded' },
];

export const OUTPUTS: readonly Choice<Output>[] = [
  {
    value: 'softmax',
    label: 'softmax, cross-entropy',
    says: 'shares that add up to one; wrong and sure costs most',
  },
  {
    value: 'squared',
    label: 'sigmoid, squared error',
    says: 'each output 0 to 1 by itself; distance squared',
  },
];

export const DATA_SETS: readonly Choice<DataSet>[] = [
  { value: 'fruit', label: 'two fruits', says: 'a straight line separates them' },
  { value: 'rings', label: 'rings', says: 'one kind around the other' },
  { value: 'xor', label: 'XOR', says: 'opposite corners belong together' },
  { value: 'spiral', label: 'spiral', says: 'two arms wound into each other' },
  { value: 'blank', label: 'blank sheet', says: 'draw your own points' },
  { value: 'csv', label: 'your own file', says: 'two numeric columns and a label' },
];

export const OPTIMISERS: readonly Choice<OptimiserName>[] = [
  { value: 'gd', label: 'gradient descent', says: 'a step against the gradient' },
  { value: 'momentum', label: 'momentum', says: 'steps that remember where they were going' },
  { value: 'adam', label: 'Adam', says: 'every weight gets a step length of its own' },
];

export const STARTS: readonly Choice<StartName>[] = [
  { value: 'he', label: 'He', says: 'scaled for ReLU' },
  { value: 'xavier', label: 'Xavier', says: 'scaled for tanh and sigmoid' },
  { value: 'uniform', label: 'plain uniform', says: 'anything from −0.5 to 0.5, however wide the layer' },
];

/** How fast training goes: a pace in ticks per second and what one tick is. */
export interface Speed extends Choice<SpeedName> {
  unit: 'example' | 'step' | 'epoch';
  /** Ticks per second; Infinity: as fast as it goes. */
  perSecond: number;
}

export const SPEEDS: readonly Speed[] = [
  {
    value: 'example',
    label: 'one example at a time',
    says: 'watch each example, then the update',
    unit: 'example',
    perSecond: 8,
  },
  { value: 'slow', label: 'slow', says: 'two updates a second', unit: 'step', perSecond: 2 },
  { value: 'steady', label: 'steady', says: 'ten epochs a second', unit: 'epoch', perSecond: 10 },
  { value: 'brisk', label: 'brisk', says: 'sixty epochs a second', unit: 'epoch', perSecond: 60 },
  { value: 'fast', label: 'fast', says: 'a thousand epochs a second', unit: 'epoch', perSecond: 1000 },
  {
    value: 'full',
    label: 'as fast as it goes',
    says: 'tens of thousands of epochs a second',
    unit: 'epoch',
    perSecond: Infinity,
  },
];

export const BATCHES: readonly Choice<BatchSize>[] = [
  { value: 0, label: 'all', says: 'every example, then one update' },
  { value: 1, label: '1', says: 'an update after every example' },
  { value: 4, label: '4', says: 'an update after every 4 examples' },
  { value: 16, label: '16', says: 'an update after every 16 examples' },
  { value: 64, label: '64', says: 'an update after every 64 examples' },
];

/** What can be asked of Python, and what it answers (src/backsight/browser/); and what goes between page and worker. */

import type { FunctionPayload, Origin } from '../payload.ts';

/** A number as Python sends it; those that JSON lacks travel as words. See `toNumber`. */
export type Sent = number | 'NaN' | 'Infinity' | '-Infinity';
/** A number, or an array as nested lists. */
export type Nested = Sent | boolean | Nested[];

interface AboutFunction {
  /** The person's Python, whole. */
  source: string;
  /** Which function; the last one in the source if not given. */
  function?: string;
  /** Its arguments by name: numbers and lists, or assignments in Python ("w = 0.5"). Defaults need not be given. */
  example?: Record<string, unknown> | string;
  /** The arguments to differentiate by; all if not given. */
  wrt?: string[];
}

export type Request =
  | { kind: 'execute'; source: string }
  | ({ kind: 'trace' } & AboutFunction)
  | ({ kind: 'value_and_grad' } & AboutFunction)
  | ({ kind: 'kernel' } & AboutFunction)
  /** The source defines `forward`, `backward` and `example`, the arguments of forward. */
  | { kind: 'check'; source: string };

export interface FunctionSummary {
  name: string;
  parameters: string[];
  line: number | null;
}

export interface Evaluated {
  value_at: Sent;
  /** By the name of the argument, or of its leaf. */
  gradient_at: Record<string, Nested>;
}

/** Source for another target, or why there is none. */
export type Emitted = { text: string } | { refused: string };

export interface TraceValue extends FunctionPayload, Evaluated {
  function: FunctionSummary;
  wrt: string[];
  /** Decisions (`if`) that came out so at the example; elsewhere the gradient may be another. */
  guards: { variable: string; expected: boolean; origin: Origin | null }[];
  jax: Emitted;
  latex: Emitted;
}

export interface KernelValue {
  /** A JavaScript module that exports `gradient` and `inspect`; see `FunctionKernels`. */
  module: string;
  inputs: { name: string; shape: number[]; data: (Sent | boolean)[] }[];
  /** The value, then one per argument in `wrt`: an array's name, or a number that is always the same. */
  outputs: { name: string | null; shape: number[]; value: Sent | null }[];
  wrt: string[];
  /** Decisions as 0 or 1, by the name of their array, and how they came out at the example. */
  guards: { name: string; expected: boolean }[];
}

/** Whether a backward pass is right; if not, where it first goes wrong and how (checking/verdict.py). */
export interface CheckValue {
  ok: boolean;
  /** A code, such as "slope", "transpose" or "sign"; empty if all is right. */
  cause: string;
  says: string;
  file: string;
  line: number;
  text: string;
  remedy: string;
  /** The step of the forward pass, from and to, whose way back is wrong. */
  edge: [string, string] | null;
  forwardLine: number;
  raised: string;
  evidence: string[];
  remarks: string[];
  gradients: { name: string; agrees: boolean; given: Nested | null; true: Nested }[];
  adjoints: { name: string; line: number; means: string; right: boolean | null }[];
}

export interface Values {
  execute: { functions: FunctionSummary[] };
  trace: TraceValue;
  value_and_grad: Evaluated;
  kernel: KernelValue;
  check: CheckValue;
}

/** What went wrong, in words for a person, and where. Lines and columns count from 1. */
export interface Mishap {
  /** "BS201", a Python error's name, or one of ours: "stopped", "timeout", "out-of-order". */
  code: string;
  message: string;
  remedy: string;
  where: 'source' | 'example';
  line: number | null;
  column: number | null;
  text: string;
}

interface Printed {
  stdout: string;
  stderr: string;
}

export type Answer<K extends Request['kind'] = Request['kind']> = Printed &
  ({ ok: true; value: Values[K] } | { ok: false; error: Mishap });

export type Phase = 'download' | 'start' | 'core';

export interface Progress {
  phase: Phase;
  /** 0…1 over all phases. */
  fraction: number;
  /** Of the download, uncompressed. */
  bytes: number;
  total: number;
}

/** How loading went. */
export interface LoadReport {
  python: string;
  milliseconds: number;
  /** Of Python's memory: kept from an earlier start, made now for the next one, or impossible in this browser. */
  snapshot: 'used' | 'made' | 'none';
}

export type ToPython = { type: 'load'; core: string } | { type: 'run'; id: number; request: Request };

export type FromPython =
  | { type: 'progress'; progress: Progress }
  | { type: 'ready'; report: LoadReport }
  | { type: 'failed'; code: string; message: string; remedy: string }
  | { type: 'answer'; id: number; answer: string }
  /** Python itself broke (out of memory, say): the worker is of no more use. */
  | { type: 'broken'; id: number; message: string };

/** A number that Python sent. */
export function toNumber(sent: Sent | boolean): number {
  return Number(sent);
}

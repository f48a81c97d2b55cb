/** What can be asked of Python, and what it answers (src/backsight/browser/); and what goes between page and worker. */

import type { CodeText, FunctionPayload, Origin } from '../payload.ts';
import type { ExplainValue } from './explanation.ts';
import type { GraphLevel, GraphValue } from './graph.ts';
import type { Nested, Sent } from './sent.ts';

interface AboutFunction {
  /** The person's Python, whole. */
  source: string;
  /** Which function; the last one in the source if not given. */
  function?: string;
  /** Its arguments by name: numbers and lists, or assignments in Python ("w = 0.5"). Defaults need not be given. */
  example?: Record<string, unknown> | string;
  /** Other numbers than the example's, one nested list per input, in order. */
  at?: Nested[];
  /** The arguments to differentiate by; all if not given. */
  wrt?: string[];
}

export type Request =
  | { kind: 'execute'; source: string }
  | ({ kind: 'trace' } & AboutFunction)
  | ({ kind: 'value_and_grad' } & AboutFunction)
  | ({ kind: 'kernel' } & AboutFunction)
  /** How the gradient comes about, stop by stop; with `page`, also as one HTML file to keep. */
  | ({ kind: 'explain'; page?: boolean } & AboutFunction)
  /**
   * Is this backward pass right? The source defines three names, as a person's own file would:
   *
   *     def forward(W, x, t): …  return cost, cache      # or the cost alone
   *     def backward(W, cache): …  return {"W": dW}      # gets the arguments it names, and the cache
   *     example = {"W": np.array(…), "x": …, "t": …}     # or a tuple: what forward is called with
   *
   *     const answer = await python.run({ kind: 'check', source }, { timeout: 20_000 });
   *     if (!answer.ok) …                     // the source itself fails: answer.error, with its line
   *     else if (answer.value.ok) …           // every gradient agrees
   *     else … answer.value.line, .says, .remedy, .edge
   */
  | { kind: 'check'; source: string }
  /** The same source, perhaps half written (`dz = ___`): how far is its backward pass, edge by edge? */
  | { kind: 'edges'; source: string }
  /** The function as a graph of its arrays (if no level is given), its neurons or its numbers. */
  | ({ kind: 'graph'; level?: GraphLevel } & AboutFunction)
  /** The function explained, and a kernel (`live`) that computes every number of it anew at any inputs. */
  | ({ kind: 'workbench' } & AboutFunction)
  /** The gradient as code to read and take along. */
  | ({ kind: 'sources' } & AboutFunction)
  /** One step of gradient descent as the cells of a spreadsheet. */
  | ({ kind: 'sheet'; rate?: number } & AboutFunction)
  /** The function and its gradient as a file to take along. */
  | ({ kind: 'export'; format: ExportFormat; rate?: number } & AboutFunction)
  /** Kernels that say how the value goes along any two directions; see src/backsight/browser/landscape.py. */
  | ({ kind: 'landscape' } & AboutFunction)
  /** The function's layers at a plane of points, where it is a net of two features. */
  | ({ kind: 'fold' } & AboutFunction);

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

/**
 * Whether a backward pass is right; if not, where it first goes wrong and how (checking/verdict.py).
 *
 * A net with a sigmoid at its output, whose backward pass goes back through it as if it were ReLU:
 *
 *     ok: false, cause: 'slope', line: 16, text: 'dz2 = dy * (z2 > 0)', edge: ['y', 'z2'], forwardLine: 8,
 *     says: 'This multiplies by the slope of ReLU, but y comes from z2 by the sigmoid.',
 *     remedy: 'multiply by y * (1 - y)',
 *     adjoints: [{ name: 'dy', line: 15, means: 'the gradient by y', right: true },
 *                { name: 'dz2', line: 16, means: '', right: false }, …]
 *
 * Where all is right only `gradients` and perhaps `remarks` say anything.
 */
export interface CheckValue {
  ok: boolean;
  /** A code, such as "slope", "transpose" or "sign"; empty if all is right. */
  cause: string;
  /** The cause in a sentence. */
  says: string;
  /** The line accused, counted from 1; 0 if none could be. */
  line: number;
  text: string;
  file: string;
  /** What the line should say or do. */
  remedy: string;
  /** The step of the forward pass whose way back is wrong: from the value computed to the one it came from. */
  edge: [string, string] | null;
  /** The line of that step. */
  forwardLine: number;
  /** The exception that backward raised, if it did. */
  raised: string;
  /** What was measured, in sentences. */
  evidence: string[];
  /** What else is worth knowing, also where all is right. */
  remarks: string[];
  /** The final gradients by parameter: what backward gave (null: it gave none) and what is true. */
  gradients: { name: string; agrees: boolean; given: Nested | null; true: Nested }[];
  /**
   * The named values on the way back, line by line. `right`: the numbers are the gradient that `means` says, or
   * they are no gradient at all (wrong here, or computed from what was wrong before); null: the name promises none.
   */
  adjoints: { name: string; line: number; means: string; right: boolean | null }[];
}

/** One step of the way back (checking/edges.py). Lines count from 1; 0 is nowhere. */
export interface EdgeValue {
  /** What the adjoint is called, and the forward value it belongs to. */
  name: string;
  of: string;
  /** The forward value it comes back from, and the line that computes that. */
  via: string;
  forwardLine: number;
  /** A blank stands there; no line gives it. */
  state: 'right' | 'wrong' | 'blank' | 'missing';
  line: number;
  /** The line to change. */
  accused: number;
  cause: string;
  says: string;
  remedy: string;
  given: Nested | null;
  true: Nested | null;
}

export interface EdgesValue {
  /** All of it is right. */
  ok: boolean;
  /** From the cost backwards. */
  edges: EdgeValue[];
  /** Of the whole, once nothing is blank or wrong. */
  verdict: CheckValue | null;
}

/** A variable of the kernel, or what the number always is. */
export type At = string | number;

export interface ArgumentValue {
  name: string;
  shape: number[];
  dtype: 'float64' | 'int64' | 'bool';
  data: (Sent | boolean)[];
}

export interface WorkbenchValue {
  function: FunctionSummary;
  /** All that the source defines. */
  functions: FunctionSummary[];
  /** Lists and dicts of arrays are taken apart: one each. */
  arguments: ArgumentValue[];
  /** Arrays that the function closes over: the kernel's inputs, too. */
  captured: ArgumentValue[];
  explanation: ExplainValue;
  /** A JavaScript module that exports `live`. */
  module: string;
  values: Record<string, At>;
  adjoints: Record<string, At>;
  /** By the value that is used, and the one it is used in. */
  shares: Record<string, Record<string, At>>;
  slopes: Record<string, Record<string, At>>;
  guards: { name: string; expected: boolean }[];
}

export interface SourcesValue {
  numpy: CodeText;
  jax: CodeText | { refused: string };
  javascript: Emitted;
  latex: Emitted;
  gradient: Record<string, Nested>;
}

/** A kernel of a landscape: where its outputs are, the arguments that it moves, and the name of its learning rate. */
export interface LandscapeKernel {
  outputs: Record<string, At>;
  moved: Record<string, At>;
  guards: { name: string; expected: boolean }[];
  rate: string | null;
}

export interface LandscapeValue {
  module: string;
  kernels: Record<string, LandscapeKernel>;
  /** The arguments that move, and the kernels' inputs that hold a direction for each. */
  moving: { name: string; shape: number[]; along: string; across: string }[];
  /** The kernels' inputs that say how far along each direction. */
  at: [string, string];
  /** Why there are no second derivatives; null where there are. */
  refused: string | null;
}

export interface FoldValue {
  /** A JavaScript module that exports `fold`. */
  module: string;
  /** The argument that has the two features, and the kernel's input (rows, 2) in its place. */
  features: string;
  points: string;
  /** The kernel's other inputs. */
  inputs: string[];
  /** Points along each side of the grid; rows in all: the grid, the data, one more. */
  side: number;
  rows: number;
  /** Variables of the kernel: before the bias, after it, after the activation. */
  layers: { linear: string; shift: string; activation: string; width: number }[];
  /** An argument that says 0 or 1 of every example. */
  labels: string | null;
}

export type ExportFormat = 'xlsx' | 'py' | 'ipynb';

export interface ExportValue {
  name: string;
  mediaType: string;
  base64: string;
}

export type SheetPart = 'input' | 'forward' | 'backward' | 'update';

export interface SheetCell {
  /** Counted from 0. */
  row: number;
  column: number;
  /** A number is there to be changed; a formula follows it; the others are words. */
  kind: 'title' | 'name' | 'line' | 'head' | 'number' | 'formula';
  part: SheetPart;
  /** Words, or a formula with its equals sign. */
  text?: string;
  /** What stands there at the example; an error such as "#NUM!". */
  value?: number | string;
  /** Which of the blocks it belongs to. */
  block?: number;
  /** Of a number or a formula: its place in the array, row by row. */
  index?: number;
}

/** The cells of one value. */
export interface SheetBlock {
  /** Its array in the kernel. */
  name: string;
  label: string;
  part: SheetPart;
  shape: number[];
  origin: Origin | null;
}

/** Forward, backward and update as cells (emit/sheet.py), or why there are none. */
export type SheetValue =
  | {
      name: string;
      rows: number;
      columns: number;
      blocks: SheetBlock[];
      cells: SheetCell[];
      /** A JavaScript module that exports `sheet`: the numbers of all blocks from the inputs. */
      module: string;
      /** Of the function, and the learning rate last. */
      inputs: { name: string; shape: number[]; data: (Sent | boolean)[] }[];
    }
  | { refused: string; remedy: string; line: number | null };

export interface Values {
  execute: { functions: FunctionSummary[] };
  trace: TraceValue;
  value_and_grad: Evaluated;
  kernel: KernelValue;
  explain: ExplainValue;
  check: CheckValue;
  edges: EdgesValue;
  graph: GraphValue;
  workbench: WorkbenchValue;
  sources: SourcesValue;
  sheet: SheetValue;
  export: ExportValue;
  landscape: LandscapeValue;
  fold: FoldValue | { refused: string };
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
  /** Milliseconds of each part of it, in order: the runtime, its files, the core's modules, its memory for the next start. */
  parts: Record<string, number>;
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

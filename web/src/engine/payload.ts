/**
 * The shapes of what `backsight build` writes for the browser (src/backsight/guide/payload.py).
 * Everything a figure shows comes from here and from the kernels; see ARCHITECTURE.md.
 */

/** Where a value came from in the source that was traced. */
export interface Origin {
  file: string;
  line: number;
  text: string;
}

/** A dimension: a number, or the name of one fixed when the kernel is created. */
export type Dim = number | string;

export interface VariableJson {
  name: string;
  shape: Dim[];
  dtype: 'float64' | 'bool' | 'int64';
}

export interface EquationJson {
  op: string;
  /** Names of variables, or numbers. */
  inputs: (string | number)[];
  params: Record<string, unknown>;
  output: VariableJson;
  origin: Origin | null;
}

export interface ProgramJson {
  name: string;
  inputs: VariableJson[];
  equations: EquationJson[];
  outputs: string[];
}

/** Readable source, line by line, with the variables each line computes. */
export interface CodeText {
  text: string;
  lines: { variables: string[]; origin: Origin | null }[];
}

/** One number: an entry of a variable the inspect kernel stores. Index letters are resolved by the reader. */
export interface ValueRef {
  variable: string;
  index: string[];
}

/** A local slope on one edge, or an adjoint: a factor of a derivation. */
export interface Factor {
  /** TeX of the derivative, e.g. \frac{\partial z^1_j}{\partial W^1_{ij}} */
  tex: string;
  /** TeX of what it equals in symbols, e.g. x_i */
  equals: string;
  value: ValueRef;
  /** What it means, in words. */
  words: string;
  /** The edge it lives on: the slope of `to` with respect to `from`. */
  from: ValueRef;
  to: ValueRef;
  origin: Origin | null;
  /** Set where the factor is itself a sum over the next layer: each term is a product of two factors. */
  sum: { index: string; dim: Dim; terms: Factor[] } | null;
}

/** The derivative of the cost with respect to one entry of one parameter. */
export interface Derivation {
  parameter: string;
  /** Letters of the entry, e.g. ["i", "j"]; ["j"] for a bias. "n" is always the example. */
  indices: string[];
  dims: Dim[];
  tex: string;
  gradient: ValueRef;
  /** As backprop factors it: one example's contribution is the product of these. Cost end first. */
  factors: Factor[];
  /** One full path, edge by edge, cost end first; product along a path, summed over `over`, is the same number. */
  path: Factor[];
  /** The index letters summed over all paths, with their dimensions; empty where there is one path. */
  over: { index: string; dim: Dim }[];
  /** The index of examples and its dimension, when the function is batched. */
  example: { index: string; dim: Dim } | null;
}

/** One step of the slow-motion pass, for every value of its free indices. */
export interface PassStep {
  direction: 'forward' | 'backward';
  /** The value being computed. */
  value: ValueRef;
  dims: Dim[];
  /** The values it is computed from; letters not in value.index are summed over. */
  from: ValueRef[];
  /** What is shown, e.g. "z = \sum_i x_i W_{ij} + b_j". */
  tex: string;
  words: string;
  op: string;
  origin: Origin | null;
}

export interface FunctionPayload {
  id: string;
  program: ProgramJson;
  /** Value and gradient in one Program. */
  gradient: ProgramJson;
  /** Readable NumPy source of `gradient`. */
  python: CodeText;
  /** The traced source, as its author wrote it. */
  source: string;
  derivations: Record<string, Derivation>;
  passes: { forward: PassStep[]; backward: PassStep[] };
}

export type Activation = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'softplus';
export type Output = 'squared' | 'softmax';

export interface NetPayload extends FunctionPayload {
  depth: number;
  activation: Activation;
  output: Output;
  /** Per layer, hidden ones first: the names of its variables. `input` is "X" or the activation before. */
  layers: { weights: string; bias: string; input: string; z: string; a: string }[];
}

export interface Port {
  name: string;
  shape: Dim[];
  role: 'input' | 'output' | 'local';
}

/** An emitted kernel: see "Kernel contract" in ARCHITECTURE.md. */
export interface KernelModule {
  readonly name: string;
  readonly ports: readonly Port[];
  /** Dimensions `create` needs. */
  readonly dims: readonly string[];
  /** The batch dimension that `run(lo, hi)` walks, if there is one. */
  readonly rows: string | null;
  create(dims: Record<string, number>, arrays?: Record<string, Float64Array>): Kernel;
}

export interface Kernel {
  readonly arrays: Record<string, Float64Array>;
  run(lo?: number, hi?: number): void;
}

/** What `<net id>.js` exports. `gradient22` binds two inputs and two outputs. */
export interface NetKernels {
  gradient: KernelModule;
  gradient22: KernelModule;
  inspect: KernelModule;
  predict: KernelModule;
}

/** What a lesson function's `.js` exports. */
export interface LessonKernels {
  inspect: KernelModule;
}

/** What is made of a person's own function. */
export interface FunctionKernels extends LessonKernels {
  gradient: KernelModule;
}

/** What src/backsight/explaining/ladder.py writes of a function: the lowest rung of each of its derivatives. */
export interface LadderData {
  /** The kernel's input that is the size of the nudge. */
  nudge: string;
  /** The function's own inputs, in their order. */
  inputs: string[];
  /** The name of the function's value. */
  output: string;
  /** By value: the kernel's variable that is the quotient of the whole function; a number where it always is one. */
  rates: Record<string, string | number>;
  /** By value: its adjoint in the inspect kernel. */
  adjoints: Record<string, string | number>;
  /** By value: the places in `steps` of its uses that lead to the output. */
  uses: Record<string, number[]>;
  steps: LadderStep[];
}

/** One step between two single numbers. */
export interface LadderStep {
  source: string;
  target: string;
  slope: string | number;
  rate: string | number;
  /** Why the slope is what it is, from the result back. */
  why: string[];
  /** The line of Python. */
  line: string;
}

/** What `<id>-ladder.js` exports. */
export interface LadderKernels {
  ladder: KernelModule;
}

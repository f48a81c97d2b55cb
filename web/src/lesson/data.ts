/** What src/backsight/guide/markdown.py writes into a lesson's page. Fields that end in HTML were Markdown. */

import type { Address } from '../exercises/exercise.ts';

/** A number, the name of an input or quantity, or a variable of a call; see src/backsight/guide/expression.py. */
export type Expression = number | string | CallVariable | StageVariable;

export interface Call {
  function: string;
  arguments: Record<string, Expression>;
}

export interface CallVariable extends Call {
  /** A number where it is one whatever the arguments. */
  variable: string | number;
}

/** A variable of a call that the stage names. */
export interface StageVariable {
  call: string;
  variable: string | number;
}

export interface InputData {
  value: number;
  min: number;
  max: number;
  step: number;
  says: string;
  unit?: string;
}

export interface QuantityData {
  of: Expression;
  tex: string;
  says: string;
  unit?: string;
  digits?: number;
  /** Significant digits instead of decimals: for what ranges over many powers of ten. */
  figures?: number;
  /** TeX of how it is worked out, for the ledger. */
  shows?: string;
  /** How it is worked out, in words. */
  how?: string;
  /** Where it is a derivative: what its function calls it, "dx" or "slope_y_x". It has a ladder then. */
  derivative?: string;
  /** The quantities it is worked out from: lit with it. */
  from?: string[];
}

export interface StageData {
  figure: string;
  inputs: Record<string, InputData>;
  data?: Record<string, number[] | string[]>;
  /** Numbers that the figure finds out, and what they are: 0 until it does. */
  found?: Record<string, string>;
  calls: Record<string, Call>;
  quantities: Record<string, QuantityData>;
  options?: Record<string, unknown>;
  /** The source of each function that is called, with what it needs: to take to the workbench. */
  bench?: Record<string, string>;
}

export interface SceneData {
  set?: Record<string, number>;
  /** Quantities hidden until the step's prediction is locked. */
  cover?: string[];
  ledger?: string[];
  blanks?: number;
  options?: Record<string, unknown>;
}

export interface ChoiceData {
  says: string;
  value?: Expression;
  right?: boolean;
  because?: string;
}

/** One question: a number to type, or a choice. */
export interface PartData {
  ask: string;
  given?: Record<string, Expression>;
  label?: string;
  answer?: Expression;
  tolerance?: number;
  choices?: ChoiceData[];
  unit?: string;
  hint?: string;
  because?: string;
  digits?: number;
}

interface BlockBase {
  id: string;
}

export interface QuizData extends BlockBase {
  kind: 'quiz';
  from: string;
  question: PartData[];
}

export interface PredictData extends BlockBase {
  kind: 'predict';
  ask?: string;
  lock?: string;
  part: PartData[];
  then?: string;
}

export interface CheckData extends BlockBase {
  kind: 'check';
  ask?: string;
  part: PartData[];
}

export interface GoalData extends BlockBase {
  kind: 'goal';
  ask: string;
  value: Expression;
  near?: Expression;
  number?: number;
  at_least?: number;
  at_most?: number;
  tolerance?: number;
  hint?: string;
  done?: string;
}

export interface RuleData extends BlockBase {
  kind: 'rule';
  ask: string;
  left: string;
  slot: { options: { says: string; value: Expression }[] }[];
  joins: string[];
  answer: Expression;
  at: Record<string, number>[];
  tolerance?: number;
  hint?: string;
  right?: string;
}

export interface CodeData extends BlockBase {
  kind: 'code';
  code: string;
  inputs: string[];
  /** A name in the code, and the quantity it must equal. */
  checks: Record<string, string>;
  ask?: string;
  line?: string;
  right?: string;
  wrong?: string;
  exercise?: string;
}

export interface MisconceptionData extends BlockBase {
  kind: 'misconception';
  number: number;
  name: string;
  ask: string;
  choices: ChoiceData[];
  try: string;
  rows: { says: string; value: Expression; wrong?: boolean; unit?: string; digits?: number }[];
  rule: string;
  set?: Record<string, number>;
  /** The rows follow the stage afterwards; else they keep what was measured. */
  live?: boolean;
}

/** One of the bank's exercises; without a seed each learner meets another. */
export interface ExerciseData extends BlockBase {
  kind: 'exercise';
  ask?: string;
  exercise: Omit<Address, 'seed'> & { seed?: number };
}

export interface DecisionData extends BlockBase {
  kind: 'decision';
  ask: string;
  option: { says: string; reply: string; set?: Record<string, number> }[];
  then?: string;
  go?: { href: string; says: string };
}

export type BlockData =
  | QuizData
  | PredictData
  | CheckData
  | GoalData
  | RuleData
  | CodeData
  | MisconceptionData
  | ExerciseData
  | DecisionData;

export interface StepData {
  slug: string;
  title: string;
  scene: SceneData;
  blocks: BlockData[];
  /** Notes for teachers, as HTML. */
  notes?: string;
}

export interface LessonData {
  slug: string;
  number: number;
  title: string;
  question: string;
  minutes: number;
  functions: string[];
  stage: StageData;
  steps: StepData[];
  files: Record<string, string>;
  /** The lesson that its end leads to, where there is one. */
  next?: { slug: string; number: number; title: string };
}

/** Exercises on random graphs: the number of a slope, the order of a pass, an arrow, the edges that carry. */

import type { Random } from '../engine/random.ts';
import type { Bank, GraphStructure, Numbers } from './bank.ts';
import { coefficients, isOrdinary, pick, shuffle, tellApart, toleranceOf, withNumbers } from './drawing.ts';
import {
  arrowText,
  type Address,
  type ArrowExercise,
  type EdgesExercise,
  type Line,
  type NumberExercise,
  type OrderExercise,
  type Picture,
  type Step,
} from './exercise.ts';
import { plain } from './spoken.ts';

type Pair = [string, string];

/** What the drawing of a number's question shows, by level: less and less. */
const SHOWS: Record<number, 'slopes' | 'values' | ''> = { 1: 'slopes', 2: 'values', 3: '' };
/** A ReLU's slope would give the answer away. */
const BENT_SHOWS: typeof SHOWS = { 1: 'values', 2: '', 3: '' };

interface Drawn {
  address: Address;
  structure: GraphStructure;
  numbers: Numbers;
  values: Numbers;
}

const short = (value: number): string => String(Number(value.toFixed(4)));

function start(bank: Bank, address: Address, random: Random): Drawn {
  const structure = pick(random, bank.structures<GraphStructure>(address.family, address.level));
  const numbers = coefficients(random, structure);
  return { address, structure, numbers, values: bank.run(structure, numbers) };
}

const source = ({ structure, numbers }: Drawn) => ({ structure: structure.id, numbers });

const lines = ({ structure, numbers }: Drawn): Line[] =>
  structure.lines.map(({ name, tex }) => ({ tex: `${name} = ${withNumbers(tex, numbers)}` }));

/** Where the pass is run: the inputs' numbers. */
const inputs = ({ structure, numbers }: Drawn): string =>
  structure.sources.map((name) => `${name} = ${numbers[name]}`).join(',\\; ');

const picture = ({ structure }: Drawn): Picture => ({ nodes: structure.nodes, edges: structure.edges });

/** Nodes with their values. */
const valuesAtNodes = ({ structure, values }: Drawn): Numbers =>
  Object.fromEntries(structure.nodes.map(({ name }) => [name, values[name]!]));

const shownValues = (drawn: Drawn): Record<string, string> =>
  Object.fromEntries(Object.entries(valuesAtNodes(drawn)).map(([name, value]) => [name, short(value)]));

// Units that sleep -------------------------------------------------------------------------------------------

/** The units with a ReLU: those whose sum the kernel knows. */
const units = ({ structure, values }: Drawn): string[] =>
  structure.nodes.map(({ name }) => name).filter((name) => values[`sum_${name}`] !== undefined);

const asleep = (drawn: Drawn): string[] => units(drawn).filter((name) => drawn.values[`sum_${name}`]! < 0);

/** Exactly at a corner a slope is a choice: nobody is asked about that. */
const isAtCorner = (drawn: Drawn): boolean => units(drawn).some((name) => drawn.values[`sum_${name}`] === 0);

const stepsOf = (path: string[]): Pair[] => path.slice(1).map((to, i): Pair => [path[i]!, to]);

/** The ways from a node that lead through no sleeping unit: to C, or to anywhere. */
function awakeWays(drawn: Drawn, from: string): { paths: string[][]; moving: number[] } {
  const sleeping = asleep(drawn);
  const { edges, paths } = drawn.structure;
  const reached = new Set([from]);
  for (const [a, b] of edges) if (reached.has(a) && !sleeping.includes(b)) reached.add(b);
  return {
    paths: paths[from]!.filter((path) => path.every((name) => !sleeping.includes(name))),
    moving: edges.flatMap(([a], i) => (reached.has(a) ? [i] : [])),
  };
}

// A number --------------------------------------------------------------------------------------------------

export function number(bank: Bank, address: Address, random: Random): NumberExercise | null {
  const drawn = start(bank, address, random);
  const { structure, values } = drawn;
  const names = valuesAtNodes(drawn);
  const here = { names, truth: values.slope!, wrong: values, factors: [] };
  const [by] = structure.sources as [string];
  const bends = address.family === 'relu';
  if (Math.abs(here.truth) > 500 || !(isOrdinary(here) || (bends && here.truth === 0))) return null;
  if (Object.values(names).some((value) => Math.abs(value) > 400)) return null;
  // A path that brings nothing would hide whether it was followed: unless just that is asked.
  if (!bends && structure.paths[by]!.some((_, i) => values[`path_${i}`] === 0)) return null;
  if (bends && (isAtCorner(drawn) || !asleep(drawn).length)) return null;
  const tolerance = toleranceOf(here.truth);
  const mistakes = tellApart(structure, [here], tolerance);
  if (bends && !mistakes.all_awake) return null;
  const slopeOf = ([a, b]: [string, string]): string => short(values[`slope_${b}_${a}`]!);
  const brackets = (text: string): string => (text.startsWith('-') ? `(${text})` : text);
  const products = structure.paths[by]!.map((path) =>
    path
      .slice(1)
      .map((to, i) => brackets(slopeOf([path[i]!, to])))
      .join(' \\cdot '),
  );
  const wanted = `\\frac{dC}{d${by}}`;
  const asked = `What is $${wanted}$ at $${inputs(drawn)}$?`;
  const shows = bends ? BENT_SHOWS[address.level]! : SHOWS[address.level]!;
  return {
    kind: 'number',
    address,
    source: source(drawn),
    given: lines(drawn),
    picture: {
      ...picture(drawn),
      ...(shows === 'slopes' ? { slopes: structure.edges.map(slopeOf) } : {}),
      ...(shows === 'values' ? { values: shownValues(drawn) } : {}),
      marked: by,
    },
    ask:
      shows === 'slopes'
        ? `${asked} Every edge shows its local slope.`
        : shows === 'values'
          ? `${asked} Every node shows its value.`
          : asked,
    wanted,
    place: here,
    tolerance,
    mistakes,
    which: structure.which,
    solution: products.join(' + '),
  };
}

// The order of a backward pass ------------------------------------------------------------------------------

export function order(bank: Bank, address: Address, random: Random): OrderExercise | null {
  const drawn = start(bank, address, random);
  const { structure, numbers } = drawn;
  const steps = structure.steps.map(({ from, to, slope, needs }): Step => {
    const factor = withNumbers(slope, numbers);
    const times = / [+-] /.test(factor) || factor.startsWith('-') ? `\\left(${factor}\\right)` : factor;
    const arrived = to === 'C' ? 'dC' : `d${to}`;
    const right = factor === '1' ? arrived : `${arrived} \\cdot ${times}`;
    return { from, to, tex: `d${from} \\mathrel{+}= ${right}`, says: plain(`d${from} += ${right}`), needs };
  });
  const shuffled = shuffle(
    random,
    steps.map((_, i) => i),
  );
  if (isAllowed(steps, shuffled)) return null;
  return {
    kind: 'order',
    address,
    source: source(drawn),
    given: lines(drawn),
    picture: picture(drawn),
    ask: 'Put the backward pass in order. Each line takes what has arrived at one node back over one edge; all begin at zero, except $dC = 1$.',
    steps,
    shuffled,
    solution: allowed(steps).join('.'),
  };
}

export const isAllowed = (steps: readonly Step[], order: readonly number[]): boolean =>
  order.every((step, at) => steps[step]!.needs.every((needed) => order.indexOf(needed) < at));

/** One order that is allowed. */
function allowed(steps: readonly Step[]): number[] {
  const order: number[] = [];
  while (order.length < steps.length) {
    const next = steps.findIndex(
      ({ needs }, i) => !order.includes(i) && needs.every((needed) => order.includes(needed)),
    );
    order.push(next);
  }
  return order;
}

// The edges that carry --------------------------------------------------------------------------------------

export function edges(bank: Bank, address: Address, random: Random): EdgesExercise | null {
  const drawn = start(bank, address, random);
  const { structure } = drawn;
  if (address.family === 'relu') return awakeEdges(bank, drawn);
  const worth = structure.nodes
    .map(({ name }) => name)
    .filter((name) => structure.paths[name]!.length > 1 || name === 'w')
    .filter((name) => structure.carrying[name]!.length < structure.edges.length);
  if (!worth.length) return null;
  const from = pick(random, worth);
  const right = structure.carrying[from]!;
  return {
    kind: 'edges',
    address,
    source: source(drawn),
    given: lines(drawn),
    picture: { ...picture(drawn), marked: from },
    ask: `Nudge $${from}$. Choose **every** edge that carries its influence on $C$.`,
    start: from,
    right,
    moving: structure.moving[from]!,
    paths: structure.paths[from]!,
    asleep: [],
    solution: right.map((i) => arrowText(structure.edges[i]!)).join(' '),
  };
}

/** Which edges carry an influence here and now: some units have folded it away. */
function awakeEdges(bank: Bank, drawn: Drawn): EdgesExercise | null {
  const { structure, address } = drawn;
  const from = structure.sources[0]!;
  const { paths, moving } = awakeWays(drawn, from);
  const sleeping = asleep(drawn);
  const on = new Set(paths.flatMap(stepsOf).map(arrowText));
  const right = structure.edges.flatMap((edge, i) => (on.has(arrowText(edge)) ? [i] : []));
  // Some of both; and nothing that cancels by chance, so that an edge on a way could not be felt.
  const nudged = bank.run(structure, { ...drawn.numbers, [from]: drawn.numbers[from]! + 1e-6 });
  const unfelt = right.some((i) => {
    const [a, b] = structure.edges[i]!;
    return nudged[a] === drawn.values[a] || drawn.values[`share_${b}_${a}`] === 0;
  });
  if (isAtCorner(drawn) || !sleeping.length || !right.length || unfelt) return null;
  return {
    kind: 'edges',
    address,
    source: source(drawn),
    given: lines(drawn),
    picture: {
      ...picture(drawn),
      ...(address.level === 1 ? { values: shownValues(drawn) } : {}),
      marked: from,
    },
    ask: `The pass runs at $${inputs(drawn)}$. Nudge $${from}$ a little. Choose **every** edge that carries its influence on $C$ there.`,
    start: from,
    right,
    moving,
    paths,
    asleep: sleeping,
    solution: right.map((i) => arrowText(structure.edges[i]!)).join(' '),
  };
}

// An arrow --------------------------------------------------------------------------------------------------

type Wrong = ArrowExercise['wrong'];
type Asked = Pick<ArrowExercise, 'ask' | 'right'> &
  Partial<Pick<ArrowExercise, 'given'>> & {
    picture?: Partial<Picture>;
    wrong: (pair: Pair) => Wrong[string];
  };

const VARIANTS = { 1: [back, local], 2: [back, local, missing], 3: [missing, share] } as const;

export function arrow(bank: Bank, address: Address, random: Random): ArrowExercise | null {
  const drawn = start(bank, address, random);
  const { structure } = drawn;
  const asked = pick(random, VARIANTS[address.level as 1 | 2 | 3])(drawn, random);
  if (!asked) return null;
  const names = structure.nodes.map(({ name }) => name);
  const others = names
    .flatMap((a) => names.map((b): Pair => [a, b]))
    .filter(([a, b]) => a !== b && !asked.right.includes(arrowText([a, b])));
  return {
    kind: 'arrow',
    address,
    source: source(drawn),
    given: asked.given ?? lines(drawn),
    picture: { ...picture(drawn), ...asked.picture },
    ask: asked.ask,
    right: asked.right,
    wrong: Object.fromEntries(others.map((pair) => [arrowText(pair), asked.wrong(pair)])),
    solution: asked.right[0]!,
  };
}

const has = (all: readonly Pair[], [a, b]: Pair): boolean => all.some(([from, to]) => from === a && to === b);

/** Blame has arrived at a node: where does it go next? */
function back({ structure }: Drawn, random: Random): Asked | null {
  const { edges } = structure;
  const nodes = structure.nodes.map(({ name }) => name);
  const at = pick(
    random,
    nodes.filter((name) => edges.some(([, to]) => to === name) && structure.paths[name]!.length),
  );
  const into = edges.filter(([, to]) => to === at);
  return {
    ask: `The backward pass has reached $${at}$, and all blame for $C$ that belongs there has arrived. Draw an arrow along which it goes **next**.`,
    picture: { marked: at },
    right: into.map(([from]) => arrowText([at, from])),
    wrong: ([a, b]) => {
      if (has(edges, [a, b]) && (a === at || b === at))
        return { mistake: 'blame-forward', which: `${a} \\to ${b}` };
      if (a !== at) return { mistake: 'not-from-here', which: at };
      return { mistake: 'jump', which: `${a} \\text{ and } ${b}` };
    },
  };
}

/** Which edge does a local slope belong to? */
function local({ structure }: Drawn, random: Random): Asked {
  const { edges } = structure;
  const [from, to] = pick(random, edges);
  return {
    ask: `Draw the arrow whose local slope is $\\frac{\\partial ${to}}{\\partial ${from}}$: from what is nudged to what answers.`,
    right: [arrowText([from, to])],
    wrong: ([a, b]) => {
      if (a === to && b === from)
        return { mistake: 'slope-reversed', which: `\\frac{\\partial ${to}}{\\partial ${from}}` };
      if (has(edges, [a, b]))
        return { mistake: 'other-edge', which: `\\frac{\\partial ${b}}{\\partial ${a}}` };
      if (has(edges, [b, a]))
        return { mistake: 'other-edge', which: `\\frac{\\partial ${a}}{\\partial ${b}}` };
      return { mistake: 'jump', which: `${a} \\text{ and } ${b}` };
    },
  };
}

/** A drawing lacks an edge that the lines have. */
function missing({ structure }: Drawn, random: Random): Asked | null {
  const { edges, paths } = structure;
  const lacking = pick(random, edges);
  const [from, to] = lacking;
  const reads = (a: string, b: string): boolean => paths[a]!.some((path) => path.includes(b));
  return {
    ask: 'The drawing lacks **one** edge that the lines have. Draw it, from what is read to what is computed.',
    picture: { edges: edges.filter((edge) => edge !== lacking) },
    right: [arrowText(lacking)],
    wrong: ([a, b]) => {
      if (a === to && b === from)
        return { mistake: 'edge-reversed', which: `${from} \\text{ is read to compute } ${to}` };
      if (has(edges, [a, b]) || has(edges, [b, a]))
        return { mistake: 'already-drawn', which: `${a} \\text{ and } ${b}` };
      if (reads(a, b)) return { mistake: 'only-through', which: `${a} \\text{ reaches } ${b}` };
      return { mistake: 'not-read', which: `${b} \\text{ does not read } ${a}` };
    },
  };
}

/** Several shares arrive at a node: along which edge did one of them come? */
function share(drawn: Drawn, random: Random): Asked | null {
  const { structure, values } = drawn;
  const { edges } = structure;
  const shareOf = ([a, b]: Pair): number => values[`share_${b}_${a}`] ?? NaN;
  const leaving = (name: string) =>
    edges.filter((edge) => edge[0] === name && Number.isFinite(shareOf(edge)));
  const forks = structure.nodes.map(({ name }) => name).filter((name) => leaving(name).length > 1);
  if (!forks.length) return null;
  const at = pick(random, forks);
  const arrived = leaving(at);
  const asked = pick(random, arrived);
  const truth = shareOf(asked);
  const alike = arrived.some((edge) => edge !== asked && shareOf(edge) === truth);
  if (alike || truth === 0 || Math.abs(truth) > 300) return null;
  const shown = short(truth);
  return {
    ask: `The pass runs at $${inputs(drawn)}$. At $${at}$, ${arrived.length} shares of blame arrive and are added; one of them is $${shown}$. Draw the arrow along which it came.`,
    picture: {
      marked: at,
      values: Object.fromEntries(structure.nodes.map(({ name }) => [name, short(values[name]!)])),
    },
    right: [arrowText([asked[1], at])],
    wrong: ([a, b]) => {
      if (has(edges, [a, b])) return { mistake: 'blame-forward', which: `${a} \\to ${b}` };
      if (b !== at) return { mistake: 'not-to-here', which: at };
      if (!has(edges, [b, a])) return { mistake: 'jump', which: `${a} \\text{ and } ${b}` };
      if (values[`slope_${a}_${b}`] === truth) return { mistake: 'slope-for-share', which: shown };
      return { mistake: 'other-share', which: short(shareOf([b, a])) };
    },
  };
}

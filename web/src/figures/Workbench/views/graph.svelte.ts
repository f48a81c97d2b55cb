/**
 * What a person does with the graph of their function: which graph it is, what is folded, what is pointed at.
 * Drawing is another matter (../graph/); this is all there is for a keyboard and a screen reader as well.
 */

import type { GraphLevel, GraphValue } from '../../../engine/python/graph.ts';
import type { RunningKernel } from '../../../engine/python/kernel.ts';
import type { At } from '../../../engine/python/protocol.ts';
import { toNumber } from '../../../engine/python/sent.ts';
import { formatNumber } from '../../../parts/format.ts';
import {
  fold,
  foldedAtFirst,
  isScope,
  scopeItem,
  scopeOf,
  scopesAround,
  type Folding,
} from '../graph/folding.ts';
import type { Layout, Order } from '../graph/layout.ts';
import { Layouts } from '../graph/layouts.ts';
import { Latest } from '../latest.ts';
import {
  BOXES,
  indexOf,
  placeAt,
  placesShowing,
  reading,
  sceneOf,
  type Numbers,
  type Place,
  type Scene,
} from '../graph/scene.ts';

/** What the graph reads of an answer: adjoints, and where the kernel has the slopes. */
export interface Explained {
  explanation: {
    reverse: readonly { name: string; symbol: string; uses: readonly { through: string; kind: string }[] }[];
  };
  slopes: Record<string, Record<string, At>>;
}

/** What the graph needs of a session. */
export interface Bench {
  readonly answer: Explained | null;
  readonly values: Record<string, Float64Array>;
  /** All that a kernel of the function takes, as it is now. */
  readonly given: Readonly<Record<string, Float64Array>>;
  readonly selection: { name: string; index: number | null } | null;
  point(name: string, index?: number | null): void;
  unpoint(): void;
  at(place: At | undefined): Float64Array | null;
  ask(kind: 'graph', extra?: Record<string, unknown>): Promise<GraphValue>;
  kernels(module: string, name: string): Promise<RunningKernel>;
}

/** A row of the list of places. */
export interface Row {
  item: number;
  depth: number;
  /** Whether it is an open scope, a folded one, or neither. */
  open: boolean | null;
  place: number;
}

export const LEVELS: readonly { value: GraphLevel; label: string }[] = [
  { value: 'arrays', label: 'arrays' },
  { value: 'neurons', label: 'neurons' },
  { value: 'scalars', label: 'scalars' },
];

export class GraphView {
  level = $state<GraphLevel>('arrays');
  graph = $state.raw<GraphValue | null>(null);
  problem = $state.raw<{ message: string; remedy: string } | null>(null);
  busy = $state(false);
  /** The graph of this level is not there yet. */
  asking = $state(false);
  folded = $state.raw<ReadonlySet<number>>(new Set());
  sideways = $state(true);
  row = $state(0);
  /** Where the keyboard is: a place, or −1. */
  focus = $state(-1);
  private laid = $state.raw<{
    folding: Folding;
    layout: Layout;
    graph: GraphValue;
    sideways: boolean;
  } | null>(null);
  private readonly layouts = new Layouts();
  private asked = 0;
  private symbols = new Map<string, string>();
  /** What the graph's own kernel has of the steps between the stops. */
  inner = $state.raw<Record<string, Float64Array>>({});
  private kernel: RunningKernel | null = null;
  private readonly latest = new Latest();
  /** Of slopes, by source and target. */
  private kinds = new Map<string, string>();

  constructor(readonly session: Bench) {}

  // The graph ------------------------------------------------------------------------------------------------

  /** Fetches the graph of the level; a graph that came too late is dropped. */
  async load(level: GraphLevel = this.level): Promise<void> {
    const turn = (this.asked += 1);
    this.level = level;
    this.busy = this.asking = true;
    this.problem = null;
    try {
      const graph = await this.session.ask('graph', level === 'arrays' ? {} : { level });
      if (turn !== this.asked) return;
      this.asking = false;
      this.take(graph);
    } catch (thrown) {
      if (turn !== this.asked) return;
      this.problem = problemOf(thrown);
      this.graph = this.laid = null;
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }

  /** Shows a graph. What was folded stays so where the graph is of the same making. */
  take(graph: GraphValue): void {
    const same = this.graph && alike(this.graph, graph);
    const reverse = this.session.answer?.explanation.reverse ?? [];
    this.symbols = new Map(reverse.map(({ name, symbol }) => [name, symbol]));
    this.kinds = new Map(
      reverse.flatMap(({ name, uses }) =>
        uses.map(({ through, kind }) => [`${name} ${through}`, kind] as const),
      ),
    );
    this.graph = graph;
    void this.open(graph);
    if (same && this.laid) {
      this.laid = { ...this.laid, graph };
      return;
    }
    this.laid = null;
    this.row = 0;
    this.focus = -1;
    this.folded = foldedAtFirst(graph);
    void this.arrange();
  }

  close(): void {
    this.asked += 1;
    this.layouts.close();
    this.kernel?.close();
    this.kernel = null;
  }

  /** Works out the numbers of the steps between the stops. */
  refresh(): Promise<void> {
    return this.latest.run(async () => {
      const { kernel, session } = this;
      const inputs = this.graph?.inner?.inputs.map(([name, array, entry]): [string, Float64Array] => {
        const all = session.given[array] ?? new Float64Array();
        return [name, entry === null ? all : all.subarray(entry, entry + 1)];
      });
      if (!kernel || !inputs || inputs.some(([, numbers]) => numbers.length === 0)) return;
      const found = await kernel.run(Object.fromEntries(inputs), null);
      if (kernel === this.kernel) this.inner = found;
    });
  }

  /** Fetches the kernel of a graph's steps; without one they are drawn bare. */
  private async open(graph: GraphValue): Promise<void> {
    this.kernel?.close();
    this.kernel = null;
    this.inner = {};
    if (!graph.inner) return;
    const kernel = await this.session.kernels(graph.inner.module, 'inner');
    if (graph !== this.graph) return kernel.close();
    this.kernel = kernel;
    await this.refresh();
  }

  private step(at: At | undefined): Float64Array | undefined {
    if (at === undefined) return undefined;
    return typeof at === 'number' ? Float64Array.of(at) : (this.inner[at] ?? constant(at));
  }

  /** Columns from left to right, or rows from top to bottom where the view is narrow. */
  turn(sideways: boolean): void {
    if (sideways === this.sideways) return;
    this.sideways = sideways;
    if (this.graph) void this.arrange();
  }

  readonly numbers: Numbers = {
    value: (name) => this.session.values[name],
    adjoint: (name) => {
      const symbol = this.symbols.get(name);
      return symbol === undefined ? undefined : this.session.values[symbol];
    },
    symbol: (name) => this.symbols.get(name) ?? `d${name}`,
    slope: (source, target) => {
      const kind = this.kinds.get(`${source} ${target}`);
      const all = kind && this.session.at(this.session.answer?.slopes[source]?.[target]);
      return kind && all ? { kind, all } : undefined;
    },
    step: (node) => {
      const places = this.graph?.inner?.steps[node];
      return places && { value: this.step(places[0]), adjoint: this.step(places[1]) };
    },
  };

  /** What is drawn; null while there is nothing yet. */
  get scene(): Scene | null {
    const { laid } = this;
    return laid && sceneOf(laid.graph, laid.folding, laid.layout, laid.sideways, this.numbers, this.row);
  }

  /** Of neurons: how many examples there are to show. */
  get rows(): number {
    return this.level === 'neurons'
      ? Math.max(1, ...(this.graph?.nodes.map(({ rows = 1 }) => rows) ?? []))
      : 1;
  }

  /** How many places there are, and how many there would be with nothing folded. */
  get counts(): { shown: number; all: number } {
    return { shown: this.laid?.folding.items.length ?? 0, all: this.graph?.nodes.length ?? 0 };
  }

  // Folding --------------------------------------------------------------------------------------------------

  toggle(scope: number): void {
    const folded = new Set(this.folded);
    if (!folded.delete(scope)) folded.add(scope);
    this.refold(folded, scope);
  }

  foldAll(): void {
    this.refold(new Set(this.graph?.scopes.keys() ?? []));
  }

  unfoldAll(): void {
    this.refold(new Set());
  }

  /** Folds the scope a place lies in, or unfolds the scope that it is. */
  act(place: number): void {
    const item = this.laid?.folding.items[place];
    if (item === undefined || !this.graph) return;
    if (isScope(item)) this.toggle(scopeOf(item));
    else {
      const around = this.graph.nodes[item]!.scope ?? -1;
      if (around >= 0) this.toggle(around);
    }
  }

  private refold(folded: ReadonlySet<number>, anchor = -1): void {
    this.folded = folded;
    const focused = this.laid && this.focus >= 0 ? this.laid.folding.items[this.focus] : undefined;
    void this.arrange().then(() => {
      if (anchor >= 0) this.focus = this.placeOfScope(anchor);
      else if (focused !== undefined) this.focus = this.placeOfItem(focused);
    });
  }

  /** Where a scope is now: its own place, or that of the first node in it. */
  placeOfScope(scope: number): number {
    const folding = this.laid?.folding;
    if (!folding || !this.graph) return -1;
    const own = folding.items.indexOf(scopeItem(scope));
    if (own >= 0) return own;
    const shows = this.graph.scopes[scope]!.shows;
    const node = shows >= 0 ? shows : this.graph.nodes.findIndex((n) => this.within(n.scope ?? -1, scope));
    return node < 0 ? -1 : folding.placeOf[node]!;
  }

  private within(scope: number, around: number): boolean {
    return scopesAround(this.graph!, scope).includes(around);
  }

  private placeOfItem(item: number): number {
    return isScope(item) ? this.placeOfScope(scopeOf(item)) : (this.laid?.folding.placeOf[item] ?? -1);
  }

  private async arrange(): Promise<void> {
    const { graph, folded, sideways } = this;
    if (!graph) return;
    const folding = fold(graph, folded);
    const box = BOXES[graph.level];
    const [along, across] = sideways ? [box.width, box.height] : [box.height, box.width];
    const before = this.before(folding);
    const count = folding.items.length;
    // So that a large drawing is about as wide as it is tall, and a narrow one not far wider.
    const most = Math.round(sideways ? Math.max(26, 1.4 * count ** 0.5) : Math.max(6, 0.7 * count ** 0.5));
    const order: Order = {
      count,
      links: folding.links,
      along,
      across,
      most,
      ...(before && { before }),
    };
    const found = this.layouts.of(order);
    const layout = found instanceof Promise ? await this.waited(found) : found;
    if (graph === this.graph && folded === this.folded && sideways === this.sideways) {
      this.laid = { folding, layout, graph, sideways };
    }
  }

  private async waited(found: Promise<Layout>): Promise<Layout> {
    this.busy = true;
    const layout = await found;
    this.busy = false;
    return layout;
  }

  /** Where each place was across before, so that it stays there: what unfolds begins where it was folded. */
  private before(folding: Folding): Float32Array | undefined {
    const { laid } = this;
    if (!laid || laid.graph !== this.graph || laid.sideways !== this.sideways) return undefined;
    const old = new Map(laid.folding.items.map((item, place) => [item, laid.layout.across[place]!]));
    return Float32Array.from(folding.items, (item) => old.get(item) ?? NaN);
  }

  // Pointing -------------------------------------------------------------------------------------------------

  /** Places that show what is pointed at. */
  get lit(): number[] {
    const { laid } = this;
    const selection = this.session.selection;
    if (!laid || !selection) return [];
    const name = [...this.symbols].find(([, symbol]) => symbol === selection.name)?.[0] ?? selection.name;
    return placesShowing(laid, name, selection.index);
  }

  /** Points at the value of a place, in every view. */
  point(place: number): void {
    const found = this.placeAt(place);
    if (!found?.value) return this.session.unpoint();
    this.session.point(found.value, this.pointedIndex(found));
  }

  private pointedIndex({ node, index, value }: Place): number | null {
    const found = node >= 0 ? this.graph?.nodes[node] : undefined;
    if (found?.index !== undefined) return indexOf(found, this.row);
    return index !== null && (this.numbers.value(value)?.length ?? 1) > 1 ? index : null;
  }

  placeAt(place: number): Place | null {
    return this.laid && place >= 0 && place < this.laid.folding.items.length
      ? placeAt({ graph: this.laid.graph, folding: this.laid.folding, row: this.row }, place)
      : null;
  }

  /** What a place comes from, and what uses it. */
  around(place: number): { from: number[]; to: number[] } {
    const links = this.laid?.folding.links ?? [];
    const [from, to]: [number[], number[]] = [[], []];
    for (let i = 0; i < links.length; i += 2) {
      if (links[i + 1] === place) from.push(links[i]!);
      if (links[i] === place) to.push(links[i + 1]!);
    }
    return { from, to };
  }

  // The list ---------------------------------------------------------------------------------------------------

  /** All places within the scopes they lie in; what is in a scope stands together, in order of computation. */
  get list(): Row[] {
    const { laid, graph } = this;
    if (!laid || !graph) return [];
    const inside = new Map<number, { item: number; place: number }[]>([[-1, []]]);
    const put = (item: number, place: number, scope: number): void => {
      let siblings = inside.get(scope);
      if (!siblings) {
        inside.set(scope, (siblings = []));
        put(scopeItem(scope), -1, graph.scopes[scope]!.parent);
      }
      siblings.push({ item, place });
    };
    laid.folding.items.forEach((item, place) => {
      put(
        item,
        place,
        isScope(item) ? graph.scopes[scopeOf(item)]!.parent : (graph.nodes[item]!.scope ?? -1),
      );
    });
    const rows: Row[] = [];
    const list = (scope: number, depth: number): void => {
      for (const { item, place } of inside.get(scope)!) {
        rows.push({ item, depth, open: place < 0 ? true : isScope(item) ? false : null, place });
        if (place < 0) list(scopeOf(item), depth + 1);
      }
    };
    list(-1, 0);
    return rows;
  }

  /** A row in words: its name, its number, its adjoint. */
  words(row: Row): string {
    if (row.place < 0) return this.scopeWords(scopeOf(row.item));
    const place = this.placeAt(row.place)!;
    const parts = [place.title];
    const op = place.node >= 0 && !isScope(row.item) ? this.graph!.nodes[place.node]!.op : undefined;
    if (isScope(row.item)) parts.push(this.scopeWords(scopeOf(row.item)));
    else if (place.kind !== 'step') parts.push(KINDS[place.kind]!);
    else if (op && !place.value) parts.push(this.graph!.operations[op] ?? op);
    if (place.tag) parts.push(place.tag);
    const value = reading(this, place).one;
    const adjoint = reading(this, place, true).one;
    if (value !== undefined) parts.push(formatNumber(value));
    if (adjoint !== undefined) parts.push(`${this.numbers.symbol(place.value)} ${formatNumber(adjoint)}`);
    return parts.join(', ');
  }

  /** A place in words, and the line that computes it. */
  caption(place: number): { words: string; line: number | null; text: string } | null {
    const item = this.laid?.folding.items[place];
    const found = this.placeAt(place);
    if (item === undefined || !found || !this.graph) return null;
    const line = this.graph.nodes[found.node]?.line ?? null;
    const words = this.words({ item, place, depth: 0, open: null });
    return { words, line, text: line === null ? '' : (this.graph.lines[line] ?? '') };
  }

  scopeWords(scope: number): string {
    const { label, kind } = this.graph!.scopes[scope]!;
    return {
      function: `call of ${label}`,
      loop: label,
      turn: label,
      steps: `steps to ${label}`,
      array: `entries of ${label}`,
      entry: `steps to ${label}`,
      layer: `layer ${label}`,
    }[kind];
  }
}

/** A number that JSON has no sign for; undefined for the name of an array that is not there yet. */
function constant(word: string): Float64Array | undefined {
  return ['NaN', 'Infinity', '-Infinity'].includes(word)
    ? Float64Array.of(toNumber(word as 'NaN'))
    : undefined;
}

const KINDS: Record<string, string> = { input: 'input', constant: 'constant', output: 'result' };

function problemOf(thrown: unknown): { message: string; remedy: string } {
  const { message = String(thrown), remedy = '' } = (thrown ?? {}) as { message?: string; remedy?: string };
  return { message, remedy };
}

/** Whether a graph has the same places: only its numbers may be others. */
function alike(a: GraphValue, b: GraphValue): boolean {
  return (
    a.level === b.level &&
    a.name === b.name &&
    a.nodes.length === b.nodes.length &&
    a.scopes.length === b.scopes.length &&
    a.links.length === b.links.length &&
    a.nodes.every((node, at) => node.label === b.nodes[at]!.label) &&
    a.links.every(([s, t], at) => s === b.links[at]![0] && t === b.links[at]![1])
  );
}

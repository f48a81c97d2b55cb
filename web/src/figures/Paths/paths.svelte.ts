/** A small graph whose paths are coloured one by one: which edges are drawn, what was found. No view. */

import type { Stage } from '../../lesson/stage.svelte.ts';

export interface NodePlan {
  quantity: string;
  /** Its place: 0 to 1 across, 0 to 1 down. */
  at: [number, number];
  name: string;
}

export interface EdgePlan {
  from: string;
  to: string;
  /** The quantity that is its local slope. */
  slope: string;
}

export interface PathPlan {
  /** The nodes it goes through. */
  via: string[];
  /** The quantity that is the product of its slopes. */
  product: string;
}

export interface GraphPlan {
  nodes: NodePlan[];
  edges: EdgePlan[];
  paths: PathPlan[];
  /** The quantity that is the sum of all paths. */
  total?: string;
  /** How high it is drawn: 2 for one fork, 3 for more. */
  rows?: number;
}

/** Two ways to write a second use: what the switch turns between. */
export interface SwitchPlan {
  /** The input that is 1 for `+=` and 0 for `=`. */
  input: string;
  /** The variable's name in the program. */
  name: string;
  first: string;
  second: string;
  result: string;
  measured: string;
}

export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Between two ribbons on one edge, in px. */
const LANE = 8;

export class PathsState {
  width = $state(0);
  /** The nodes of the path that is being drawn, from its start. */
  trace: string[] = $state.raw([]);
  /** Indices of the paths that are coloured, in the order they were. */
  drawn: number[] = $state.raw([]);
  /** What an edge answers that does not go on from where the path is. */
  says = $state('');
  /** Values before the last nudge, by quantity. */
  before: Record<string, number> | null = $state.raw(null);

  readonly graph: GraphPlan = $derived.by(() => {
    const found = this.stage.option<Record<string, GraphPlan>>('graphs', {})[this.stage.option('graph', '')];
    if (!found) throw new Error('The scene names no graph.');
    return found;
  });
  readonly isNarrow = $derived.by(() => this.width < 560);
  readonly height = $derived.by(() => {
    const rows = this.graph.rows ?? 2;
    return this.isNarrow ? 100 + 62 * rows : 110 + 80 * rows;
  });
  readonly box = $derived.by(() => (this.isNarrow ? { w: 62, h: 48 } : { w: 104, h: 58 }));
  readonly canDraw = $derived.by(() => this.stage.option('pencils', false));
  /** Paths that are coloured: all of them where the scene says so. */
  readonly coloured = $derived.by(() =>
    this.stage.option('coloured', false) ? this.graph.paths.map((_, i) => i) : this.drawn,
  );
  readonly isComplete = $derived.by(() => this.coloured.length === this.graph.paths.length);
  /** Where paths start: nothing leads there. */
  readonly start = $derived.by(
    () =>
      this.graph.nodes.find(({ quantity }) => this.graph.edges.every(({ to }) => to !== quantity))!.quantity,
  );
  readonly end = $derived.by(
    () =>
      this.graph.nodes.find(({ quantity }) => this.graph.edges.every(({ from }) => from !== quantity))!
        .quantity,
  );

  constructor(readonly stage: Stage) {}

  spot(quantity: string): { x: number; y: number } {
    const { at } = this.node(quantity);
    const [x, y] = [this.box.w / 2 + 4, this.box.h / 2 + 4];
    return {
      x: Math.min(this.width - x, Math.max(x, at[0] * this.width)),
      y: y + at[1] * (this.height - 2 * y - 18),
    };
  }

  node(quantity: string): NodePlan {
    const found = this.graph.nodes.find((node) => node.quantity === quantity);
    if (!found) throw new Error(`The graph has no node “${quantity}”.`);
    return found;
  }

  edge(from: string, to: string): EdgePlan {
    const found = this.graph.edges.find((edge) => edge.from === from && edge.to === to);
    if (!found) throw new Error(`The graph has no edge from “${from}” to “${to}”.`);
    return found;
  }

  edgesOf(path: PathPlan): EdgePlan[] {
    return path.via.slice(1).map((to, i) => this.edge(path.via[i]!, to));
  }

  /** An edge's line between the boxes, moved sideways by `shift` px. */
  line(edge: EdgePlan, shift = 0): Line {
    const [a, b] = [this.spot(edge.from), this.spot(edge.to)];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const reach =
      Math.min(this.box.w / 2 / (Math.abs(ux) || 1e-9), this.box.h / 2 / (Math.abs(uy) || 1e-9)) + 4;
    const [sx, sy] = [-uy * shift, ux * shift];
    return {
      x1: a.x + ux * reach + sx,
      y1: a.y + uy * reach + sy,
      x2: b.x - ux * (reach + 6) + sx,
      y2: b.y - uy * (reach + 6) + sy,
    };
  }

  /** The ribbons of an edge: one per coloured path over it, side by side. */
  ribbons(edge: EdgePlan): { path: number; line: Line }[] {
    const over = this.graph.paths
      .map((path, index) => ({ path, index }))
      .filter(({ path, index }) => this.coloured.includes(index) && this.edgesOf(path).includes(edge));
    return over.map(({ index }, lane) => ({
      path: index,
      line: this.line(edge, (lane - (over.length - 1) / 2) * LANE),
    }));
  }

  /** Whether an edge belongs to the path that is being drawn. */
  isTraced(edge: EdgePlan): boolean {
    return this.trace.some((node, i) => node === edge.from && this.trace[i + 1] === edge.to);
  }

  /** Takes an edge into the path, or the last one out of it; a path that arrives is coloured. */
  take(edge: EdgePlan): void {
    if (!this.canDraw || this.isComplete) return;
    const here = this.trace.at(-1) ?? this.start;
    this.says = '';
    if (edge.to === here && this.isTraced(edge)) {
      this.trace = this.trace.length > 2 ? this.trace.slice(0, -1) : [];
    } else if (edge.from === here) {
      this.trace = [...(this.trace.length ? this.trace : [this.start]), edge.to];
      if (edge.to === this.end) this.arrive();
    } else {
      const name = this.node(here).name;
      this.says = this.trace.length
        ? `Your path is at “${name}” now: go on from there.`
        : `A path starts at “${name}”.`;
    }
  }

  private arrive(): void {
    const index = this.graph.paths.findIndex(({ via }) => via.join() === this.trace.join());
    if (index < 0) throw new Error(`The scene lists no path ${this.trace.join(' → ')}.`);
    this.trace = [];
    if (this.drawn.includes(index)) {
      this.says = 'That path is coloured already. Is there another?';
      return;
    }
    this.drawn = [...this.drawn, index];
    const left = this.graph.paths.length - this.drawn.length;
    this.says = left ? 'A path! Is there another?' : 'These are all of them.';
    const count = this.stage.option('count', '');
    if (count) this.stage.set(count, this.drawn.length);
  }

  /** Rubs everything out; where a goal counts, it counts from zero. */
  restart(): void {
    this.trace = [];
    this.drawn = [];
    this.says = '';
    this.before = null;
    const count = this.stage.option('count', '');
    if (count) this.stage.set(count, 0);
  }

  /** Moves an input a little, and keeps what every node showed before. */
  nudge(input: string, by: number): void {
    this.before = { ...this.stage.values };
    this.stage.set(input, this.stage.inputs[input]! + by);
  }

  turn(input: string, value: number): void {
    this.before = null;
    this.stage.set(input, value);
  }

  back(input: string): void {
    if (this.before) this.turn(input, this.before[input]!);
  }
}

export const LETTERS = 'ABCDEFGH';

/** Every quantity of the present graph, in reading order. */
export function shown(stage: Stage): string[] {
  const graph = stage.option<Record<string, GraphPlan>>('graphs', {})[stage.option('graph', '')];
  if (!graph) return [];
  const products = stage.option('coloured', false) ? graph.paths.map(({ product }) => product) : [];
  const all = [
    ...graph.nodes.map(({ quantity }) => quantity),
    ...graph.edges.map(({ slope }) => slope),
    ...products,
    ...(products.length && graph.total && stage.option('total', true) ? [graph.total] : []),
  ];
  return [...new Set(all)];
}

/** A backward pass in a code editor, checked edge by edge by Python in the browser: what is written, what was found. */

import { explain } from '../../engine/errors.ts';
import type { EdgeValue, EdgesValue, Mishap, Progress } from '../../engine/python/protocol.ts';
import type { PythonService, State } from '../../engine/python/service.ts';
import type { Store } from '../../lesson/progress.svelte.ts';
import type { Stage } from '../../lesson/stage.svelte.ts';

export interface NodePlan {
  /** The forward value; where it is a quantity of the stage, the two are lit together. */
  of: string;
  /** Its place: 0 to 1 across, 0 to 1 down. */
  at: [number, number];
}

export interface CellPlan {
  /** The name of a net. */
  net: string;
  source: string;
}

export interface NetPlan {
  nodes: NodePlan[];
  /** From, to: in the direction of the forward pass. */
  edges: [string, string][];
  rows?: number;
}

/** Milliseconds after which code is stopped. */
export const LONGEST = 20_000;

export class Notebook {
  source = $state('');
  /** What the last check found; null before the first, and while another cell is shown. */
  found = $state.raw<EdgesValue | null>(null);
  /** The code has changed since. */
  isStale = $state(false);
  error = $state.raw<Mishap | null>(null);
  printed = $state('');
  busy = $state(false);
  /** How many checks have come to an end. */
  checks = $state(0);
  state = $state<State>('idle');
  progress = $state.raw<Progress | null>(null);
  private aborter: AbortController | null = null;
  private python: PythonService | null = null;

  readonly name = $derived.by(() => this.stage.option('cell', ''));
  /** The scene's cell, if it has one: else the net stands there with its numbers. */
  readonly cell = $derived.by(() => cellOf(this.stage));
  readonly net = $derived.by(() => netOf(this.stage));
  readonly isChanged = $derived.by(() => this.cell !== undefined && this.source !== this.cell.source);
  /** The first edge that is wrong, from the cost backwards: one thing at a time. */
  readonly wrong = $derived.by(() => this.found?.edges.find(({ state }) => state === 'wrong') ?? null);
  /** Lines to mark in the code, with how. */
  readonly marks = $derived.by((): Record<number, 'right' | 'wrong'> => {
    if (this.isStale) return {};
    const marks: Record<number, 'right' | 'wrong'> = {};
    for (const edge of this.found?.edges ?? [])
      if (edge.state === 'right' && edge.line) marks[edge.line] = 'right';
    for (const edge of this.found?.edges ?? [])
      if (edge.state === 'wrong') marks[edge.accused || edge.line] = 'wrong';
    if (this.error?.line) marks[this.error.line] = 'wrong';
    const { verdict } = this.found ?? {};
    if (verdict && !verdict.ok && verdict.line) marks[verdict.line] = 'wrong';
    return marks;
  });

  constructor(
    readonly stage: Stage,
    private readonly open: () => Promise<PythonService>,
    private readonly store: Store | null,
    private readonly slug = '',
  ) {}

  private get key(): string {
    return `backsight-notebook-${this.slug}-${this.name}`;
  }

  /** Another step's cell: what was written there before is there again. */
  begin(): void {
    this.stop();
    this.clear();
    let kept: string | null = null;
    try {
      kept = this.store?.getItem(this.key) ?? null;
    } catch {
      // The storage is forbidden: the cell starts afresh.
    }
    this.source = kept ?? this.cell?.source ?? '';
  }

  edit(text: string): void {
    if (text === this.source) return;
    this.source = text;
    this.isStale = true;
    this.keep();
  }

  /** The cell as it was given. */
  restart(): void {
    this.clear();
    this.source = this.cell?.source ?? '';
    this.keep();
  }

  edge(of: string): EdgeValue | undefined {
    return this.found?.edges.find((edge) => edge.of === of);
  }

  async check(): Promise<void> {
    if (this.busy) return;
    this.clear();
    this.busy = true;
    const cell = this.name;
    this.aborter = new AbortController();
    const { signal } = this.aborter;
    try {
      const python = await this.service();
      await python.load((progress) => (this.progress = progress));
      const request = { kind: 'edges', source: this.source } as const;
      const answer = await python.run(request, { signal, timeout: LONGEST });
      if (cell === this.name) this.take(answer);
    } catch (thrown) {
      this.error = mishap(thrown);
    } finally {
      this.busy = false;
      this.checks += 1;
      this.progress = null;
    }
  }

  stop(): void {
    this.aborter?.abort();
    if (this.state === 'loading') this.python?.stop();
  }

  private take(answer: Awaited<ReturnType<PythonService['run']>>): void {
    this.printed = [answer.stdout, answer.stderr].filter(Boolean).join('\n');
    if (!answer.ok) {
      this.error = answer.error;
      return;
    }
    this.found = answer.value as EdgesValue;
    const right = this.found.edges.filter(({ state }) => state === 'right').length;
    this.stage.set('right', right);
    if (this.found.ok) this.stage.set('solved', 1);
  }

  private async service(): Promise<PythonService> {
    if (!this.python) {
      this.python = await this.open();
      this.python.subscribe((state) => (this.state = state));
    }
    return this.python;
  }

  private clear(): void {
    this.found = null;
    this.error = null;
    this.isStale = false;
    this.printed = '';
  }

  private keep(): void {
    try {
      if (this.isChanged) this.store?.setItem(this.key, this.source);
      else this.store?.removeItem(this.key);
    } catch {
      // The storage is full or forbidden.
    }
  }
}

function mishap(thrown: unknown): Mishap {
  const { text, remedy } = explain(thrown);
  return { code: 'failed', message: text, remedy, where: 'source', line: null, column: null, text: '' };
}

function cellOf(stage: Stage): CellPlan | undefined {
  return stage.option<Record<string, CellPlan>>('cells', {})[stage.option('cell', '')];
}

function netOf(stage: Stage): NetPlan {
  const name = cellOf(stage)?.net ?? stage.option('net', '');
  const found = stage.option<Record<string, NetPlan>>('nets', {})[name];
  if (!found) throw new Error(`The scene names no net: “${name}”.`);
  return found;
}

/** The quantities that the graph's boxes stand for; beside code, its names alone. */
export function shown(stage: Stage): string[] {
  const known = netOf(stage).nodes.filter(({ of }) => of in stage.data.quantities);
  return cellOf(stage) ? [] : known.map(({ of }) => of);
}

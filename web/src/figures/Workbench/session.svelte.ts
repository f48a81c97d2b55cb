/**
 * What a person has on the bench: their code, the numbers of its inputs, and everything that follows from them.
 *
 * Python explains the code once and writes a kernel; at other inputs the kernel alone works out the numbers. All views
 * read from here, and what is pointed at in one of them is lit in all.
 */

import { explain } from '../../engine/errors.ts';
import type { RunningKernel } from '../../engine/python/kernel.ts';
import type {
  At,
  ArgumentValue,
  LoadReport,
  Mishap,
  Progress,
  Request,
  Values,
  WorkbenchValue,
} from '../../engine/python/protocol.ts';
import { toNumber, type Nested, type Sent } from '../../engine/python/sent.ts';
import type { PythonService, State } from '../../engine/python/service.ts';
import { Latest } from './latest.ts';

/** Milliseconds after which code is stopped. */
const LONGEST = 20_000;

/** What is computed before anybody comes: answers to the requests of a starter, by kind. */
export type Prepared = Partial<{ [K in Request['kind']]: Values[K] }>;

export interface Written {
  source: string;
  example: string;
}

export interface Selection {
  name: string;
  /** Which entry, row-major; null for all of it. */
  index: number | null;
}

type Lazy = Exclude<Request['kind'], 'workbench' | 'execute' | 'check' | 'edges'>;
type Numbers = Record<string, Float64Array>;

export class Session {
  source = $state('');
  example = $state('');
  state = $state<State>('idle');
  progress = $state<Progress | null>(null);
  report = $state.raw<LoadReport | null>(null);
  answer = $state.raw<WorkbenchValue | null>(null);
  error = $state.raw<Mishap | null>(null);
  printed = $state('');
  /** From asking to the first numbers. */
  busy = $state(false);
  /** The numbers that the inputs have now, row-major. */
  inputs = $state.raw<Numbers>({});
  /** The numbers that the code came with. */
  typed = $state.raw<Numbers>({});
  /** By name: values, adjoints (`dz`), and every array of the kernel. */
  values = $state.raw<Numbers>({});
  selection = $state.raw<Selection | null>(null);
  /** A decision of the code came out otherwise than where it was traced: it is traced anew, once. */
  turned = $state(false);

  /** What the answer belongs to. */
  private asked = $state.raw<(Written & { at?: Nested[] }) | null>(null);
  /** The present answers to lazy requests, by kind and what they were asked with. */
  private lazy = new Map<string, Promise<unknown>>();
  private prepared: Prepared = {};
  private kernel: RunningKernel | null = null;
  private readonly latest = new Latest();
  private aborter: AbortController | null = null;

  /** `keep` is told of what a person writes. */
  constructor(
    private readonly python: PythonService,
    private readonly keep: (written: Written) => void = () => undefined,
  ) {
    python.subscribe((state) => (this.state = state));
  }

  /** Whether the code has changed since it was explained. */
  get stale(): boolean {
    return this.asked?.source !== this.source || this.asked.example !== this.example;
  }

  /** The names of the arguments the gradient is taken by. */
  get wrt(): readonly string[] {
    return this.answer?.explanation.wrt ?? [];
  }

  /** Puts other code on the bench. Nothing runs; a starter brings its answers along. */
  async open(written: Written, prepared: Prepared = {}): Promise<void> {
    this.source = written.source;
    this.example = written.example;
    this.clear();
    this.prepared = prepared;
    if (prepared.workbench) await this.settle(prepared.workbench, written);
  }

  /** Runs the code and explains it; what was there stays until the new answer is. */
  async run(at?: Nested[]): Promise<void> {
    this.aborter?.abort();
    const aborter = (this.aborter = new AbortController());
    const written = { source: this.source, example: this.example, ...(at && { at }) };
    this.busy = true;
    this.error = null;
    this.turned = at !== undefined;
    try {
      this.report = await this.python.load((progress) => (this.progress = progress));
      if (aborter.signal.aborted) return;
      const request = { kind: 'workbench', ...written } as const;
      const answer = await this.python.run(request, { signal: aborter.signal, timeout: LONGEST });
      if (aborter !== this.aborter) return;
      this.printed = [answer.stdout, answer.stderr].filter(Boolean).join('\n');
      if (!answer.ok) this.error = answer.error;
      else {
        this.prepared = {};
        await this.settle(answer.value, written);
      }
    } catch (thrown) {
      if (aborter === this.aborter) this.error = mishap(thrown);
    } finally {
      if (aborter === this.aborter) {
        this.busy = false;
        this.progress = null;
      }
    }
  }

  stop(): void {
    this.aborter?.abort();
    if (this.state === 'loading') this.python.stop();
    this.busy = false;
  }

  /** Somebody is about to write: Python is fetched meanwhile, so that it is there when they press Run. */
  expect(): void {
    // What goes wrong is said when it is needed.
    if (this.state === 'idle')
      this.python.load((progress) => (this.progress = progress)).catch(() => undefined);
  }

  write(field: keyof Written, text: string): void {
    this[field] = text;
    this.keep({ source: this.source, example: this.example });
    this.expect();
  }

  /** Moves an input, or one entry of it. */
  move(name: string, index: number, number: number): void {
    const before = this.inputs[name];
    if (!before) return;
    const after = before.slice();
    after[index] = number;
    this.give({ [name]: after });
  }

  /** Gives inputs other numbers; those of another length are left alone. */
  give(numbers: Numbers): void {
    const fitting = Object.entries(numbers).filter(([name, x]) => this.inputs[name]?.length === x.length);
    this.inputs = { ...this.inputs, ...Object.fromEntries(fitting) };
    this.turned = false;
    void this.refresh();
  }

  /** The inputs as they were typed. */
  reset(): void {
    this.give(this.typed);
  }

  point(name: string, index: number | null = null): void {
    this.selection = { name, index };
  }

  unpoint(): void {
    this.selection = null;
  }

  /** Whether a value or its adjoint is pointed at: they are lit together. */
  isLit(name: string): boolean {
    return this.selection !== null && this.valueOf(this.selection.name) === this.valueOf(name);
  }

  /** Whether the kernel has numbers of it, so that other views can show what is pointed at. */
  knows(name: string): boolean {
    return this.valueOf(name) in (this.answer?.values ?? {});
  }

  /** The value that an adjoint belongs to; a value is its own. */
  valueOf(name: string): string {
    return this.answer?.explanation.reverse.find(({ symbol }) => symbol === name)?.name ?? name;
  }

  /** The numbers at a place of the kernel. */
  at(place: At | undefined): Float64Array | null {
    if (place === undefined) return null;
    if (typeof place === 'number') return Float64Array.of(place);
    return this.values[place] ?? Float64Array.of(toNumber(place as 'NaN'));
  }

  /**
   * Asks for something that is not always needed, once per code and example.
   *
   * Throws what a view can show: a Mishap.
   */
  ask<K extends Lazy>(kind: K, extra: Record<string, unknown> = {}): Promise<Values[K]> {
    const key = JSON.stringify([kind, extra]);
    let found = this.lazy.get(key) as Promise<Values[K]> | undefined;
    if (!found) {
      found = this.answerOf(kind, extra);
      this.lazy.set(key, found);
      found.catch(() => this.lazy.delete(key));
    }
    return found;
  }

  /** The kernels of a module that Python has written, `name` for one. The view that opens them closes them. */
  kernels(module: string, name: string): Promise<RunningKernel> {
    return this.python.open(module, name);
  }

  /** All that a kernel of the function takes: the inputs as they are now, and what it closes over. */
  get given(): Readonly<Numbers> {
    return { ...numbersOf(this.answer?.captured ?? []), ...this.inputs };
  }

  close(): void {
    this.aborter?.abort();
    this.kernel?.close();
  }

  private async answerOf<K extends Lazy>(kind: K, extra: Record<string, unknown>): Promise<Values[K]> {
    const prepared = this.prepared[kind];
    if (prepared && Object.keys(extra).length === 0) return prepared as Values[K];
    const written = this.asked ?? { source: this.source, example: this.example };
    const request = { kind, ...written, ...extra } as Request;
    const answer = await this.python.run(request, { timeout: LONGEST });
    if (!answer.ok) throw answer.error;
    return answer.value as Values[K];
  }

  private async settle(answer: WorkbenchValue, written: Written & { at?: Nested[] }): Promise<void> {
    const kernel = await this.python.open(answer.module, 'live');
    this.kernel?.close();
    this.kernel = kernel;
    this.lazy = new Map();
    this.asked = written;
    this.answer = answer;
    this.inputs = numbersOf(answer.arguments);
    if (!written.at) this.typed = this.inputs;
    if (this.selection && !(this.valueOf(this.selection.name) in answer.values)) this.selection = null;
    await this.refresh();
  }

  /** Runs the kernel at the present inputs. */
  private async refresh(): Promise<void> {
    try {
      await this.latest.run(() => this.compute());
    } catch (thrown) {
      this.error = mishap(thrown);
    }
  }

  private async compute(): Promise<void> {
    const { kernel, answer } = this;
    if (!kernel || !answer) return;
    const found = await kernel.run(this.given, null);
    if (answer !== this.answer) return;
    const adjoints = answer.explanation.reverse.map(({ name, symbol }) => [symbol, answer.adjoints[name]]);
    const named = [...Object.entries(answer.values), ...(adjoints as [string, At][])];
    const aliases = named.map(([name, place]) => [name, numbersAt(found, place)] as const);
    this.values = { ...found, ...Object.fromEntries(aliases) };
    const turned = answer.guards.some(({ name, expected }) => (found[name]?.[0] !== 0) !== expected);
    if (turned && !this.turned) {
      this.turned = true;
      void this.run(nestedInputs(answer.arguments, this.inputs));
    }
  }

  private clear(): void {
    this.aborter?.abort();
    this.busy = false;
    this.answer = this.error = this.asked = this.selection = null;
    this.lazy = new Map();
    this.inputs = this.values = {};
    this.printed = '';
  }
}

function numbersAt(arrays: Numbers, place: At): Float64Array {
  if (typeof place === 'number') return Float64Array.of(place);
  return arrays[place] ?? Float64Array.of(toNumber(place as 'NaN'));
}

export function numbersOf(values: readonly ArgumentValue[]): Numbers {
  return Object.fromEntries(values.map(({ name, data }) => [name, Float64Array.from(data, toNumber)]));
}

/** The inputs as nested lists, as Python takes them. */
export function nestedInputs(values: readonly ArgumentValue[], inputs: Numbers): Nested[] {
  return values.map(({ name, shape }) => nested([...(inputs[name] ?? [])], shape));
}

/** A number as JSON can carry it. */
function sent(number: number | undefined): Sent {
  return Number.isFinite(number) ? number! : (String(number ?? NaN) as Sent);
}

function nested(flat: readonly number[], shape: readonly number[]): Nested {
  const [length, ...rest] = shape;
  if (length === undefined) return sent(flat[0]);
  const stride = flat.length / length;
  return Array.from({ length }, (_, row) => nested(flat.slice(row * stride, (row + 1) * stride), rest));
}

function mishap(thrown: unknown): Mishap {
  const { text, remedy } = explain(thrown);
  return { code: 'failed', message: text, remedy, where: 'source', line: null, column: null, text: '' };
}

/** A person's function as a kernel: its numbers at any point, in a worker of its own. No DOM. */

import { EngineError } from '../errors.ts';
import type { KernelValue } from './protocol.ts';
import { toNumber } from './sent.ts';

export type ToKernel =
  /** `kernel`: which of the module's; "gradient" if not given. */
  | { type: 'open'; id: number; module: string; kernel?: string }
  /** `outputs`: null for every array there is. `kernel`: another of the module's than the one that was opened. */
  | {
      type: 'run';
      id: number;
      inputs: Record<string, Float64Array>;
      outputs: string[] | null;
      kernel?: string;
    }
  /** Runs it for every entry of the columns, which are numbers of single inputs. */
  | {
      type: 'sweep';
      id: number;
      inputs: Record<string, Float64Array>;
      columns: Record<string, Float64Array>;
      outputs: string[];
      kernel?: string;
    }
  | {
      type: 'time';
      id: number;
      inputs: Record<string, Float64Array>;
      outputs: string[];
      milliseconds: number;
    };

export type FromKernel =
  | { type: 'done'; id: number; arrays: Record<string, Float64Array>; perSecond: number }
  | { type: 'failed'; id: number; message: string };

/** What a kernel needs of a worker. */
export interface KernelWorker {
  onmessage: ((event: MessageEvent<FromKernel>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToKernel): void;
  terminate(): void;
}

export interface Evaluation {
  value: number;
  /** By argument (or leaf of one), in the order asked for: row-major numbers. */
  gradient: Record<string, { shape: number[]; data: Float64Array }>;
  /** Whether every `if` came out as at the example; where not, the numbers belong to another branch. */
  sameBranch: boolean;
  /** Runs per second, when asked for. */
  perSecond: number;
}

type Numbers = Record<string, ArrayLike<number>>;
type Question<M> = M extends ToKernel ? Omit<M, 'id'> : never;

/** One kernel in a worker of its own: numbers in, numbers out. */
export class RunningKernel {
  private serial = 0;
  private readonly asked = new Map<
    number,
    { resolve(done: FromKernel & { type: 'done' }): void; reject(error: EngineError): void }
  >();

  private constructor(private readonly worker: KernelWorker) {
    worker.onmessage = ({ data }) => {
      const asked = this.asked.get(data.id);
      this.asked.delete(data.id);
      if (data.type === 'done') asked?.resolve(data);
      else asked?.reject(failure(data.message));
    };
    worker.onerror = (event) => this.giveUp(failure(event.message || 'its worker could not start'));
  }

  /** Throws an EngineError where the kernel cannot be run. */
  static async open(worker: KernelWorker, module: string, name = 'gradient'): Promise<RunningKernel> {
    const kernel = new RunningKernel(worker);
    await kernel.ask({ type: 'open', module, kernel: name });
    return kernel;
  }

  /** Runs it (or another kernel of its module) once; the arrays that were asked for, all of them for null. */
  async run(
    inputs: Numbers,
    outputs: string[] | null,
    kernel?: string,
  ): Promise<Record<string, Float64Array>> {
    return (await this.ask({ type: 'run', inputs: asArrays(inputs), outputs, kernel })).arrays;
  }

  /** Runs it once for every entry of the columns; outputs that are single numbers, one for each run. */
  async sweep(
    inputs: Numbers,
    columns: Record<string, Float64Array>,
    outputs: string[],
    kernel?: string,
  ): Promise<Record<string, Float64Array>> {
    return (await this.ask({ type: 'sweep', inputs: asArrays(inputs), columns, outputs, kernel })).arrays;
  }

  /** Runs it for a while; also how often a second it can. */
  async time(
    inputs: Numbers,
    outputs: string[],
    milliseconds: number,
  ): Promise<FromKernel & { type: 'done' }> {
    return this.ask({ type: 'time', milliseconds, inputs: asArrays(inputs), outputs });
  }

  /** Ends the worker. */
  close(): void {
    this.worker.terminate();
    this.giveUp(failure('it was closed'));
  }

  private ask(question: Question<ToKernel>): Promise<FromKernel & { type: 'done' }> {
    return new Promise((resolve, reject) => {
      const id = ++this.serial;
      this.asked.set(id, { resolve, reject });
      this.worker.postMessage({ ...question, id });
    });
  }

  private giveUp(error: EngineError): void {
    for (const { reject } of this.asked.values()) reject(error);
    this.asked.clear();
  }
}

/** A kernel of kind "kernel": the value and the gradient. */
export class PythonKernel {
  private constructor(
    private readonly kernel: RunningKernel,
    private readonly written: KernelValue,
  ) {}

  /** Throws an EngineError where the kernel cannot be run. */
  static async open(worker: KernelWorker, written: KernelValue): Promise<PythonKernel> {
    return new PythonKernel(await RunningKernel.open(worker, written.module), written);
  }

  /** The numbers of the example, by argument. */
  get example(): Numbers {
    return Object.fromEntries(this.written.inputs.map(({ name, data }) => [name, data.map(toNumber)]));
  }

  /** The value and gradient; arguments that are not given have the example's numbers. */
  async evaluate(at: Numbers = {}): Promise<Evaluation> {
    return this.read(await this.kernel.run({ ...this.example, ...at }, this.outputs), 0);
  }

  /** The same, and how often a second it can be had. */
  async measure(milliseconds: number, at: Numbers = {}): Promise<Evaluation> {
    const done = await this.kernel.time({ ...this.example, ...at }, this.outputs, milliseconds);
    return this.read(done.arrays, done.perSecond);
  }

  /** Ends the worker. */
  close(): void {
    this.kernel.close();
  }

  private get outputs(): string[] {
    return [...this.written.outputs, ...this.written.guards].flatMap(({ name }) => name ?? []);
  }

  private read(arrays: Record<string, Float64Array>, perSecond: number): Evaluation {
    const [value, ...slopes] = this.written.outputs.map(({ name, shape, value }) => ({
      shape,
      data: (name !== null ? arrays[name] : undefined) ?? Float64Array.of(toNumber(value ?? NaN)),
    }));
    return {
      value: value!.data[0]!,
      gradient: Object.fromEntries(this.written.wrt.map((name, index) => [name, slopes[index]!])),
      sameBranch: this.written.guards.every(({ name, expected }) => (arrays[name]?.[0] !== 0) === expected),
      perSecond,
    };
  }
}

function asArrays(numbers: Numbers): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(numbers).map(([name, data]) => [name, Float64Array.from(data)]));
}

function failure(words: string): EngineError {
  return new EngineError('kernel-failed', `The kernel does not run (${words}).`, 'Run the code again.');
}

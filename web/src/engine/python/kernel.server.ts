/** Runs the kernels of a module that Python has written, as it is told. A worker calls it, and so do tests. */

import type { Kernel, KernelModule } from '../payload.ts';
import type { FromKernel, ToKernel } from './kernel.ts';

export type Modules = Partial<Record<string, KernelModule>>;
type Arrays = Record<string, Float64Array>;

export class KernelServer {
  private modules: Modules = {};
  private opened = '';
  private readonly kernels = new Map<string, Kernel>();

  constructor(private readonly imported: (text: string) => Promise<Modules>) {}

  /** Never throws: what goes wrong is an answer. */
  async receive(message: ToKernel): Promise<FromKernel> {
    try {
      return { type: 'done', id: message.id, ...(await this.answer(message)) };
    } catch (thrown) {
      const words = thrown instanceof Error ? thrown.message : String(thrown);
      return { type: 'failed', id: message.id, message: words };
    }
  }

  private async answer(message: ToKernel): Promise<{ arrays: Arrays; perSecond: number }> {
    if (message.type === 'open') {
      this.modules = await this.imported(message.module);
      this.opened = message.kernel ?? 'gradient';
      this.named(this.opened);
      return { arrays: {}, perSecond: 0 };
    }
    const kernel = this.named(message.type === 'time' ? this.opened : (message.kernel ?? this.opened));
    for (const [name, numbers] of Object.entries(message.inputs)) array(kernel, name).set(numbers);
    if (message.type === 'sweep')
      return { arrays: swept(kernel, message.columns, message.outputs), perSecond: 0 };
    kernel.run();
    const perSecond = message.type === 'time' ? timed(kernel, message.milliseconds) : 0;
    const names = message.outputs ?? Object.keys(kernel.arrays);
    return {
      arrays: Object.fromEntries(names.map((name) => [name, array(kernel, name).slice()])),
      perSecond,
    };
  }

  private named(name: string): Kernel {
    const known = this.kernels.get(name);
    if (known) return known;
    const module = this.modules[name];
    if (!module)
      throw new Error(this.opened ? `the module has no kernel “${name}”` : 'the kernel is not open');
    const kernel = module.create({});
    this.kernels.set(name, kernel);
    return kernel;
  }
}

/** Runs it for every entry of the columns. */
function swept(kernel: Kernel, columns: Arrays, outputs: readonly string[]): Arrays {
  const inputs = Object.entries(columns).map(([name, numbers]) => ({ into: array(kernel, name), numbers }));
  const count = Math.max(0, ...inputs.map(({ numbers }) => numbers.length));
  const results = outputs.map((name) => ({ from: array(kernel, name), numbers: new Float64Array(count) }));
  for (let run = 0; run < count; run++) {
    for (const { into, numbers } of inputs) into[0] = numbers[run]!;
    kernel.run();
    for (const { from, numbers } of results) numbers[run] = from[0]!;
  }
  return Object.fromEntries(outputs.map((name, index) => [name, results[index]!.numbers]));
}

function array(kernel: Kernel, name: string): Float64Array {
  const found = kernel.arrays[name];
  if (!found) throw new Error(`the kernel has no array “${name}”`);
  return found;
}

/** Runs per second, over that many milliseconds; looks at the clock only now and then. */
function timed(kernel: Kernel, milliseconds: number): number {
  let runs = 0;
  let batch = 1;
  const begun = performance.now();
  for (;;) {
    const before = performance.now();
    for (let i = 0; i < batch; i++) kernel.run();
    runs += batch;
    const now = performance.now();
    if (now - begun >= milliseconds) return (runs * 1000) / (now - begun);
    if (now - before < milliseconds / 20) batch *= 2;
  }
}

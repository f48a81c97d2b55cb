/** A person's own function: what they typed, what Python made of it, and how far it is. */

import type { Evaluation } from '../../engine/python/kernel.ts';
import type { LoadReport, Mishap, Progress, TraceValue } from '../../engine/python/protocol.ts';
import type { PythonService, State } from '../../engine/python/service.ts';
import { explain } from '../../engine/errors.ts';
import { STARTS } from './examples.ts';

/** Milliseconds after which code is stopped. */
const LONGEST = 20_000;
/** Milliseconds for which the kernel's speed is measured. */
const MEASURE = 250;

export class YourFunction {
  source = $state(STARTS[0]!.source);
  example = $state(STARTS[0]!.example);
  state = $state<State>('idle');
  progress = $state<Progress | null>(null);
  answer = $state.raw<TraceValue | null>(null);
  measured = $state.raw<Evaluation | null>(null);
  error = $state.raw<Mishap | null>(null);
  printed = $state('');
  /** How Python started. */
  report = $state.raw<LoadReport | null>(null);
  /** From pressing Run until the last answer is there. */
  busy = $state(false);
  private aborter: AbortController | null = null;

  constructor(private readonly python: PythonService) {
    python.subscribe((state) => (this.state = state));
  }

  begin(index: number): void {
    const start = STARTS[index];
    if (!start) return;
    this.source = start.source;
    this.example = start.example;
    this.clear();
  }

  async run(): Promise<void> {
    if (this.busy) return;
    this.clear();
    this.busy = true;
    this.aborter = new AbortController();
    try {
      await this.ask(this.aborter.signal);
    } catch (thrown) {
      const { text, remedy } = explain(thrown);
      this.error = {
        code: 'failed',
        message: text,
        remedy,
        where: 'source',
        line: null,
        column: null,
        text: '',
      };
    } finally {
      this.busy = false;
      this.progress = null;
    }
  }

  stop(): void {
    this.aborter?.abort();
    if (this.state === 'loading') this.python.stop();
  }

  private async ask(signal: AbortSignal): Promise<void> {
    this.report = await this.python.load((progress) => (this.progress = progress));
    const about = { source: $state.snapshot(this.source), example: $state.snapshot(this.example) };
    const options = { signal, timeout: LONGEST };
    const traced = await this.python.run({ kind: 'trace', ...about }, options);
    this.printed = [traced.stdout, traced.stderr].filter(Boolean).join('\n');
    if (!traced.ok) {
      this.error = traced.error;
      return;
    }
    this.answer = traced.value;
    const written = await this.python.run({ kind: 'kernel', ...about }, options);
    if (!written.ok) {
      this.error = written.error;
      return;
    }
    const kernel = await this.python.kernel(written.value);
    try {
      this.measured = await kernel.measure(MEASURE);
    } finally {
      kernel.close();
    }
  }

  private clear(): void {
    this.answer = this.measured = this.error = null;
    this.printed = '';
  }
}

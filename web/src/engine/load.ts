/** Finds and loads what `backsight build` wrote: Programs, derivations and kernels. Each is loaded once. */

import { EngineError } from './errors.ts';
import type { Structure } from '../exercises/bank.ts';
import type {
  Activation,
  LadderData,
  LadderKernels,
  LessonKernels,
  KernelModule,
  NetKernels,
  NetPayload,
  Output,
} from './payload.ts';

export interface DataKernels {
  fruit: KernelModule;
  rings: KernelModule;
  xor: KernelModule;
  spiral: KernelModule;
  standardise: KernelModule;
  scaled: KernelModule;
}

export interface StartKernels {
  he: KernelModule;
  xavier: KernelModule;
  uniform: KernelModule;
}

export interface OptimiserKernels {
  gd: KernelModule;
  momentum: KernelModule;
  adam: KernelModule;
  norm: KernelModule;
}

/** What lies under a slope: see src/backsight/models/nudges.py. */
export interface NudgeKernels {
  nudged: KernelModule;
  quotient: KernelModule;
  corner: KernelModule;
}

/** How files are read: the browser's way by default, another in tests. */
export interface Reader {
  json(url: string): Promise<unknown>;
  module(url: string): Promise<unknown>;
}

const browser: Reader = {
  async json(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  },
  module: (url) => import(/* @vite-ignore */ url),
};

/** Reads files that came along as text, by their names: a notebook has no site to ask. */
export function textReader(files: Readonly<Record<string, string>>): Reader {
  const text = (url: string): string => {
    const found = files[url];
    if (found === undefined) throw new Error('it did not come along');
    return found;
  };
  return {
    json: (url) => Promise.resolve().then(() => JSON.parse(text(url)) as unknown),
    async module(url) {
      const address = URL.createObjectURL(new Blob([text(url)], { type: 'text/javascript' }));
      try {
        return (await import(/* @vite-ignore */ address)) as unknown;
      } finally {
        URL.revokeObjectURL(address);
      }
    },
  };
}

/** The address that the page names in `<meta name="backsight-payload" content="…">`. */
export function payloadBase(page: Document): string {
  const content = page.querySelector('meta[name="backsight-payload"]')?.getAttribute('content');
  if (!content) {
    throw new EngineError(
      'payload-unnamed',
      'This page does not say where its kernels are.',
      'Build the site again with “backsight build”.',
    );
  }
  return new URL(content.endsWith('/') ? content : `${content}/`, page.baseURI).href;
}

export function netId(depth: number, activation: Activation, output: Output): string {
  return `net-${depth}-${activation}-${output}`;
}

export class Library {
  private readonly loaded = new Map<string, Promise<unknown>>();

  /** `base` is an absolute address that ends in "/". */
  constructor(
    readonly base: string,
    private readonly reader: Reader = browser,
  ) {}

  netPayload(id: string): Promise<NetPayload> {
    return this.once(`${id}.json`) as Promise<NetPayload>;
  }

  netKernels(id: string): Promise<NetKernels> {
    return this.once(`${id}.js`) as Promise<NetKernels>;
  }

  functionKernels(id: string): Promise<LessonKernels> {
    return this.once(`${id}.js`) as Promise<LessonKernels>;
  }

  async ladder(id: string): Promise<{ data: LadderData; kernels: LadderKernels }> {
    const [data, kernels] = await Promise.all([this.once(`${id}-ladder.json`), this.once(`${id}-ladder.js`)]);
    return { data: data as LadderData, kernels: kernels as LadderKernels };
  }

  data(): Promise<DataKernels> {
    return this.once('data.js') as Promise<DataKernels>;
  }

  starts(): Promise<StartKernels> {
    return this.once('starts.js') as Promise<StartKernels>;
  }

  optimisers(): Promise<OptimiserKernels> {
    return this.once('optimisers.js') as Promise<OptimiserKernels>;
  }

  nudges(): Promise<NudgeKernels> {
    return this.once('nudges.js') as Promise<NudgeKernels>;
  }

  exercises(family: string): Promise<Structure[]> {
    return this.once(`exercises-${family}.json`) as Promise<Structure[]>;
  }

  exerciseKernels(family: string): Promise<Record<string, KernelModule>> {
    return this.once(`exercises-${family}.js`) as Promise<Record<string, KernelModule>>;
  }

  private once(file: string): Promise<unknown> {
    const known = this.loaded.get(file);
    if (known) return known;
    const url = this.base + file;
    const loading = (file.endsWith('.js') ? this.reader.module(url) : this.reader.json(url)).catch(
      (cause: unknown) => {
        // A later attempt may succeed: the network may be back.
        this.loaded.delete(file);
        throw new EngineError(
          'payload-missing',
          `“${file}” could not be loaded (${cause instanceof Error ? cause.message : String(cause)}).`,
          'Check the connection and try again; if it stays so, build the site again with “backsight build”.',
        );
      },
    );
    this.loaded.set(file, loading);
    return loading;
  }
}

/** What a person wrote on the workbench, kept in this browser: no reload, example or link loses it. */

import type { Store } from '../../lesson/progress.svelte.ts';
import type { Written } from './session.svelte.ts';

const KEY = 'backsight-workbench';
/** The oldest go first. */
export const MOST_DRAFTS = 8;

interface Kept {
  /** Functions, the latest first. */
  functions: Written[];
  /** The backward pass to be checked; null while it is the example's. */
  pass: string | null;
}

export class Drafts {
  private kept: Kept = $state({ functions: [], pass: null });
  /** Whether what is written now goes on with the latest draft. */
  private going = false;

  constructor(private readonly store: Store | null) {
    try {
      const found = JSON.parse(store?.getItem(KEY) ?? '{}') as Partial<Kept>;
      if (Array.isArray(found.functions)) this.kept.functions = found.functions.filter(isWritten);
      if (typeof found.pass === 'string') this.kept.pass = found.pass;
    } catch {
      // What cannot be read is forgotten: the bench starts afresh.
    }
  }

  get functions(): readonly Written[] {
    return this.kept.functions;
  }

  get pass(): string | null {
    return this.kept.pass;
  }

  /** Other code was put on the bench: what is written from now on is another draft. */
  turn(): void {
    this.going = false;
  }

  /** A draft was put on the bench: it is the latest now, and writing goes on with it. */
  takeUp(draft: Written): void {
    this.kept.functions = [draft, ...this.kept.functions.filter((other) => !same(other, draft))];
    this.going = true;
    this.save();
  }

  write({ source, example }: Written): void {
    const before = this.going ? this.kept.functions.slice(1) : this.kept.functions;
    this.kept.functions = [{ source, example }, ...before].slice(0, MOST_DRAFTS);
    this.going = true;
    this.save();
  }

  writePass(source: string): void {
    this.kept.pass = source;
    this.save();
  }

  forget(): void {
    this.kept.functions = [];
    this.going = false;
    this.save();
  }

  private save(): void {
    try {
      this.store?.setItem(KEY, JSON.stringify(this.kept));
    } catch {
      // Storage is full or forbidden: the page still has it, until it is closed.
    }
  }
}

/** What a draft is called: its last function's name. */
export function nameOf({ source }: Written): string {
  return [...source.matchAll(/^def\s+(\w+)/gm)].at(-1)?.[1] ?? 'no function yet';
}

function same(one: Written, other: Written): boolean {
  return one.source === other.source && one.example === other.example;
}

function isWritten(data: unknown): data is Written {
  const { source, example } = (data ?? {}) as Record<string, unknown>;
  return typeof source === 'string' && typeof example === 'string';
}

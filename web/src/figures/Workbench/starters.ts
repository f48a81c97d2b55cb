/** Functions to begin with, and what was computed of them when the site was built: they open without Python. */

import { EngineError } from '../../engine/errors.ts';
import type { Words } from '../Notebook/completion.ts';
import type { Prepared, Written } from './session.svelte.ts';

/** What src/backsight/guide/starters.py writes into `workbench/index.json`. */
export interface Shelf {
  starters: Starter[];
  /** Names that `np` has here, for completion. */
  words: Words;
}

export interface Starter extends Written {
  slug: string;
  title: string;
  /** What it is about, in a line. */
  about: string;
  group: string;
}

export class Starters {
  private list: Promise<Shelf> | null = null;
  private readonly base: string;

  /** `payload`: the address of what was computed, ending in a slash. */
  constructor(payload: string) {
    this.base = `${payload}workbench/`;
  }

  /** All of them. Throws an EngineError where they cannot be fetched. */
  all(): Promise<Shelf> {
    this.list ??= this.fetched<Shelf>('index.json');
    this.list.catch(() => (this.list = null));
    return this.list;
  }

  /** What Python has answered about one. */
  prepared(slug: string): Promise<Prepared> {
    return this.fetched<Prepared>(`${slug}.json`);
  }

  private async fetched<T>(name: string): Promise<T> {
    try {
      const response = await fetch(this.base + name);
      if (!response.ok) throw new Error(`status ${response.status}`);
      return (await response.json()) as T;
    } catch {
      throw new EngineError(
        'starter-missing',
        'This example could not be fetched.',
        'Check the connection and reload the page.',
      );
    }
  }
}

/** What a learner answered and finished, kept in the browser where it may be. */

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Kept {
  /** Answers by block: whatever the block keeps. */
  answers: Record<string, unknown>;
  /** Blocks whose task is done. */
  done: Record<string, boolean>;
  /** Steps that were seen. */
  seen: Record<string, boolean>;
}

/** The browser's storage, or null where it is forbidden: then a lesson works, and forgets. */
export function browserStore(): Store | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export class Progress {
  private kept: Kept = $state({ answers: {}, done: {}, seen: {} });
  private readonly key: string;

  constructor(
    slug: string,
    private readonly store: Store | null,
  ) {
    this.key = `backsight-lesson-${slug}`;
    try {
      const text = store?.getItem(this.key);
      if (text) this.kept = { ...this.kept, ...(JSON.parse(text) as Partial<Kept>) };
    } catch {
      // What cannot be read is forgotten: the lesson starts afresh.
    }
  }

  answer<T>(block: string): T | undefined {
    return this.kept.answers[block] as T | undefined;
  }

  keep(block: string, answer: unknown): void {
    this.kept.answers[block] = answer;
    this.save();
  }

  isDone(block: string): boolean {
    return this.kept.done[block] === true;
  }

  /** How many tasks are done: blocks, and blanks of ledgers. */
  get doneCount(): number {
    return Object.keys(this.kept.done).length;
  }

  finish(block: string): void {
    if (this.kept.done[block]) return;
    this.kept.done[block] = true;
    this.save();
  }

  isSeen(step: string): boolean {
    return this.kept.seen[step] === true;
  }

  see(step: string): void {
    if (this.kept.seen[step]) return;
    this.kept.seen[step] = true;
    this.save();
  }

  forget(): void {
    this.kept = { answers: {}, done: {}, seen: {} };
    try {
      this.store?.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }

  private save(): void {
    try {
      this.store?.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // The storage is full or forbidden.
    }
  }
}

/** An error meant for people: what happened and what to do about it. */
export class EngineError extends Error {
  constructor(
    /** A short name for tests and bug reports, e.g. "payload-missing". */
    readonly code: string,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = 'EngineError';
  }
}

/** Any thrown thing as text and remedy. */
export function explain(thrown: unknown): { text: string; remedy: string } {
  if (thrown instanceof EngineError) return { text: thrown.message, remedy: thrown.remedy };
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return { text, remedy: 'Reload the page. If it happens again, please report it with these words.' };
}

/** Numbers on their way from Python. */

/** A number as Python sends it; those that JSON lacks travel as words. See `toNumber`. */
export type Sent = number | 'NaN' | 'Infinity' | '-Infinity';
/** A number, or an array as nested lists. */
export type Nested = Sent | boolean | Nested[];

/** A number that Python sent. */
export function toNumber(sent: Sent | boolean): number {
  return Number(sent);
}

/** The value of a rule that a learner put together: shown factors, joined as shown. */

import type { RuleData } from '../data.ts';
import type { Stage } from '../stage.svelte.ts';

const JOIN: Record<string, (a: number, b: number) => number> = {
  '×': (a, b) => a * b,
  '+': (a, b) => a + b,
};

export function valueOfRule(
  rule: RuleData,
  picks: readonly number[],
  join: number,
  stage: Stage,
  at: Record<string, number>,
): number {
  const factors = rule.slot.map((slot, i) => stage.value(slot.options[picks[i] ?? -1]?.value ?? NaN, at));
  return factors.reduce(JOIN[rule.joins[join] ?? ''] ?? (() => NaN));
}

/** What is being practised: the exercise's address in the page's fragment, and how many came out right. */

import { fresh } from '../../exercises/fresh.ts';
import type { Family } from '../../exercises/bank.ts';
import type { Address, Kind } from '../../exercises/exercise.ts';

interface Skill {
  name: string;
  label: string;
  title: string;
  kind: Kind;
  family: Family;
}

export const SKILLS: readonly Skill[] = [
  { name: 'formula.chain', label: 'Formulas', title: 'Functions in a row', kind: 'formula', family: 'chain' },
  {
    name: 'formula.reuse',
    label: 'Used twice',
    title: 'One value, used twice',
    kind: 'formula',
    family: 'reuse',
  },
  { name: 'number.chain', label: 'Numbers', title: 'A slope at one place', kind: 'number', family: 'chain' },
  {
    name: 'number.reuse',
    label: 'Two paths',
    title: 'A slope over two paths',
    kind: 'number',
    family: 'reuse',
  },
  {
    name: 'number.graph',
    label: 'Sums over paths',
    title: 'A slope on a graph',
    kind: 'number',
    family: 'graph',
  },
  {
    name: 'edges.graph',
    label: 'Who has a say?',
    title: 'The edges that carry',
    kind: 'edges',
    family: 'graph',
  },
  {
    name: 'number.relu',
    label: 'Asleep or awake',
    title: 'A slope through units, some asleep',
    kind: 'number',
    family: 'relu',
  },
  {
    name: 'edges.relu',
    label: 'Folded away?',
    title: 'The edges that carry, here',
    kind: 'edges',
    family: 'relu',
  },
  {
    name: 'number.inverse',
    label: 'Undone',
    title: 'The slope of what undoes',
    kind: 'number',
    family: 'inverse',
  },
  { name: 'arrow.graph', label: 'Arrows', title: 'An arrow to draw', kind: 'arrow', family: 'graph' },
  {
    name: 'order.graph',
    label: 'In order',
    title: 'A backward pass in order',
    kind: 'order',
    family: 'graph',
  },
];

export const LEVELS = [
  { value: 1, label: 'gentle' },
  { value: 2, label: 'steeper' },
  { value: 3, label: 'rocky' },
];

export class Session {
  skill = $state(SKILLS[0]!.name);
  level = $state(1);
  seed = $state(fresh());
  /** Right answers since the page was opened. A miss takes none away. */
  right = $state(0);

  private readonly chosen = $derived(SKILLS.find(({ name }) => name === this.skill) ?? SKILLS[0]!);
  readonly title = $derived(this.chosen.title);
  readonly address: Address = $derived({
    kind: this.chosen.kind,
    family: this.chosen.family,
    level: this.level,
    seed: this.seed,
  });

  constructor() {
    this.read(location.hash);
    this.write();
  }

  choose(changes: { skill?: string; level?: number }): void {
    if (changes.skill !== undefined) this.skill = changes.skill;
    if (changes.level !== undefined) this.level = changes.level;
    this.next();
  }

  next(): void {
    this.seed = fresh();
    this.write();
  }

  count(): void {
    this.right += 1;
  }

  /** Takes over what a fragment names; anything else in it is ignored. */
  read(fragment: string): void {
    const query = new URLSearchParams(fragment.replace(/^#/, ''));
    const skill = query.get('what');
    if (SKILLS.some(({ name }) => name === skill)) this.skill = skill!;
    const level = Number(query.get('level'));
    if (LEVELS.some(({ value }) => value === level)) this.level = level;
    const seed = Number(query.get('seed'));
    if (query.has('seed') && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) this.seed = seed;
  }

  private write(): void {
    const query = new URLSearchParams({
      what: this.skill,
      level: String(this.level),
      seed: String(this.seed),
    });
    history.replaceState(null, '', `#${query}`);
  }
}

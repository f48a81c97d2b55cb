/** Walking through a lesson's steps: where one is, what is done, and what is said about it. */

import type { BlockData, LessonData, StepData } from './data.ts';
import type { Progress } from './progress.svelte.ts';
import type { Stage } from './stage.svelte.ts';

export class Walk {
  index = $state(0);
  /** Spoken to those who do not see the page change. */
  announcement = $state('');

  readonly step: StepData = $derived.by(() => this.lesson.steps[this.index]!);
  readonly isFirst = $derived.by(() => this.index === 0);
  readonly isLast = $derived.by(() => this.index === this.lesson.steps.length - 1);
  readonly isDone = $derived.by(() => this.isStepDone(this.step));
  /** Blanks of the present step's ledger that are still to be filled in. */
  readonly blanksLeft = $derived.by(() => blanksOf(this.step).filter((name) => this.isBlank(name)).length);

  constructor(
    readonly lesson: LessonData,
    readonly stage: Stage,
    readonly progress: Progress,
  ) {
    stage.isBlank = (quantity) => this.isBlank(quantity);
    const key = (name: string) => `${this.step.slug} figure ${name}`;
    stage.memory = {
      recall: (name) => progress.answer(key(name)),
      keep: (name, value) => progress.keep(key(name), value),
    };
  }

  /** Goes to a step by its slug; an unknown slug leads to the first. */
  open(slug: string): void {
    this.go(
      Math.max(
        0,
        this.lesson.steps.findIndex((step) => step.slug === slug),
      ),
    );
  }

  go(index: number): void {
    const step = this.lesson.steps[index];
    if (!step) return;
    this.index = index;
    const covering = step.blocks.find((block) => block.kind === 'predict');
    this.stage.enter(step.scene, covering !== undefined && !this.progress.isDone(covering.id));
    this.progress.see(step.slug);
    this.announcement = `Step ${index + 1} of ${this.lesson.steps.length}: ${step.title}`;
  }

  /** A block's task is done: kept, and said. */
  finish(block: BlockData, says: string): void {
    this.progress.finish(block.id);
    if (block.kind === 'predict') this.stage.locked = false;
    this.announcement = says;
  }

  /** Blanks of the present step's ledger fade in from its last row backwards; a filled one stays filled. */
  isBlank(quantity: string): boolean {
    return blanksOf(this.step).includes(quantity) && !this.progress.isDone(blankId(this.step, quantity));
  }

  fillBlank(quantity: string): void {
    this.progress.finish(blankId(this.step, quantity));
    this.announcement = 'Right.';
  }

  isStepDone(step: StepData): boolean {
    const tasks = [
      ...step.blocks.map((block) => block.id),
      ...blanksOf(step).map((quantity) => blankId(step, quantity)),
    ];
    return this.progress.isSeen(step.slug) && tasks.every((task) => this.progress.isDone(task));
  }
}

const blankId = (step: StepData, quantity: string): string => `${step.slug} ledger ${quantity}`;

function blanksOf(step: StepData): string[] {
  const rows = step.scene.ledger ?? [];
  return rows.slice(rows.length - (step.scene.blanks ?? 0));
}

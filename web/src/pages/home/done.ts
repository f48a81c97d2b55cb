/** How far a person is in a lesson, from what its page keeps in this browser. */

import { Progress, type Store } from '../../lesson/progress.svelte.ts';
import type { LessonPage } from './course.ts';

/** “done”, “3 of 14”, or null where nothing was begun. */
export function doneShare(store: Store | null, page: LessonPage): string | null {
  const done = new Progress(page.slug, store).doneCount;
  if (done === 0) return null;
  return done >= page.tasks ? 'done' : `${done} of ${page.tasks}`;
}

/**
 * Painting in turn: pictures that change together are painted in the frames after the change, one after the other, so
 * that no frame is long. The frame of the change itself has the page to bring up to date.
 */

type Frames = Pick<typeof globalThis, 'requestAnimationFrame'> & { now: () => number };

export class Turns {
  private readonly line = new Set<() => void>();
  private asked = false;

  /** Painting goes on until `budget` milliseconds of a frame are used; what is left has the next frame. */
  constructor(
    private readonly budget: number,
    private readonly frames: Frames = {
      requestAnimationFrame: (call) => requestAnimationFrame(call),
      now: () => performance.now(),
    },
  ) {}

  /** Joins the line; who is in it already keeps the place. */
  ask(paint: () => void): void {
    this.line.add(paint);
    if (this.asked) return;
    this.asked = true;
    this.frames.requestAnimationFrame(() => this.next());
  }

  leave(paint: () => void): void {
    this.line.delete(paint);
  }

  private next(): void {
    this.asked = this.line.size > 0;
    if (this.asked) this.frames.requestAnimationFrame(() => this.serve());
  }

  private serve(): void {
    const begun = this.frames.now();
    for (const paint of this.line) {
      this.line.delete(paint);
      paint();
      if (this.frames.now() - begun >= this.budget) break;
    }
    this.next();
  }
}

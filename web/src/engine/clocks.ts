/** The training worker's sense of time: how much to do, how fast it goes, what not to do too often. */

/** How many ticks are owed at a number of ticks per second; what cannot be done in time is forgiven. */
export class Pace {
  private from = 0;
  private ticks = 0;

  restart(now: number): void {
    this.from = now;
    this.ticks = 0;
  }

  owed(now: number, perSecond: number): number {
    if (perSecond === Infinity) return Infinity;
    // The first tick comes at once: a press of play is answered.
    const due = Math.floor(((now - this.from) / 1000) * perSecond) + 1 - this.ticks;
    if (due <= perSecond / 4 + 1) return due;
    this.restart(now);
    return 1;
  }

  done(ticks: number): void {
    this.ticks += ticks;
  }

  /** Milliseconds until the next tick. */
  wait(now: number, perSecond: number): number {
    if (perSecond === Infinity) return 0;
    return Math.max(0, this.from + (this.ticks * 1000) / perSecond - now);
  }
}

/** Epochs per second, over about the last half second. */
export class Meter {
  rate = 0;
  private since = 0;
  private epoch = 0;

  restart(now: number, epoch: number): void {
    this.since = now;
    this.epoch = epoch;
    this.rate = 0;
  }

  tell(now: number, epoch: number): void {
    const elapsed = now - this.since;
    if (elapsed < 500) return;
    this.rate = ((epoch - this.epoch) * 1000) / elapsed;
    this.since = now;
    this.epoch = epoch;
  }
}

/** Something worth showing that costs time: while training runs, it may take a small share of it. */
export class Sparing<T> {
  private known: { value: T; at: number; took: number } | null = null;

  constructor(
    private readonly now: () => number,
    private readonly atLeast = 0,
  ) {}

  forget(): void {
    this.known = null;
  }

  /** Would `look` compute anew? */
  due(spare: boolean): boolean {
    const { known } = this;
    return !spare || !known || this.now() - known.at >= Math.max(this.atLeast, known.took * 8);
  }

  look(spare: boolean, compute: () => T): T {
    if (this.known && !this.due(spare)) return this.known.value;
    const start = this.now();
    const value = compute();
    const at = this.now();
    this.known = { value, at, took: at - start };
    return value;
  }
}

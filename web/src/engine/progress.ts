/** Decides from sampled costs whether training has arrived, or has stopped getting anywhere. */

/** Training accuracy that counts as having learned the data. */
export const LEARNED = 0.995;
/** On a plateau, accuracy from here on counts as done: the rest is noise in the data. */
export const GOOD = 0.95;

const PATIENCE = 1500;
const SETTLE = 200;
/** Samples of exactly the same cost before we ask whether anything can move at all. */
const FROZEN = 20;

export type Verdict = 'done' | 'plateau' | null;

export class Progress {
  private best = { epoch: 0, cost: Infinity };
  private learnedSince: number | null = null;
  private last = { cost: NaN, times: 0 };
  /** Verdicts are given once; the person may go on. */
  private silent = false;

  /** Forget everything: weights, data or settings changed. */
  restart(epoch: number): void {
    this.best = { epoch, cost: Infinity };
    this.learnedSince = null;
    this.silent = false;
  }

  /** The person has seen the verdict and goes on. */
  hush(): void {
    this.silent = true;
  }

  /** Told again and again of the cost and accuracy over the training examples. */
  tell(epoch: number, cost: number, accuracy: number, cannotMove: () => boolean): Verdict {
    this.last = { cost, times: cost === this.last.cost ? this.last.times + 1 : 0 };
    if (cost < this.best.cost * 0.995) this.best = { epoch, cost };
    if (accuracy < LEARNED) this.learnedSince = null;
    else this.learnedSince ??= epoch;
    if (this.silent) return null;
    if (this.learnedSince !== null && epoch - this.learnedSince >= Math.max(SETTLE, epoch / 4)) return 'done';
    const flat = epoch - this.best.epoch >= Math.max(PATIENCE, epoch / 2);
    const frozen = this.last.times > 0 && this.last.times % FROZEN === 0 && cannotMove();
    if (!flat && !frozen) return null;
    return accuracy >= GOOD ? 'done' : 'plateau';
  }
}

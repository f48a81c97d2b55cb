/** Does one thing at a time; while it goes on, only the latest wish is kept. */
export class Latest {
  private running = false;
  private again = false;

  /** Rejects as `work` does. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      do {
        this.again = false;
        await work();
      } while (this.again);
    } finally {
      this.running = false;
    }
  }
}

/**
 * Python's memory once it has started and knows the core, kept in this browser: the next start takes a tenth of the time
 * (docs/decisions/0006). Nothing of a person's is in it: it is made before any of their code has run.
 */

const STORE = 'backsight-python';

export class SnapshotStore {
  private constructor(
    private readonly cache: Cache,
    private readonly address: string,
  ) {}

  /** Null where the browser keeps nothing: without https, say, or in some private windows. */
  static async open(address: string): Promise<SnapshotStore | null> {
    try {
      return new SnapshotStore(await caches.open(STORE), address);
    } catch {
      return null;
    }
  }

  async read(): Promise<ArrayBuffer | null> {
    const found = await this.cache.match(this.address).catch(() => undefined);
    return found ? found.arrayBuffer() : null;
  }

  /**
   * Keeps this one and none before it; does without where there is no room. What is to be kept is handed over at once: the
   * next thing this worker does may be a person's endless loop.
   */
  async write(snapshot: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      const kept = this.cache.put(this.address, new Response(new Blob([snapshot])));
      for (const request of await this.cache.keys())
        if (request.url !== this.address) await this.cache.delete(request);
      await kept;
    } catch {
      // The next start is as slow as this one was.
    }
  }

  async clear(): Promise<void> {
    for (const request of await this.cache.keys()) await this.cache.delete(request);
  }
}

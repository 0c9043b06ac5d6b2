import type { Log } from "../core/logging/log.ts";

/** Work that nobody awaits where it starts: kept, so that it can be waited for and its failure is seen. */
export class BackgroundWork {
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  get size(): number {
    return this.#running.size;
  }

  run(what: string, work: () => Promise<unknown>): void {
    const running = this.#guarded(what, work);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  /** Settles when nothing is under way, also of what was started meanwhile. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #guarded(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.warn(`${what} failed`, { error });
    }
  }
}

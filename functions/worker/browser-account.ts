import type { BrowserPool, BrowserUsage } from "../browser/browser-pool.ts";

const NOTHING: BrowserUsage = { cpuSeconds: 0, launches: 0, crashes: 0 };

/**
 * What the browser room used since the last invocation was accounted for. What happens between two invocations, and at
 * the container's start, counts for the next one, so that nothing is left out.
 */
export class BrowserAccount {
  readonly #browser: Pick<BrowserPool, "usage">;
  #accounted = NOTHING;

  constructor(browser: Pick<BrowserPool, "usage">) {
    this.#browser = browser;
  }

  async close(): Promise<BrowserUsage> {
    const before = this.#accounted;
    const now = await this.#browser.usage();
    this.#accounted = now;
    return {
      cpuSeconds: now.cpuSeconds - before.cpuSeconds,
      launches: now.launches - before.launches,
      crashes: now.crashes - before.crashes,
    };
  }
}

import type { BrowserPool } from "../../../functions/browser/browser-pool.ts";
import type { ContextLease, ContextRequest } from "../../../functions/browser/context-lease.ts";

/**
 * A browser room without a browser, for tests of the worker's own rules: contexts come at once, and a test decides when
 * one crashes. Tests with the real one stand in test/browser and test/system.
 */
export class QuickBrowser {
  readonly requests: ContextRequest[] = [];
  readonly open = new Set<string>();
  openPeak = 0;
  #crash = Promise.withResolvers<{ what: "browser" | "renderer"; detail: string }>();
  #next = 0;

  crash(what: "browser" | "renderer"): void {
    this.#crash.resolve({ what, detail: `the ${what} died` });
    this.#crash = Promise.withResolvers();
  }

  async leaseContext(request: ContextRequest): Promise<ContextLease> {
    request.signal.throwIfAborted();
    this.requests.push(request);
    this.#next += 1;
    const id = `context-${this.#next}`;
    this.open.add(id);
    this.openPeak = Math.max(this.openPeak, this.open.size);
    return {
      id,
      page: {} as ContextLease["page"],
      context: {} as ContextLease["context"],
      allocation: { temperature: "hot", ms: 1 },
      state: () => ({ kind: "leased" }),
      lost: this.#crash.promise,
      cookies: () => Promise.resolve([]),
      storage: () => Promise.resolve({ cookies: [], origins: [] }),
      release: () => {
        this.open.delete(id);
        return Promise.resolve();
      },
    };
  }

  asPool(): BrowserPool {
    return {
      leaseContext: (request: ContextRequest) => this.leaseContext(request),
      status: () => ({ slotLimit: undefined, rung: "zygote" }),
      usage: () => Promise.resolve({ cpuSeconds: 0, launches: 0, crashes: 0 }),
      thawCheck: () => Promise.resolve({ kind: "alive", pingMs: 0, clockJumpMs: 0 }),
      settled: () => Promise.resolve(),
    } as unknown as BrowserPool;
  }
}

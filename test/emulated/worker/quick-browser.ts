import { EventEmitter } from "node:events";

import type { BrowserPool } from "../../../functions/browser/browser-pool.ts";
import type { ContextLease, ContextRequest } from "../../../functions/browser/context-lease.ts";
import type { SnapshotCookie, StateSnapshot } from "../../../functions/core/session/state/session-state.ts";

/** A site as a quick page sees it: gets the context's cookies, may change them, and answers the address it ends on. */
export type QuickSite = (url: URL, cookies: Map<string, string>) => string | Promise<string>;

/** The little of a page that tests of the worker need: it goes to addresses, and says where it is. */
class QuickPage extends EventEmitter {
  readonly #site: () => QuickSite;
  readonly #cookies: Map<string, string>;
  #url = "about:blank";

  constructor(site: () => QuickSite, cookies: Map<string, string>) {
    super();
    this.#site = site;
    this.#cookies = cookies;
  }

  url(): string {
    return this.#url;
  }

  async goto(url: string): Promise<void> {
    this.#url = await this.#site()(new URL(url), this.#cookies);
    this.emit("framenavigated", { parentFrame: () => null, url: () => this.#url });
  }
}

/**
 * A browser room without a browser, for tests of the worker's own rules: contexts come at once, and a test decides when
 * one crashes. Tests with the real one stand in test/browser and test/system.
 */
export class QuickBrowser {
  readonly requests: ContextRequest[] = [];
  readonly open = new Set<string>();
  openPeak = 0;
  site: QuickSite = (url) => url.href;
  #crash = Promise.withResolvers<{ what: "browser" | "renderer"; detail: string }>();
  #next = 0;

  crash(what: "browser" | "renderer"): void {
    this.#crash.resolve({ what, detail: `the ${what} died` });
    this.#crash = Promise.withResolvers();
  }

  async leaseContext(request: ContextRequest): Promise<ContextLease> {
    request.signal.throwIfAborted();
    this.requests.push(request);
    return this.#lease(new Map());
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

  #lease(jar: Map<string, string>): ContextLease {
    this.#next += 1;
    const id = `context-${this.#next}`;
    this.open.add(id);
    this.openPeak = Math.max(this.openPeak, this.open.size);
    return {
      id,
      page: new QuickPage(() => this.site, jar) as unknown as ContextLease["page"],
      context: {} as ContextLease["context"],
      allocation: { temperature: "hot", ms: 1 },
      state: () => (this.open.has(id) ? { kind: "leased" } : { kind: "ended", reason: "released" }),
      lost: this.#crash.promise,
      cookies: () => Promise.resolve([]),
      readState: () => Promise.resolve(snapshotOf(jar)),
      applyState: ({ cookies }: StateSnapshot) => {
        jar.clear();
        for (const { name, value } of cookies) jar.set(name, value);
        return Promise.resolve();
      },
      setResources: () => Promise.resolve(),
      watchCookies: () => ({ stop: () => Promise.resolve() }),
      leasePage: () => Promise.resolve(this.#lease(jar)),
      release: () => {
        this.open.delete(id);
        return Promise.resolve();
      },
    };
  }
}

function snapshotOf(jar: ReadonlyMap<string, string>): StateSnapshot {
  const cookies = [...jar].map(([name, value]): SnapshotCookie => {
    const rest = { path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" } as const;
    return { name, value, domain: "shop.example", ...rest };
  });
  return { cookies, origins: [] };
}

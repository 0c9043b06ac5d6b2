import { EventEmitter } from "node:events";

import type { BrowserPool } from "../../../functions/browser/browser-pool.ts";
import type { ContextLoss } from "../../../functions/browser/pooled-context.ts";
import type { ContextLossKind } from "../../../functions/core/job/job-history.ts";
import { LeaseOver, type ContextLease, type ContextRequest } from "../../../functions/browser/context-lease.ts";
import type { SnapshotCookie, StateSnapshot } from "../../../functions/core/session/state/session-state.ts";

/** A site as a quick page sees it: gets the context's cookies, may change them, and answers the address it ends on. */
export type QuickSite = (url: URL, cookies: Map<string, string>) => string | Promise<string>;

/** What the real browser room's calls would wait for, or fail with. */
type Call = "leaseContext" | "applyState" | "readState" | "release" | "goto";

const CLOSED = "Target page, context or browser has been closed";

/** The little of a page that tests of the worker need: it goes to addresses, and says where it is. */
class QuickPage extends EventEmitter {
  readonly #browser: QuickBrowser;
  readonly #cookies: Map<string, string>;
  readonly #ended: AbortSignal;
  #url = "about:blank";

  constructor(browser: QuickBrowser, cookies: Map<string, string>, ended: AbortSignal) {
    super();
    this.#browser = browser;
    this.#cookies = cookies;
    this.#ended = ended;
  }

  url(): string {
    return this.#url;
  }

  /** It is never scrolled, and has nothing else to evaluate. */
  evaluate(): Promise<{ scrollX: number; scrollY: number }> {
    return Promise.resolve({ scrollX: 0, scrollY: 0 });
  }

  async goto(url: string): Promise<void> {
    this.#throwIfClosed();
    await this.#browser.before("goto", url);
    this.#throwIfClosed();
    this.#url = await this.#browser.site(new URL(url), this.#cookies);
    this.#throwIfClosed();
    // The browser room hears of the answer before the page has committed it.
    this.emit("answered");
    this.emit("framenavigated", { parentFrame: () => null, url: () => this.#url });
  }

  #throwIfClosed(): void {
    if (this.#ended.aborted) throw new Error(`page.goto: ${CLOSED}`);
  }
}

/**
 * A browser room without a browser, for tests of the worker's own rules: contexts come at once, and a test decides when
 * one crashes. Tests with the real one stand in test/browser and test/system.
 */
export class QuickBrowser {
  readonly requests: ContextRequest[] = [];
  readonly open = new Set<string>();
  readonly #pages: QuickPage[] = [];
  /** The cookies of each context, in the order of their opening. */
  readonly jars: Map<string, string>[] = [];
  /** A call that a closing context still answers. */
  outlives = false;
  openPeak = 0;
  hasTempRoom = true;
  site: QuickSite = (url) => url.href;
  /** A test lets a call wait, or fail. */
  before: (call: Call, url?: string) => Promise<void> | void = () => {};
  #crash = Promise.withResolvers<ContextLoss>();
  #next = 0;
  #browsers = 1;

  /** All contexts are lost; the next ones come from another browser, where it was the browser. */
  crash(what: ContextLossKind, neighbours = this.open.size): void {
    this.#crash.resolve({ what, detail: `the ${what} died`, browser: `browser-${this.#browsers}`, neighbours });
    this.#browsers += what === "browser" ? 1 : 0;
    this.#crash = Promise.withResolvers();
  }

  /** Listeners that nobody has taken off any page. */
  get listeners(): number {
    return this.#pages.reduce(
      (sum, page) => sum + page.listenerCount("framenavigated") + page.listenerCount("answered"),
      0,
    );
  }

  async leaseContext(request: ContextRequest): Promise<ContextLease> {
    request.signal.throwIfAborted();
    this.requests.push(request);
    await this.before("leaseContext");
    request.signal.throwIfAborted();
    const jar = new Map<string, string>();
    this.jars.push(jar);
    return this.#lease(jar, request.signal);
  }

  asPool(): BrowserPool {
    return {
      leaseContext: (request: ContextRequest) => this.leaseContext(request),
      status: () => ({ slotLimit: undefined, rung: "zygote" }),
      usage: () => Promise.resolve({ cpuSeconds: 0, launches: 0, crashes: 0 }),
      thawCheck: () => Promise.resolve({ kind: "alive", pingMs: 0, clockJumpMs: 0 }),
      settled: () => Promise.resolve(),
      processes: { tempRoom: () => ({ freeMiB: 500, enough: this.hasTempRoom }) },
      watch: () => ({ stop: () => Promise.resolve() }),
    } as unknown as BrowserPool;
  }

  #lease(jar: Map<string, string>, ...signals: readonly AbortSignal[]): ContextLease {
    this.#next += 1;
    const id = `context-${this.#next}`;
    this.open.add(id);
    this.openPeak = Math.max(this.openPeak, this.open.size);
    const ending = new AbortController();
    const end = () => {
      this.open.delete(id);
      ending.abort();
    };
    AbortSignal.any([...signals]).addEventListener("abort", end, { once: true, signal: ending.signal });
    const lost = this.#crash.promise;
    void lost.then(end);
    const page = new QuickPage(this, jar, ending.signal);
    this.#pages.push(page);
    const inContext = async (call: Call) => {
      await this.before(call);
      if (ending.signal.aborted && !this.outlives) throw new Error(`${call}: ${CLOSED}`);
    };
    return {
      id,
      page: page as unknown as ContextLease["page"],
      context: new EventEmitter() as unknown as ContextLease["context"],
      allocation: { temperature: "hot", ms: 1 },
      state: () => (ending.signal.aborted ? { kind: "ended", reason: "released" } : { kind: "leased" }),
      lost,
      cookies: () => Promise.resolve([]),
      readState: async () => {
        const read = snapshotOf(jar);
        await inContext("readState");
        return read;
      },
      applyState: async ({ cookies }: StateSnapshot) => {
        await inContext("applyState");
        jar.clear();
        for (const { name, value } of cookies) jar.set(name, value);
      },
      setResources: () => Promise.resolve(),
      watchCookies: (onCookies) => watch(page, jar, onCookies),
      leasePage: ({ signal }) => {
        signal.throwIfAborted();
        return ending.signal.aborted
          ? Promise.reject(new LeaseOver("no page of a lease that has ended"))
          : Promise.resolve(this.#lease(jar, signal, ending.signal));
      },
      release: async () => {
        await this.before("release");
        end();
      },
    };
  }
}

/** Tells at once what an answer has changed; the real one takes a round trip to the browser first. */
function watch(page: QuickPage, jar: Map<string, string>, onCookies: Parameters<ContextLease["watchCookies"]>[0]) {
  let known = JSON.stringify([...jar]);
  const tell = () => {
    const now = JSON.stringify([...jar]);
    if (now !== known) onCookies(snapshotOf(jar).cookies, Date.now());
    known = now;
  };
  page.on("answered", tell);
  return {
    stop: () => {
      if (page.listeners("answered").includes(tell)) tell();
      page.off("answered", tell);
      return Promise.resolve();
    },
  };
}

function snapshotOf(jar: ReadonlyMap<string, string>): StateSnapshot {
  const cookies = [...jar].map(([name, value]): SnapshotCookie => {
    const rest = { path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" } as const;
    return { name, value, domain: "shop.example", ...rest };
  });
  return { cookies, origins: [] };
}

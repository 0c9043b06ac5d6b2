import type { Page } from "playwright-core";

import { LeaseOver, type ContextLease } from "./context-lease.ts";
import { leaseHandle } from "./lease-handle.ts";
import { LeaseLife } from "./lease-life.ts";
import { PageFamily } from "./page-family.ts";
import type { PooledContext } from "./pooled-context.ts";

export interface LeasePageOptions {
  readonly pooled: PooledContext;
  /** The lease that the page is asked of. */
  readonly from: LeaseLife;
  readonly signal: AbortSignal;
}

/** A lease of one more page in a context. */
export async function leasePageOf({ pooled, from, signal }: LeasePageOptions): Promise<ContextLease> {
  const startedAtMs = performance.now();
  const page = await openPage(pooled, from, signal);
  const family = new PageFamily(page, pooled.owner);
  const life = new LeaseLife({
    signal,
    giveBack: async (reason) => {
      page.off("crash", onCrash);
      // A dead browser's pages are gone.
      if (reason !== "browser-died") await family.close();
      leave();
    },
  });
  const onCrash = () => life.lose({ what: "renderer", detail: "the page's renderer process ended" });
  page.once("crash", onCrash);
  const leave = pooled.tenants.add({
    lose: (loss) => life.lose(loss),
    evict: () => void life.end("aborted", "the context of this page was given back"),
  });
  life.begin();
  return leaseHandle({
    pooled,
    page,
    life,
    allocation: { temperature: "warm", ms: performance.now() - startedAtMs },
    leasePage: (options) => leasePageOf({ pooled, from: life, ...options }),
    release: ({ unhealthy } = {}) => life.end("released", unhealthy),
  });
}

async function openPage(pooled: PooledContext, from: LeaseLife, signal: AbortSignal): Promise<Page> {
  const { context, owner, storage } = pooled;
  const stillWanted = () => {
    signal.throwIfAborted();
    if (from.state.kind === "ended") throw new LeaseOver(`no page of a lease that has ended: ${from.state.reason}`);
  };
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  aborted.promise.catch(() => {});
  const opening = storage.alone(() => {
    stillWanted();
    return owner.inOpenDeadline(context.newPage(), "opening a page");
  });
  try {
    const page = await Promise.race([opening, aborted.promise]);
    stillWanted();
    return page;
  } catch (error) {
    opening.then((page) => page.close()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

import type { Page } from "playwright-core";

import { LeaseOver, type ContextLease } from "./context-lease.ts";
import { leaseHandle } from "./lease-handle.ts";
import { LeaseLife } from "./lease-life.ts";
import { PageFamily } from "./page-family.ts";
import type { PooledContext } from "./pooled-context.ts";
import { unlessAborted } from "./unless-aborted.ts";

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
  const onCrash = () => {
    const { owner } = pooled;
    const detail = "the page's renderer process ended";
    life.lose({ what: "renderer", detail, browser: owner.id, neighbours: owner.jobs });
  };
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
  const opening = storage.alone(() => {
    stillWanted();
    return owner.inOpenDeadline(context.newPage(), "opening a page");
  });
  const page = await unlessAborted(opening, signal, (abandoned) => {
    abandoned.then((late) => late.close()).catch(() => {});
  });
  try {
    stillWanted();
  } catch (error) {
    page.close().catch(() => {});
    throw error;
  }
  return page;
}

import { randomUUID } from "node:crypto";

import type { Page } from "playwright-core";

import { onCookieAnswer } from "./cdp/steering.ts";
import type { ContextLease } from "./context-lease.ts";
import type { LeaseLife } from "./lease-life.ts";
import type { PooledContext } from "./pooled-context.ts";
import { applyResourcePolicy } from "./resource-blocking.ts";
import { watchCookies } from "./state/cookie-watch.ts";

export interface LeaseHandleOptions {
  readonly pooled: PooledContext;
  readonly page: Page;
  readonly life: LeaseLife;
  readonly allocation: ContextLease["allocation"];
  readonly leasePage: ContextLease["leasePage"];
  readonly release: ContextLease["release"];
}

/** What a holder has in hand, whether the whole context is leased or one page of it. */
export function leaseHandle(options: LeaseHandleOptions): ContextLease {
  const { pooled, page, life, allocation, leasePage, release } = options;
  const { context, owner, storage } = pooled;
  return {
    id: randomUUID(),
    context,
    page,
    allocation,
    state: () => life.state,
    lost: life.lost,
    cookies: () => owner.inOpenDeadline(context.cookies(), "reading cookies"),
    readState: ({ cookiesOnly = false } = {}) => storage.read(page, cookiesOnly),
    applyState: (state, applied) => {
      pooled.isPersonal = true;
      return storage.apply(state, applied);
    },
    setResources: (policy) => {
      pooled.isPersonal = true;
      return owner.inOpenDeadline(applyResourcePolicy(context, pooled.page, policy), "applying the resource policy");
    },
    watchCookies: (onCookies, everyMs) =>
      watchCookies({
        read: () => owner.inOpenDeadline(context.cookies(), "reading cookies"),
        onAnswer: (listener) => onCookieAnswer(context, pooled.page, listener),
        onCookies,
        everyMs,
        wallMs: () => owner.wallMs(),
        ended: life.ended,
      }),
    leasePage,
    release,
  };
}

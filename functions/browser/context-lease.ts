import type { BrowserContext, Cookie, Page } from "playwright-core";

import type { Profile } from "../core/job/job-message.ts";
import type { AllocationTemperature } from "../core/job/job-result.ts";
import type { ResourcePolicy } from "../core/job/resource-policy.ts";

export interface ContextRequest {
  readonly profile: Profile;
  readonly resources: ResourcePolicy;
  /** Warm contexts are handed on only between leases that give the same key; without one the context is pristine. */
  readonly affinityKey?: string;
  /** Ends the wait for a context, and the lease itself: the context closes when it aborts. */
  readonly signal: AbortSignal;
}

/** Why a lease is over. The first reason stays. */
export type EndReason = "released" | "aborted" | "browser-died" | "renderer-died";

export interface ContextLease {
  readonly id: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number };
  state():
    | { readonly kind: "leased" }
    | { readonly kind: "ended"; readonly reason: EndReason; readonly detail?: string };
  /** Settles when the context is lost to its holder: browser or renderer died. Never rejects; pending after a release. */
  readonly lost: Promise<{ readonly what: "browser" | "renderer"; readonly detail: string }>;
  cookies(): Promise<Cookie[]>;
  /** Cookies, localStorage and IndexedDB of every origin visited. Bounded in time; throws `BrowserDeadlineExceeded`. */
  storage(): Promise<Awaited<ReturnType<BrowserContext["storageState"]>>>;
  /** Idempotent, bounded, and never throws: the context is closed or its browser is condemned; the slot comes back either way. */
  release(options?: { readonly unhealthy?: string }): Promise<void>;
}

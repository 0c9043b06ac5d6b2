import type { BrowserContext, Cookie, Page } from "playwright-core";

import type { Profile } from "../core/job/job-message.ts";
import type { ContextLoss } from "./pooled-context.ts";
import type { AllocationTemperature } from "../core/job/job-result.ts";
import type { ResourcePolicy } from "../core/job/resource-policy.ts";
import type { SnapshotCookie, StateSnapshot } from "../core/session/state/session-state.ts";
import type { ApplyOptions } from "./state/context-storage.ts";

export interface ContextRequest {
  readonly profile: Profile;
  readonly resources: ResourcePolicy;
  /** Warm contexts are handed on only between leases that give the same key; without one the context is pristine. */
  readonly affinityKey?: string;
  /** Ends the wait for a context, and the lease itself: the context closes when it aborts. */
  readonly signal: AbortSignal;
}

/** Why a lease is over. The first reason stays. */
export type EndReason = "released" | "aborted" | "browser-died" | "renderer-died" | "evicted";

export interface CookieWatch {
  /** Reads a last time, and tells what changed since the last. Idempotent, bounded, never throws. */
  stop(): Promise<void>;
}

/** The right to a context, or to one page of it. Everything about state, resources and cookies is the whole context's. */
export interface ContextLease {
  readonly id: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number };
  state():
    | { readonly kind: "leased" }
    | { readonly kind: "ended"; readonly reason: EndReason; readonly detail?: string };
  /**
   * Settles when the page is lost to its holder: browser or renderer died, or it was evicted. Never rejects; pending after a release. Leases of
   * other pages of a context outlive the death of this one's renderer, and keep their context open.
   */
  readonly lost: Promise<ContextLoss>;
  cookies(): Promise<Cookie[]>;
  /**
   * What the context holds. Bounded by `openDeadlineMs`. What can't be read by then (a page that doesn't answer) is absent;
   * an origin's part that was there before, and is empty now, is empty. sessionStorage is that of the lease's own page
   * where it has the origin open, else of another page; of an origin that none has open, what was last known.
   * @throws BrowserDeadlineExceeded when not even the cookies could be read
   */
  readState(options?: { readonly cookiesOnly?: boolean }): Promise<StateSnapshot>;
  /**
   * Puts a state in place of what the context has; meant for one that no site has been opened in. No site gets a request.
   * Cookies alone take one round trip; each origin with localStorage or databases is opened for a moment on a page of its
   * own, answered from here, which takes about 0.1 s apiece (`onArrival` saves that for localStorage). Expired cookies are left out. sessionStorage is filled in when a tab first comes to the origin.
   * @throws StateRefused, BrowserDeadlineExceeded; the context may hold a part of it then, and is to be given back
   */
  applyState(state: StateSnapshot, options?: ApplyOptions): Promise<void>;
  /** From now on this policy holds in the whole context instead of the one before. @throws BrowserDeadlineExceeded */
  setResources(policy: ResourcePolicy): Promise<void>;
  /**
   * Tells when cookies have changed. Reads them when an answer set some, at most once in `everyMs`; nothing is read while
   * nothing comes. What a script sets by `document.cookie` is noticed with the next read, at the latest at `stop`.
   * @param onCookies gets all cookies and the Unix time in milliseconds just before they were read; what it throws is dropped
   */
  watchCookies(onCookies: (cookies: readonly SnapshotCookie[], readAtMs: number) => void, everyMs: number): CookieWatch;
  /**
   * A new page of this context as a lease of its own; the one that it comes from stays as it is. Its release, or the
   * signal's abort, closes the page and the popups that it opened; it ends with the context's own lease.
   * @throws LeaseOver, the signal's reason, BrowserDeadlineExceeded, or what Playwright says of a dying browser
   */
  leasePage(options: { readonly signal: AbortSignal }): Promise<ContextLease>;
  /** Idempotent, bounded, and never throws: the context is closed or its browser is condemned; the slot comes back either way. */
  release(options?: { readonly unhealthy?: string }): Promise<void>;
}

/** The lease has ended: lease a context anew. */
export class LeaseOver extends Error {
  override readonly name = "LeaseOver";
}

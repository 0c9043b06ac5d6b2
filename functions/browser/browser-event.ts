import type { RungFailure } from "./launch-failures.ts";
import type { Rung } from "./launch-arguments.ts";
import type { RetireReason } from "./retire-rules.ts";

/**
 * Why a browser gets no new contexts. `tenant-left`: rung `one-slot` gives each tenant a browser of its own, and an
 * overflow browser is kept no longer than it is used.
 */
export type ReplaceReason =
  | RetireReason
  | "tenant-left"
  | "close-deadline"
  | "open-deadline"
  | "ping-deadline"
  /** The container ran out of memory, and no tenant was to blame. */
  | "memory"
  /** Its own folder had grown over its budget. */
  | "temp";

/** `silent`: its page's renderer didn't answer in time. `wear`: its navigations had become slower than a fresh one's. */
export type ContextRetireReason = "silent" | "wear";

/** What happened to browsers and contexts, for metrics and logs. `browser` is the pool's own id of it. */
export type BrowserEvent =
  | {
      readonly kind: "browser-launched";
      readonly browser: string;
      readonly rung: Rung | "attached";
      readonly pid?: number;
      /** Self-test included, where one was run. */
      readonly launchMs: number;
      /** Why the rungs above didn't hold. */
      readonly findings: readonly RungFailure[];
    }
  | { readonly kind: "launch-failed"; readonly failures: readonly RungFailure[] }
  | { readonly kind: "browser-retired"; readonly browser: string; readonly reason: ReplaceReason }
  | { readonly kind: "browser-condemned"; readonly browser: string; readonly reason: ReplaceReason }
  | { readonly kind: "browser-died"; readonly browser: string; readonly detail: string; readonly leases: number }
  | { readonly kind: "browser-closed"; readonly browser: string; readonly killed: boolean }
  | { readonly kind: "renderer-died"; readonly browser: string; readonly context: string; readonly leased: boolean }
  /** It had the most memory when the container ran out of it. */
  | {
      readonly kind: "tenant-evicted";
      readonly browser: string;
      readonly context: string;
      readonly tenantMiB: number;
      /** Of the container, before. */
      readonly usedMiB: number;
      readonly limitMiB: number;
    }
  /** One that nobody held, or was about to get. */
  | {
      readonly kind: "context-retired";
      readonly browser: string;
      readonly context: string;
      readonly reason: ContextRetireReason;
    };

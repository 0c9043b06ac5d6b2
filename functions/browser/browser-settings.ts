import { tmpdir } from "node:os";

import type { Profile } from "../core/job/job-message.ts";

/** What the pool is told. The worker fills it from its configuration table. */
export interface BrowserSettings {
  /** Folder with the program `chromium`, its libraries and fonts; the layer's, unpacked. */
  readonly chromiumDir: string;
  /** Where each launch makes a folder of its own. Absolute. */
  readonly tempDir: string;
  /** How many contexts of each profile are kept ready. They take memory while they wait. */
  readonly pristine: Readonly<Record<Profile, number>>;
  /** Most contexts in use at once in the launched browser. Unlimited when the worker's slots are the limit. */
  readonly contextLimit?: number;

  /** A browser is replaced after this many contexts, */
  readonly retireAfterUses: number;
  /** at this age in milliseconds, */
  readonly retireAfterAgeMs: number;
  /** and when its contexts open this much slower than its first ones. A ratio over 1. */
  readonly slowdownFactor: number;

  /** Limit of one launch, self-test not included, in milliseconds. */
  readonly launchDeadlineMs: number;
  /** Limit of one step of the self-test, in milliseconds. */
  readonly selfTestStepDeadlineMs: number;
  /** Limit of opening a context with its page, and of reading a context's state, in milliseconds. */
  readonly openDeadlineMs: number;
  /** Limit of closing a context, in milliseconds; a browser that misses it is condemned. */
  readonly closeDeadlineMs: number;
  /** Limit of one ping, in milliseconds; a browser that misses it after a freeze, or twice in a row, is killed. */
  readonly pingDeadlineMs: number;
  /** How often a browser is pinged while an invocation runs, in milliseconds. */
  readonly pingEveryMs: number;
  /** How often the contexts that wait are looked at, in milliseconds. */
  readonly idleCheckMs: number;
  /** Limit of one round trip into the page of a context that waits, or is about to be leased, in milliseconds. */
  readonly answerDeadlineMs: number;
  /** A used context is retired when its navigations take this much longer than a fresh one's, a ratio over 1, */
  readonly wearFactor: number;
  /** and at least this much longer, in milliseconds. */
  readonly wearMinMs: number;
  /** Memory of the container, in MiB; without it nobody is evicted. */
  readonly memoryLimitMiB?: number;
  /** The tenant with the most memory is evicted when so much of the limit is taken. Between 0 and 1. */
  readonly evictAtRatio: number;
  /** Room in `tempDir` that stays free for what isn't a context's, in MiB. */
  readonly tempReserveMiB: number;
  /** Room in `tempDir` that a new context needs, in MiB. */
  readonly tempPerContextMiB: number;
  /** A browser whose own folder takes more is replaced, in MiB. */
  readonly tempBrowserMaxMiB: number;
  /** How long a healthy browser's last leases may go on after its retirement, in milliseconds: longer than any job. */
  readonly retireGraceMs: number;
  /** The same for a condemned one. */
  readonly condemnedGraceMs: number;
  /** How long a browser may take to quit by itself before its process group is killed, in milliseconds. */
  readonly quitGraceMs: number;

  /** How long a released context waits for its own affinity key, in milliseconds. 0: never. */
  readonly affinityTtlMs: number;
  /** How many leases one warm context serves at most. */
  readonly affinityMaxUses: number;
  /** How many warm contexts wait at most; the one that waits longest goes first. */
  readonly affinityMaxContexts: number;

  /** Use this running browser (CDP or Playwright endpoint) and launch none. */
  readonly endpoint?: string;
  /** Open contexts in this browser when the launched one has no room. */
  readonly overflowEndpoint?: string;
}

/** Everything but the place of Chromium. */
export const DEFAULT_BROWSER_SETTINGS: Omit<BrowserSettings, "chromiumDir"> = {
  tempDir: tmpdir(),
  pristine: { default: 2, stealth: 0, mobile: 0 },
  retireAfterUses: 1_000,
  retireAfterAgeMs: 3_600_000,
  slowdownFactor: 4,
  launchDeadlineMs: 15_000,
  selfTestStepDeadlineMs: 5_000,
  openDeadlineMs: 10_000,
  closeDeadlineMs: 5_000,
  pingDeadlineMs: 2_000,
  pingEveryMs: 2_000,
  idleCheckMs: 5_000,
  answerDeadlineMs: 1_000,
  wearFactor: 4,
  wearMinMs: 20,
  evictAtRatio: 0.9,
  tempReserveMiB: 100,
  tempPerContextMiB: 8,
  tempBrowserMaxMiB: 256,
  retireGraceMs: 900_000,
  condemnedGraceMs: 60_000,
  quitGraceMs: 2_000,
  affinityTtlMs: 0,
  affinityMaxUses: 20,
  affinityMaxContexts: 4,
};

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
  /** Limit of the thaw check's ping, in milliseconds; a browser that misses it is replaced. */
  readonly pingDeadlineMs: number;
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
  retireGraceMs: 900_000,
  condemnedGraceMs: 60_000,
  quitGraceMs: 2_000,
  affinityTtlMs: 0,
  affinityMaxUses: 20,
  affinityMaxContexts: 4,
};

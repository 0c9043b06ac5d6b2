import type { Rung } from "./launch-arguments.ts";
import type { RungFailure } from "./launch-failures.ts";
import type { ReplaceReason } from "./browser-event.ts";
import type { BrowserSuccession } from "./browser-succession.ts";
import type { PooledBrowser } from "./pooled-browser.ts";

export interface ContextCounts {
  readonly opening: number;
  readonly pristine: number;
  readonly leased: number;
  readonly warm: number;
  readonly closing: number;
}

export interface BrowserStatus {
  readonly id: string;
  readonly rung: Rung | "attached";
  /** Undefined for an attached browser. */
  readonly pid?: number;
  readonly version: string;
  readonly state: "live" | "retired" | "closing" | "gone";
  /** Why it takes no new contexts, where it doesn't. */
  readonly retireReason?: ReplaceReason;
  /** Contexts opened so far. */
  readonly uses: number;
  readonly ageMs: number;
  readonly contexts: ContextCounts;
}

/** The pool at this moment, counted from what is there. */
export interface BrowserPoolStatus {
  readonly phase: "not-started" | "launching" | "up" | "down" | "draining" | "closed";
  /** Rung of the current browser. */
  readonly rung: Rung | "attached" | "none";
  /** The browser that takes new contexts. */
  readonly current?: BrowserStatus;
  /** Earlier ones whose last leases go on, and the overflow browser. */
  readonly others: readonly BrowserStatus[];
  /** Over all browsers. */
  readonly contexts: ContextCounts;
  /** Most leases that can be had at once; undefined: as many as memory and CPU carry. */
  readonly slotLimit?: number;
  readonly launches: number;
  /** Browsers that ended without being asked to. */
  readonly crashes: number;
  /** Dead processes of launched browsers that nobody has reaped; each takes a place in the process table. */
  readonly zombies: number;
  /** Why better rungs of the ladder didn't hold in this container. */
  readonly isolationFindings: readonly RungFailure[];
  readonly lastReplaceReason?: ReplaceReason;
}

export interface PoolSnapshot extends Pick<BrowserPoolStatus, "isolationFindings" | "zombies"> {
  readonly phase: "not-started" | "open" | "draining" | "closed";
  readonly launched: BrowserSuccession;
  readonly overflow: BrowserSuccession | undefined;
  readonly lastReplaceReason: ReplaceReason | undefined;
}

export function poolStatus(pool: PoolSnapshot): BrowserPoolStatus {
  const { phase, launched, overflow, isolationFindings, lastReplaceReason, zombies } = pool;
  const { current, browsers, launches, deaths } = launched;
  const others = [...browsers, ...(overflow?.browsers ?? [])].filter((browser) => browser !== current);
  const oneSlot = current?.running.rung === "one-slot" && overflow === undefined;
  const isUp = current ? "up" : launched.isLaunching ? "launching" : "down";
  return {
    phase: phase === "open" ? isUp : phase,
    rung: current?.running.rung ?? "none",
    ...(current ? { current: browserStatus(current) } : {}),
    others: others.map(browserStatus),
    contexts: countContexts(current ? [current, ...others] : others),
    ...(oneSlot ? { slotLimit: 1 } : {}),
    launches,
    crashes: deaths,
    zombies,
    isolationFindings,
    ...(lastReplaceReason === undefined ? {} : { lastReplaceReason }),
  };
}

function browserStatus(browser: PooledBrowser): BrowserStatus {
  const { id, running, state, uses, ageMs } = browser;
  return {
    id,
    rung: running.rung,
    ...(running.pid === undefined ? {} : { pid: running.pid }),
    version: running.browser.version(),
    state: state.kind,
    ...(state.kind === "retired" ? { retireReason: state.reason } : {}),
    uses,
    ageMs,
    contexts: countContexts([browser]),
  };
}

function countContexts(browsers: Iterable<PooledBrowser>): ContextCounts {
  const counts = { opening: 0, pristine: 0, leased: 0, warm: 0, closing: 0 };
  for (const browser of browsers) {
    counts.opening += browser.opening;
    for (const { state } of browser.contexts) if (state.kind !== "gone") counts[state.kind] += 1;
  }
  return counts;
}

import type { ContextRetireReason } from "../browser-event.ts";
import type { BrowserClock } from "../browser-clock.ts";
import type { BrowserSettings } from "../browser-settings.ts";
import type { PooledBrowser } from "../pooled-browser.ts";
import type { PooledContext } from "../pooled-context.ts";
import type { HealthRound } from "./health-watch.ts";
import { FRESH_SAMPLE, isWorn, WEAR_SAMPLE } from "./wear-rule.ts";

export interface IdleContextsOptions {
  readonly settings: BrowserSettings;
  readonly clock: BrowserClock;
  readonly browsers: () => Iterable<PooledBrowser>;
  /** Takes it out of the pool and replaces it. Waits for nothing. */
  readonly retire: (context: PooledContext, reason: ContextRetireReason) => void;
}

/**
 * Looks at the contexts that wait for a lease: whether their renderers answer, and whether those that were used before
 * still navigate as fast as fresh ones. For each: one round trip, and where used ones wait one blank navigation. What is
 * leased meanwhile is left to its lease.
 */
export class IdleContextsRound implements HealthRound {
  readonly name = "idle contexts";
  readonly everyMs: number;
  readonly #options: IdleContextsOptions;
  readonly #usedMs = new WeakMap<PooledContext, number[]>();
  #freshMs: number[] = [];

  constructor(options: IdleContextsOptions) {
    this.everyMs = options.settings.idleCheckMs;
    this.#options = options;
  }

  async look(stopped: AbortSignal): Promise<void> {
    const idle = [...this.#options.browsers()].flatMap((browser) => [...browser.contexts].filter(isIdle));
    const someWereUsed = idle.some(({ state }) => state.kind === "warm");
    // One after another: their times are compared, and the jobs have more need of the CPU.
    for (const context of idle) {
      if (stopped.aborted) return;
      if (isIdle(context)) await this.#inspect(context, someWereUsed);
    }
  }

  /** Whoever leases it in the middle waits for the end of the inspection, which is bounded. */
  async #inspect(context: PooledContext, timed: boolean): Promise<void> {
    const over = Promise.withResolvers<void>();
    context.inspected = over.promise;
    try {
      const used = context.state.kind === "warm";
      const navigationMs = await this.#check(context, timed);
      // Also for whoever has leased it meanwhile: a navigation that is late would come in the middle of the next one.
      if (navigationMs === "silent") context.isSilent = true;
      if (!isIdle(context)) return;
      if (navigationMs === "silent") this.#options.retire(context, "silent");
      else if (navigationMs !== undefined && this.#wears(context, used, navigationMs))
        this.#options.retire(context, "wear");
    } finally {
      over.resolve();
    }
  }

  async #check(context: PooledContext, timed: boolean): Promise<number | "silent" | undefined> {
    const { clock, settings } = this.#options;
    if (!(await context.answers(settings.answerDeadlineMs))) return "silent";
    if (!timed || !isIdle(context)) return undefined;
    const startedAtMs = clock.monotonicMs();
    try {
      // From the blank page to itself: a new document, and no entry in the history that a tenant could find.
      const navigation = context.page.goto("about:blank");
      await context.owner.whileUp(navigation, settings.answerDeadlineMs, "a blank navigation");
    } catch {
      return "silent";
    }
    return clock.monotonicMs() - startedAtMs;
  }

  #wears(context: PooledContext, used: boolean, navigationMs: number): boolean {
    if (!used) {
      this.#freshMs = [...this.#freshMs, navigationMs].slice(-FRESH_SAMPLE);
      return false;
    }
    const usedMs = [...(this.#usedMs.get(context) ?? []), navigationMs].slice(-WEAR_SAMPLE);
    this.#usedMs.set(context, usedMs);
    return isWorn(usedMs, this.#freshMs, this.#options.settings);
  }
}

function isIdle({ state, isSound }: PooledContext): boolean {
  return isSound && (state.kind === "pristine" || state.kind === "warm");
}

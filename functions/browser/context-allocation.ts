import type { AllocationTemperature } from "../core/job/job-result.ts";
import type { BackgroundWork } from "./background-work.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { BrowserSuccession } from "./browser-succession.ts";
import type { ChangeSignal } from "./change-signal.ts";
import type { ContextRequest } from "./context-lease.ts";
import { BrowserUnavailable, PoolClosed } from "./launch-failures.ts";
import { listenerSnapshot } from "./listener-snapshot.ts";
import { takePristine } from "./pristine-refill.ts";
import type { PooledBrowser } from "./pooled-browser.ts";
import type { PooledContext } from "./pooled-context.ts";
import { applyResourcePolicy } from "./resource-blocking.ts";
import { warmKey, type WarmContexts } from "./warm-contexts.ts";

/** A browser may die under an allocation; its replacement is as good. */
const ATTEMPTS = 3;

export interface Allocated {
  readonly context: PooledContext;
  readonly temperature: AllocationTemperature;
  /** Gives the place in the browser back. Idempotent. */
  readonly leave: () => void;
}

export interface AllocationOptions {
  readonly settings: BrowserSettings;
  readonly launched: BrowserSuccession;
  readonly overflow: BrowserSuccession | undefined;
  readonly warm: WarmContexts;
  readonly work: BackgroundWork;
  readonly changed: ChangeSignal;
  readonly isOpen: () => boolean;
}

/** Finds a context for a request: its own warm one, a pristine one, or one opened now; in that order. */
export class ContextAllocation {
  readonly #options: AllocationOptions;

  constructor(options: AllocationOptions) {
    this.#options = options;
  }

  /** @throws BrowserUnavailable, PoolClosed, or the signal's reason (late: the caller races it) */
  async allocate(request: ContextRequest): Promise<Allocated> {
    // A browser that isn't up when the request comes makes it a cold one, whoever asked for the launch.
    const cold = this.#options.launched.current === undefined;
    for (let attempt = 1; ; attempt += 1) {
      const browser = await this.#browserWithRoom(request.signal);
      try {
        return await this.#allocateIn(browser, request, cold);
      } catch (error) {
        request.signal.throwIfAborted();
        if (attempt < ATTEMPTS) continue;
        const reason = error instanceof Error ? error.message : String(error);
        const { running } = browser;
        const failure = { rung: running.rung, reason, stderrTail: running.stderrTail() };
        throw new BrowserUnavailable([failure], error);
      }
    }
  }

  async #allocateIn(browser: PooledBrowser, request: ContextRequest, cold: boolean): Promise<Allocated> {
    const leave = browser.claim();
    let context: PooledContext | undefined;
    try {
      const key = warmKey(request);
      const warm = key === undefined ? undefined : this.#options.warm.take(browser, key);
      const ready = warm ?? takePristine(browser, request.profile);
      const opened = ready ?? (await browser.open(request.profile, "leased"));
      context = opened;
      if (!warm) {
        const applied = applyResourcePolicy(opened.context, opened.page, request.resources);
        await browser.whileUp(applied, this.#options.settings.openDeadlineMs, "applying the resource policy");
        opened.unused = listenerSnapshot([opened.context, opened.page]);
      }
      if (!opened.isSound) throw new Error(opened.loss?.detail ?? "the context closed while it was allocated");
      opened.uses += 1;
      return { context: opened, temperature: cold ? "cold" : ready ? "hot" : "warm", leave };
    } catch (error) {
      leave();
      // It opened something, so it is used up: nobody else may have it.
      if (browser.running.rung === "one-slot") this.#options.launched.condemn(browser, "tenant-left", false);
      if (context) this.#shutLater(context);
      throw error;
    }
  }

  #shutLater(context: PooledContext): void {
    this.#options.work.run("closing an unusable context", () => context.owner.shut(context));
  }

  async #browserWithRoom(signal: AbortSignal): Promise<PooledBrowser> {
    const { launched, overflow, changed } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (!this.#options.isOpen()) throw new PoolClosed("the pool hands out no more contexts");
      const browser = await launched.get();
      if (hasRoom(browser, this.#options.settings)) return browser;
      if (overflow) return overflow.get();
      await changed.next();
    }
  }
}

/** On rung `one-slot` a browser is for one tenant, once. */
function hasRoom(browser: PooledBrowser, settings: Pick<BrowserSettings, "contextLimit">): boolean {
  // A dead one is told a moment after its connection ends: who tried it until then would be out of attempts.
  if (browser.state.kind !== "live" || !browser.running.browser.isConnected()) return false;
  if (browser.running.rung === "one-slot") return browser.uses + browser.claims === 0;
  return browser.claims < (settings.contextLimit ?? Number.POSITIVE_INFINITY);
}

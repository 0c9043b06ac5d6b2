import type { AllocationTemperature } from "../core/job/job-result.ts";
import type { BackgroundWork } from "./background-work.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { BrowserSuccession } from "./browser-succession.ts";
import type { ChangeSignal } from "./change-signal.ts";
import type { ContextRequest } from "./context-lease.ts";
import { BrowserUnavailable, PoolClosed } from "./launch-failures.ts";
import { listenerSnapshot } from "./listener-snapshot.ts";
import { takePristine, type PristineRefill } from "./pristine-refill.ts";
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
  readonly refill: Pick<PristineRefill, "adopt">;
  /** Takes one that doesn't answer out of the pool. Waits for nothing. */
  readonly retire: (stale: PooledContext) => void;
}

/**
 * Finds a context for a request: its own warm one, a pristine one, one that is being opened, or one opened for it; in that
 * order. What has waited proves first that its renderer answers: no lease gets a stale one.
 */
export class ContextAllocation {
  readonly #options: AllocationOptions;
  #hungry = 0;

  constructor(options: AllocationOptions) {
    this.#options = options;
  }

  /** Allocations that are under way and don't wait for room: each needs a context now. */
  get hungry(): number {
    return this.#hungry;
  }

  /** @throws BrowserUnavailable, PoolClosed, or the signal's reason (late: the caller races it) */
  async allocate(request: ContextRequest): Promise<Allocated> {
    this.#hungry += 1;
    try {
      return await this.#allocate(request);
    } finally {
      this.#hungry -= 1;
    }
  }

  async #allocate(request: ContextRequest): Promise<Allocated> {
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
      const ready = await this.#takeReady(browser, request);
      const opened = ready ?? (await this.#open(browser, request));
      context = opened;
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

  /** A warm or pristine one that answers. */
  async #takeReady(browser: PooledBrowser, request: ContextRequest): Promise<PooledContext | undefined> {
    const key = warmKey(request);
    for (;;) {
      const warm = key === undefined ? undefined : this.#options.warm.take(browser, key);
      const ready = warm ?? takePristine(browser, request.profile);
      if (!ready || (await this.#proves(ready, warm ? undefined : request))) return ready;
      this.#options.retire(ready);
      request.signal.throwIfAborted();
    }
  }

  /** The proof and the policy, where there is one to apply, travel together: the slower one counts, not the sum. */
  async #proves(ready: PooledContext, request: ContextRequest | undefined): Promise<boolean> {
    await ready.inspected;
    if (ready.isSilent) return false;
    const applied = request && this.#applyPolicy(ready, request);
    applied?.catch(no);
    if (!(await ready.answers(this.#options.settings.answerDeadlineMs))) return false;
    return applied ? applied.then(yes, no) : true;
  }

  async #open(browser: PooledBrowser, request: ContextRequest): Promise<PooledContext> {
    const adopted = this.#options.refill.adopt(browser, request.profile);
    const opened = await (adopted ?? browser.open(request.profile, () => "leased"));
    try {
      await this.#applyPolicy(opened, request);
    } catch (error) {
      this.#shutLater(opened);
      throw error;
    }
    return opened;
  }

  async #applyPolicy(opened: PooledContext, { resources }: ContextRequest): Promise<void> {
    const { context, page, owner } = opened;
    const applied = applyResourcePolicy(context, page, resources);
    await owner.whileUp(applied, this.#options.settings.openDeadlineMs, "applying the resource policy");
    opened.unused = listenerSnapshot([context, page]);
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
      this.#hungry -= 1;
      await changed.next();
      this.#hungry += 1;
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

const yes = () => true;
const no = () => false;

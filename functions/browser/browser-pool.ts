import type { Log } from "../core/logging/log.ts";
import { BackgroundWork } from "./background-work.ts";
import { systemClock, type BrowserClock } from "./browser-clock.ts";
import type { BrowserEvent, ContextRetireReason, ReplaceReason } from "./browser-event.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import { BrowserSuccession } from "./browser-succession.ts";
import { ChangeSignal } from "./change-signal.ts";
import { ContextAllocation, type Allocated } from "./context-allocation.ts";
import type { ContextLease, ContextRequest } from "./context-lease.ts";
import { CpuLedger } from "./cpu-ledger.ts";
import { sweepLaunchFolders } from "./launch-folder.ts";
import type { RungFailure } from "./launch-failures.ts";
import { HealthWatch } from "./health/health-watch.ts";
import { HungBrowserRound } from "./health/hung-browser.ts";
import { IdleContextsRound } from "./health/idle-contexts.ts";
import { ProcessHealth } from "./health/process-health.ts";
import { leaseOf } from "./leased-context.ts";
import { poolStatus, type BrowserPoolStatus } from "./pool-status.ts";
import type { PooledBrowser } from "./pooled-browser.ts";
import type { PooledContext } from "./pooled-context.ts";
import { PristineRefill } from "./pristine-refill.ts";
import { attachedBrowsers, launchedBrowsers, type StartBrowser } from "./start-browser.ts";
import { ThawCheck, type ThawReport } from "./thaw-check.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { WarmContexts, warmKey } from "./warm-contexts.ts";

export interface BrowserPoolOptions {
  readonly settings: BrowserSettings;
  readonly log: Log;
  /** Between 0 and 1: picks the fingerprints of stealth contexts. */
  readonly random: () => number;
  /** @default the system's */
  readonly clock?: BrowserClock;
  /** Told of each launch, retirement and death as it happens. Must not throw. */
  readonly onEvent?: (event: BrowserEvent) => void;
}

/** What a container has used so far, over all its browsers. */
export interface BrowserUsage {
  /** CPU time of this process and of all launched browsers, in seconds. */
  readonly cpuSeconds: number;
  readonly launches: number;
  readonly crashes: number;
}

export function createBrowserPool(options: BrowserPoolOptions): BrowserPool {
  return new BrowserPool(options);
}

/** Many isolated contexts from one browser: hands them out, keeps some ready, and keeps the browser well. */
export class BrowserPool {
  readonly #settings: BrowserSettings;
  readonly #options: BrowserPoolOptions;
  readonly #clock: BrowserClock;
  readonly #work: BackgroundWork;
  readonly #changed = new ChangeSignal();
  readonly #launched: BrowserSuccession;
  readonly #overflow: BrowserSuccession | undefined;
  readonly #allocation: ContextAllocation;
  readonly #warm: WarmContexts;
  readonly #refill: PristineRefill;
  readonly #thaw: ThawCheck;
  readonly #watch: HealthWatch;
  /** What the launched browsers take of the container. */
  readonly processes: ProcessHealth;
  readonly #cpu = new CpuLedger();
  #phase: "not-started" | "open" | "draining" | "closed" = "not-started";
  #findings: readonly RungFailure[] = [];
  #lastReplaceReason: ReplaceReason | undefined;

  constructor(options: BrowserPoolOptions) {
    const { settings, log, clock = systemClock, random } = options;
    this.#options = options;
    this.#settings = settings;
    this.#clock = clock;
    this.#work = new BackgroundWork(log);
    const succession = (name: string, start: StartBrowser, launchesAhead: boolean) =>
      new BrowserSuccession({
        name,
        start,
        launchesAhead,
        settings,
        clock,
        random,
        work: this.#work,
        cpu: this.#cpu,
        onEvent: (event) => this.#onEvent(event),
        onChange: () => this.#onChange(),
      });
    const start =
      settings.endpoint === undefined ? launchedBrowsers(settings) : attachedBrowsers(settings.endpoint, settings);
    this.#launched = succession("browser", start, true);
    this.#overflow =
      settings.overflowEndpoint === undefined
        ? undefined
        : succession("overflow", attachedBrowsers(settings.overflowEndpoint, settings), false);
    this.#warm = new WarmContexts({ settings, clock, work: this.#work, browsers: () => this.#launched.browsers });
    this.#thaw = new ThawCheck({ settings, clock, launched: this.#launched });
    const retire = (context: PooledContext, reason: ContextRetireReason) => this.#retireContext(context, reason);
    const browsers = () => this.#allBrowsers();
    this.processes = new ProcessHealth({
      settings,
      browsers: () => this.#launched.browsers,
      current: () => this.#launched.current,
      replace: (browser, reason) => this.#launched.replace(browser, reason),
      onEvent: (event) => this.#onEvent(event),
    });
    const rounds = [
      // An attached browser's processes aren't ours to see.
      ...(settings.endpoint === undefined ? this.processes.rounds : []),
      ...[this.#launched, ...(this.#overflow ? [this.#overflow] : [])].map(
        (one) => new HungBrowserRound(settings, one),
      ),
      new IdleContextsRound({ settings, clock, browsers, retire }),
    ];
    this.#watch = new HealthWatch(rounds, log);
    this.#refill = new PristineRefill({
      settings,
      work: this.#work,
      browser: () => this.#browserToFill(),
      onOpened: () => this.#replaceIfWorn(this.#launched.current),
      areLeasesWaiting: () => this.#allocation.hungry > 0,
    });
    this.#allocation = new ContextAllocation({
      settings,
      launched: this.#launched,
      overflow: this.#overflow,
      warm: this.#warm,
      work: this.#work,
      changed: this.#changed,
      isOpen: () => this.#phase === "open",
      refill: this.#refill,
      retire: (stale) => this.#retireContext(stale, "silent"),
    });
  }

  /**
   * Sweeps what dead processes left and brings the browser up. Not needed before `leaseContext`, which does it itself;
   * never rejects: a launch that fails is told by event and log, and tried again by the next lease.
   */
  async start(): Promise<BrowserPoolStatus> {
    await this.#open();
    await this.#launched.get().catch((error: unknown) => this.#options.log.error("no browser", { error }));
    return this.status();
  }

  /**
   * A context with a page, the slot being granted already. Waits for the browser, and for room where the browser is for
   * one tenant at a time.
   * @throws the signal's reason, `BrowserUnavailable` (give the job back), `PoolClosed`
   */
  async leaseContext(request: ContextRequest): Promise<ContextLease> {
    const startedAtMs = this.#clock.monotonicMs();
    request.signal.throwIfAborted();
    await this.#open();
    const allocating = this.#allocation.allocate(request).finally(() => this.#refill.refill());
    const allocated = await unlessAborted(allocating, request.signal, (abandoned) => {
      const back = abandoned.then((late) => this.#giveBack(late, undefined)).catch(() => {});
      this.#work.run("giving back a context that nobody waits for", () => back);
    });
    const { context, temperature } = allocated;
    return leaseOf({
      pooled: context,
      allocation: { temperature, ms: this.#clock.monotonicMs() - startedAtMs },
      signal: request.signal,
      giveBack: (mayStayWarm) => this.#giveBack(allocated, mayStayWarm ? warmKey(request) : undefined),
    });
  }

  status(): BrowserPoolStatus {
    return poolStatus({
      phase: this.#phase,
      launched: this.#launched,
      overflow: this.#overflow,
      isolationFindings: this.#findings,
      lastReplaceReason: this.#lastReplaceReason,
      zombies: this.processes.zombies,
    });
  }

  /** What has been used so far. One pass over /proc. */
  async usage(): Promise<BrowserUsage> {
    const groups = [...this.#launched.browsers].map(({ running }) => running.pid).filter((pid) => pid !== undefined);
    for (const group of groups) this.#cpu.read(group);
    const { user, system } = process.cpuUsage();
    return {
      cpuSeconds: this.#cpu.totalSeconds + (user + system) / 1e6,
      launches: this.#launched.launches,
      crashes: this.#launched.deaths,
    };
  }

  /** At the start of each invocation: the freeze before it may have cost the browser, or time. Never rejects. */
  async thawCheck(): Promise<ThawReport> {
    await this.#open();
    return this.#thaw.run();
  }

  /**
   * Looks after browsers and waiting contexts until it is stopped; `stop` settles when no look is under way. One watch at a
   * time, and only while an invocation runs: in a frozen container everything would seem late afterwards.
   */
  watch(): { stop(): Promise<void> } {
    this.#watch.start();
    return { stop: () => this.#watch.stop() };
  }

  /** Settles when nothing is under way in the background. Await it before the container may freeze. */
  async settled(): Promise<void> {
    await this.#work.settled();
  }

  /** No more leases; what waits is closed; settles when the last lease has ended. */
  async drain(): Promise<void> {
    if (this.#phase !== "closed") this.#phase = "draining";
    this.#changed.tell();
    for (const browser of this.#allBrowsers()) {
      for (const context of browser.contexts) {
        if (context.state.kind === "leased") continue;
        this.#work.run("closing an unused context", () => browser.shut(context));
      }
    }
    await Promise.all(this.#allBrowsers().map((browser) => browser.empty()));
  }

  /** Ends everything, leases included, and leaves nothing behind: no process, folder, listener or timer. Bounded, idempotent. */
  async close(): Promise<void> {
    this.#phase = "closed";
    const watched = this.#watch.stop();
    this.#warm.close();
    this.#changed.tell();
    await Promise.all([this.#launched.close(), this.#overflow?.close()]);
    await Promise.all([this.#work.settled(), watched]);
  }

  /** Out of the pool at once, and replaced; its end is waited for by nobody. */
  #retireContext(context: PooledContext, reason: ContextRetireReason): void {
    const { owner, id } = context;
    if (context.state.kind === "gone") return;
    if (context.isSound) this.#onEvent({ kind: "context-retired", browser: owner.id, context: id, reason });
    const detail = reason === "silent" ? "the page's renderer didn't answer" : "its navigations had become slow";
    context.lose({ what: "renderer", detail, browser: owner.id, neighbours: owner.jobs });
    context.isSilent = reason === "silent";
    this.#refill.refill();
    this.#work.run("closing a retired context", () => owner.shut(context));
  }

  async #open(): Promise<void> {
    if (this.#phase !== "not-started") return;
    this.#phase = "open";
    // Not awaited: sweeping what is left of others isn't a reason for anybody to wait.
    this.#work.run("sweeping leftover folders", async () => {
      await sweepLaunchFolders(this.#settings.tempDir);
      await this.processes.readTempRoom();
    });
  }

  async #giveBack({ context, leave }: Allocated, key: string | undefined): Promise<void> {
    const { owner } = context;
    const kept = key !== undefined && this.#phase === "open" && (await this.#warm.keep(context, key));
    // A drain may have begun meanwhile, and waits for it.
    if (!kept || this.#phase !== "open") await owner.shut(context);
    leave();
    if (owner.running.rung === "one-slot") this.#launched.condemn(owner, "tenant-left", false);
    this.#replaceIfWorn(owner);
    // A hosted browser is paid for while it is connected.
    if (owner === this.#overflow?.current && owner.claims === 0) this.#overflow.condemn(owner, "tenant-left", false);
    this.#onChange();
  }

  #replaceIfWorn(browser: PooledBrowser | undefined): void {
    const reason = browser?.wear();
    if (browser && reason !== undefined && browser === this.#launched.current) this.#launched.replace(browser, reason);
  }

  #browserToFill(): PooledBrowser | undefined {
    const { current } = this.#launched;
    return this.#phase === "open" && current?.running.rung !== "one-slot" ? current : undefined;
  }

  #allBrowsers(): readonly PooledBrowser[] {
    return [...this.#launched.browsers, ...(this.#overflow?.browsers ?? [])];
  }

  #onChange(): void {
    this.#changed.tell();
    this.#refill.refill();
  }

  #onEvent(event: BrowserEvent): void {
    if (event.kind === "browser-launched") this.#findings = event.findings;
    if (event.kind === "browser-retired" || event.kind === "browser-condemned") this.#lastReplaceReason = event.reason;
    const level = event.kind === "browser-launched" || event.kind === "browser-retired" ? "info" : "warn";
    this.#options.log[event.kind === "browser-closed" ? "info" : level](event.kind.replaceAll("-", " "), { ...event });
    this.#options.onEvent?.(event);
  }
}

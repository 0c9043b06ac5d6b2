import { setTimeout as delay } from "node:timers/promises";

import type { BackgroundWork } from "./background-work.ts";
import type { BrowserClock } from "./browser-clock.ts";
import type { BrowserEvent, ReplaceReason } from "./browser-event.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { CpuLedger } from "./cpu-ledger.ts";
import { withDeadline } from "./deadline.ts";
import { BrowserUnavailable, PoolClosed } from "./launch-failures.ts";
import { PooledBrowser } from "./pooled-browser.ts";
import type { PooledContext } from "./pooled-context.ts";
import type { StartBrowser } from "./start-browser.ts";

/** How long a lost connection waits for the process's own end, which says more. */
const EXIT_DETAIL_MS = 500;

export interface SuccessionOptions {
  /** Prefix of the browsers' ids. */
  readonly name: string;
  readonly start: StartBrowser;
  /** Whether a browser that is lost or used up is followed by the next at once, or when somebody asks for one. */
  readonly launchesAhead: boolean;
  readonly settings: BrowserSettings;
  readonly clock: BrowserClock;
  readonly random: () => number;
  readonly cpu: CpuLedger;
  readonly work: BackgroundWork;
  readonly onEvent: (event: BrowserEvent) => void;
  /** The current browser changed, or one is gone. */
  readonly onChange: () => void;
}

/**
 * Which browser new contexts come from, and what becomes of the ones before it. A replacement is launched first and
 * takes over when it is up; the old one's leases go on, and it is closed after the last of them, or when their time is
 * over. Repair never waits for the sick.
 */
export class BrowserSuccession {
  readonly #options: SuccessionOptions;
  readonly #browsers = new Set<PooledBrowser>();
  #current: PooledBrowser | undefined;
  #launching: Promise<PooledBrowser> | undefined;
  #replacing: PooledBrowser | undefined;
  readonly #stopped = new AbortController();
  #launches = 0;
  #deaths = 0;

  constructor(options: SuccessionOptions) {
    this.#options = options;
  }

  /** The browser that takes new contexts. */
  get current(): PooledBrowser | undefined {
    return this.#current;
  }

  /** All that aren't gone: the current one, and those before it. */
  get browsers(): ReadonlySet<PooledBrowser> {
    return this.#browsers;
  }

  get isLaunching(): boolean {
    return this.#launching !== undefined;
  }

  get launches(): number {
    return this.#launches;
  }

  /** Browsers that ended without being asked to. */
  get deaths(): number {
    return this.#deaths;
  }

  /** The current browser, or the one that is coming up. @throws BrowserUnavailable, PoolClosed */
  async get(): Promise<PooledBrowser> {
    return this.#current ?? this.#launch();
  }

  /** Replaces a browser that works, replacement first: until that is up the old one goes on. Idempotent. */
  replace(old: PooledBrowser, reason: ReplaceReason): void {
    if (this.#current !== old || this.#replacing === old || this.#stopped.signal.aborted) return;
    this.#replacing = old;
    this.#options.work.run("replacing a browser", async () => {
      try {
        await this.#launch();
        this.#retire(old, reason, false);
      } finally {
        this.#replacing = undefined;
      }
    });
  }

  /** No new contexts in this browser from now on: it is used up, or sick. A replacement is launched at once. Idempotent. */
  condemn(old: PooledBrowser, reason: ReplaceReason, sick: boolean): void {
    if (old.state.kind !== "live" && !(old.state.kind === "retired" && sick && !old.state.sick)) return;
    if (this.#current === old) this.#current = undefined;
    this.#launchAhead();
    this.#retire(old, reason, sick);
  }

  /**
   * Ends a browser that doesn't answer. Its leases are lost, and its replacement is being launched, when this returns:
   * neither waits for what is left of it.
   */
  kill(browser: PooledBrowser, detail: string): void {
    if (browser.state.kind === "closing" || browser.state.kind === "gone") return;
    this.condemn(browser, "ping-deadline", true);
    this.#bury(browser, detail);
    this.#options.work.run("killing a browser that doesn't answer", () => this.#shutDown(browser, 0));
  }

  /** Ends all of them; launches nothing more. */
  async close(): Promise<void> {
    this.#stopped.abort(new PoolClosed("the pool is closed"));
    await this.#launching?.catch(() => {});
    await Promise.all([...this.#browsers].map((browser) => this.#close(browser)));
  }

  #launchAhead(): void {
    if (!this.#options.launchesAhead || this.#current !== undefined || this.#stopped.signal.aborted) return;
    this.#options.work.run("launching a replacement", () => this.#launch());
  }

  async #launch(): Promise<PooledBrowser> {
    this.#stopped.signal.throwIfAborted();
    this.#launching ??= this.#bringUp().finally(() => {
      this.#launching = undefined;
      this.#options.onChange();
    });
    return this.#launching;
  }

  async #bringUp(): Promise<PooledBrowser> {
    const { start, onEvent } = this.#options;
    try {
      const { running, launchMs, findings } = await start();
      if (this.#stopped.signal.aborted) {
        await running.close(0);
        this.#stopped.signal.throwIfAborted();
      }
      this.#launches += 1;
      const browser = new PooledBrowser({
        id: `${this.#options.name}-${this.#launches}`,
        running,
        settings: this.#options.settings,
        clock: this.#options.clock,
        random: this.#options.random,
        onSick: (sick, reason) => this.condemn(sick, reason, true),
        onRendererDied: (context) => this.#onRendererDied(context),
      });
      this.#browsers.add(browser);
      this.#watch(browser);
      this.#current = browser;
      const pid = running.pid === undefined ? {} : { pid: running.pid };
      onEvent({ kind: "browser-launched", browser: browser.id, rung: running.rung, launchMs, findings, ...pid });
      return browser;
    } catch (error) {
      if (error instanceof BrowserUnavailable) onEvent({ kind: "launch-failed", failures: error.failures });
      throw error;
    }
  }

  #onRendererDied(context: PooledContext): void {
    const { owner, id } = context;
    const leased = context.state.kind === "leased";
    this.#options.onEvent({ kind: "renderer-died", browser: owner.id, context: id, leased });
    // A leased one is its lease's to end.
    if (leased) return;
    this.#options.work.run("closing a crashed context", async () => {
      await owner.shut(context);
      this.#options.onChange();
    });
  }

  /** Notices the browser's end, however it comes. */
  #watch(browser: PooledBrowser): void {
    const { running } = browser;
    const disconnected = new Promise<string>((resolve) => {
      running.browser.once("disconnected", () => {
        const how = withDeadline(running.exited, EXIT_DETAIL_MS, "the browser's exit");
        resolve(how.catch(() => "its connection ended"));
      });
    });
    void Promise.race([running.exited, disconnected]).then((how) => this.#died(browser, how));
  }

  #died(browser: PooledBrowser, how: string): void {
    if (browser.state.kind === "closing" || browser.state.kind === "gone") return;
    this.#depart(browser);
    this.#bury(browser, how);
    this.#launchAhead();
    this.#options.work.run("clearing up after a dead browser", () => this.#shutDown(browser, 0));
  }

  #bury(browser: PooledBrowser, detail: string): void {
    if (browser.state.kind === "gone") return;
    this.#deaths += 1;
    const leases = browser.count("leased");
    browser.end(detail);
    this.#options.onEvent({ kind: "browser-died", browser: browser.id, detail, leases });
  }

  #retire(browser: PooledBrowser, reason: ReplaceReason, sick: boolean): void {
    if (browser.state.kind !== "live" && browser.state.kind !== "retired") return;
    const { settings, onEvent, work } = this.#options;
    this.#depart(browser);
    browser.state = { kind: "retired", reason, sick };
    onEvent({ kind: sick ? "browser-condemned" : "browser-retired", browser: browser.id, reason });
    for (const context of browser.contexts) {
      if (context.state.kind !== "leased") work.run("closing an unused context", () => browser.shut(context));
    }
    // The vigil itself is no work: a container may freeze in the middle of it.
    void this.#emptyOrLate(browser, sick ? settings.condemnedGraceMs : settings.retireGraceMs).then(() =>
      work.run("closing a retired browser", () => this.#close(browser)),
    );
  }

  async #emptyOrLate(browser: PooledBrowser, graceMs: number): Promise<void> {
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, this.#stopped.signal]);
    const late = delay(graceMs, undefined, { signal, ref: false }).catch(() => {});
    await Promise.race([browser.empty(), late]);
    settled.abort();
  }

  async #close(browser: PooledBrowser): Promise<void> {
    const { state } = browser;
    if (state.kind === "closing" || state.kind === "gone") return this.#shutDown(browser, 0);
    const sick = state.kind === "retired" && state.sick;
    this.#depart(browser);
    browser.state = { kind: "closing", sick };
    browser.end("its time was over");
    await this.#shutDown(browser, sick ? 0 : this.#options.settings.quitGraceMs);
  }

  async #shutDown(browser: PooledBrowser, graceMs: number): Promise<void> {
    const { cpu, onEvent, onChange } = this.#options;
    const { pid } = browser.running;
    if (pid !== undefined) cpu.read(pid);
    await browser.running.close(graceMs);
    if (!this.#browsers.delete(browser)) return;
    if (pid !== undefined) cpu.settle(pid);
    onEvent({ kind: "browser-closed", browser: browser.id, killed: graceMs === 0 });
    onChange();
  }

  #depart(browser: PooledBrowser): void {
    if (this.#current === browser) this.#current = undefined;
    this.#options.onChange();
  }
}

import { withDeadline, BrowserDeadlineExceeded } from "./deadline.ts";
import type { Profile } from "../core/job/job-message.ts";
import type { BrowserClock } from "./browser-clock.ts";
import type { ReplaceReason } from "./browser-event.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import { killRenderersOf } from "./health/renderer-kill.ts";
import { RendererOwners } from "./health/renderer-owners.ts";
import { OpeningTimes } from "./opening-times.ts";
import { openContext, type OpenedContext } from "./open-context.ts";
import { PooledContext } from "./pooled-context.ts";
import { ping } from "./ping.ts";
import { retireReason, type RetireReason } from "./retire-rules.ts";
import type { RunningBrowser } from "./running-browser.ts";

/** launch → retire (no new contexts) → close → kill. */
export type BrowserState =
  | { readonly kind: "live" }
  /** Its last leases go on, bounded. `sick`: it missed a deadline, and is killed and not asked to quit. */
  | { readonly kind: "retired"; readonly reason: ReplaceReason; readonly sick: boolean }
  | { readonly kind: "closing"; readonly sick: boolean }
  | { readonly kind: "gone"; readonly detail: string };

export interface PooledBrowserOptions {
  readonly id: string;
  readonly running: RunningBrowser;
  readonly settings: BrowserSettings;
  readonly clock: BrowserClock;
  readonly random: () => number;
  /** It missed a deadline. Told at once, by whatever found it. */
  readonly onSick: (browser: PooledBrowser, reason: ReplaceReason) => void;
  readonly onRendererDied: (context: PooledContext) => void;
}

/** One browser of the pool and the contexts in it. Every number about it is counted from its sets. */
export class PooledBrowser {
  readonly id: string;
  readonly running: RunningBrowser;
  readonly contexts = new Set<PooledContext>();
  /** Which process serves which of them. */
  readonly renderers = new RendererOwners(this.contexts);
  state: BrowserState = { kind: "live" };
  readonly #options: PooledBrowserOptions;
  readonly #bornAtMs: number;
  readonly #openings = new Set<Promise<OpenedContext>>();
  readonly #claims = new Set<object>();
  readonly #openingTimes = new OpeningTimes();
  #made = 0;
  #whenEmpty: (() => void)[] = [];
  /** What to call when it goes. A promise raced again and again would keep all that ever won. */
  readonly #whenGone = new Set<(reason: Error) => void>();

  constructor(options: PooledBrowserOptions) {
    this.id = options.id;
    this.running = options.running;
    this.#options = options;
    this.#bornAtMs = options.clock.monotonicMs();
  }

  get uses(): number {
    return this.#made;
  }

  get ageMs(): number {
    return this.#options.clock.monotonicMs() - this.#bornAtMs;
  }

  get opening(): number {
    return this.#openings.size;
  }

  /** A lease's place in this browser, from the choice of the browser to the end of the lease. Idempotent to give back. */
  claim(): () => void {
    const claim = {};
    this.#claims.add(claim);
    return () => this.#claims.delete(claim);
  }

  get claims(): number {
    return this.#claims.size;
  }

  /**
   * How many jobs may be at work in it: one for each lease, and one for each page of a context whose pages are leased apart
   * (the lease of such a context has no job of its own). One that is beginning or ending counts: it may do harm already, or still.
   */
  get jobs(): number {
    let jobs = this.#claims.size;
    for (const { tenants } of this.contexts) jobs += Math.max(0, tenants.size - 1);
    return jobs;
  }

  count(kind: "pristine" | "leased" | "warm" | "closing"): number {
    let count = 0;
    for (const context of this.contexts) if (context.state.kind === kind) count += 1;
    return count;
  }

  /** Why it is due for replacement, if it is. */
  wear(): RetireReason | undefined {
    const wear = { uses: this.#made, ageMs: this.ageMs, openMs: this.#openingTimes.inOrder() };
    return retireReason(wear, this.#options.settings);
  }

  /**
   * Opens a context with a page, for a lease or to be kept ready: `purpose` is asked when it is open.
   * @throws BrowserDeadlineExceeded (the browser is sick then), or what Playwright says of a dying browser
   */
  async open(profile: Profile, purpose: () => "pristine" | "leased"): Promise<PooledContext> {
    const { clock, random, settings } = this.#options;
    const startedAtMs = clock.monotonicMs();
    this.#made += 1;
    const number = this.#made;
    const opening = openContext(this.running.browser, profile, random);
    this.#openings.add(opening);
    try {
      const opened = await this.whileUp(opening, settings.openDeadlineMs, "opening a context");
      // Its contexts have been told of its end: nobody would tell this one.
      if (this.state.kind === "gone") throw isGone(this.state.detail);
      this.#openingTimes.add(clock.monotonicMs() - startedAtMs);
      return this.#admit({ ...opened, id: `${this.id}/${number}`, owner: this, profile, state: { kind: purpose() } });
    } catch (error) {
      if (error instanceof BrowserDeadlineExceeded) {
        opening.then(({ context }) => context.close()).catch(() => {});
        this.#options.onSick(this, "open-deadline");
      }
      throw error;
    } finally {
      this.#openings.delete(opening);
      this.#tellEmpty();
    }
  }

  /**
   * Closes a context. Bounded by twice `closeDeadlineMs`, idempotent, and never throws. One that doesn't close loses its
   * own renderers first; when that doesn't help either, the browser is sick.
   */
  async shut(context: PooledContext): Promise<void> {
    if (context.state.kind === "closing" || context.state.kind === "gone") return;
    // A renderer that doesn't answer wouldn't end by itself either when its context is closed.
    if (context.isSilent) killRenderersOf(context);
    context.state = { kind: "closing" };
    const closing = context.context.close();
    // In a browser that is gone nobody waits for it, and it fails.
    closing.catch(() => {});
    if (!(await this.#settles(closing))) {
      killRenderersOf(context);
      // A browser that can't close a context can't be trusted with the next one. A dead one isn't sick, it is gone.
      if (!(await this.#settles(closing)) && this.#isUp()) this.#options.onSick(this, "close-deadline");
    }
    this.#forget(context);
  }

  async #settles(closing: Promise<void>): Promise<boolean> {
    if (!this.#isUp()) return false;
    try {
      await this.inCloseDeadline(closing, "closing a context");
      return true;
    } catch {
      return false;
    }
  }

  #isUp(): boolean {
    return this.state.kind !== "gone" && this.running.browser.isConnected();
  }

  /**
   * Playwright's calls under way may never settle when their browser goes: this settles with the call, the browser's end
   * or the limit, whichever is first.
   */
  async whileUp<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
    const gone = Promise.withResolvers<never>();
    if (this.state.kind === "gone") gone.reject(isGone(this.state.detail));
    this.#whenGone.add(gone.reject);
    try {
      return await withDeadline(Promise.race([promise, gone.promise]), ms, what);
    } finally {
      this.#whenGone.delete(gone.reject);
    }
  }

  /** `whileUp` with the limit of opening and reading. */
  inOpenDeadline<T>(promise: Promise<T>, what: string): Promise<T> {
    return this.whileUp(promise, this.#options.settings.openDeadlineMs, what);
  }

  inCloseDeadline<T>(promise: Promise<T>, what: string): Promise<T> {
    return this.whileUp(promise, this.#options.settings.closeDeadlineMs, what);
  }

  /** Something in it didn't close: it is sick if it doesn't answer at all. Bounded, never throws. */
  async checkAfterMissedClose(): Promise<void> {
    if (!this.#isUp()) return;
    await ping(this, this.#options.settings.pingDeadlineMs).catch(() => this.#options.onSick(this, "close-deadline"));
  }

  /** Unix time in milliseconds. */
  wallMs(): number {
    return this.#options.clock.wallMs();
  }

  /** The browser is gone, whoever ended it. Idempotent. */
  end(detail: string): void {
    if (this.state.kind === "gone") return;
    this.state = { kind: "gone", detail };
    for (const tell of this.#whenGone) tell(isGone(detail));
    const neighbours = this.jobs;
    for (const context of this.contexts) {
      context.lose({ what: "browser", detail, browser: this.id, neighbours });
      this.#forget(context);
    }
  }

  /** Settles when no context is open, opening or closing. */
  async empty(): Promise<void> {
    while (this.contexts.size + this.#openings.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty.push(resolve);
      });
    }
  }

  #admit(options: ConstructorParameters<typeof PooledContext>[0]): PooledContext {
    const context = new PooledContext(options);
    this.contexts.add(context);
    context.page.once("crash", () => {
      if (!context.isSound) return;
      const detail = "the page's renderer process ended";
      context.lose({ what: "renderer", detail, browser: this.id, neighbours: this.jobs });
      this.#options.onRendererDied(context);
    });
    return context;
  }

  #forget(context: PooledContext): void {
    context.state = { kind: "gone" };
    this.contexts.delete(context);
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    if (this.contexts.size + this.#openings.size > 0) return;
    const told = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const tell of told) tell();
  }
}

function isGone(detail: string): Error {
  return new Error(`the browser is gone: ${detail}`);
}

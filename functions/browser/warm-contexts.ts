import type { Page } from "playwright-core";

import type { BackgroundWork } from "./background-work.ts";
import type { BrowserClock } from "./browser-clock.ts";
import type { BrowserSettings } from "./browser-settings.ts";
import type { ContextRequest } from "./context-lease.ts";
import type { PooledBrowser } from "./pooled-browser.ts";
import type { PooledContext } from "./pooled-context.ts";

/**
 * What two leases must have in common to follow each other in one context. The resource policy is part of it: it was
 * put in force when the context was first leased.
 */
export function warmKey(request: ContextRequest): string | undefined {
  if (request.affinityKey === undefined) return undefined;
  const { images, fonts, media } = request.resources;
  return JSON.stringify([request.affinityKey, request.profile, images, fonts, media]);
}

export interface WarmContextsOptions {
  readonly settings: BrowserSettings;
  readonly clock: BrowserClock;
  readonly work: BackgroundWork;
  readonly browsers: () => Iterable<PooledBrowser>;
}

/** Used contexts that wait for the next lease of their own key: few, and not for long. */
export class WarmContexts {
  readonly #options: WarmContextsOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WarmContextsOptions) {
    this.#options = options;
  }

  take(browser: PooledBrowser, key: string): PooledContext | undefined {
    const nowMs = this.#options.clock.monotonicMs();
    for (const context of browser.contexts) {
      const { state } = context;
      if (state.kind !== "warm" || state.key !== key || state.untilMs <= nowMs || !context.isSound) continue;
      // A popup of the last holder that came late is still on its way out.
      if (context.context.pages().length > 1) continue;
      context.context.off("page", closePage);
      context.state = { kind: "leased" };
      return context;
    }
    return undefined;
  }

  /** Blanks a released context and keeps it. False when it can't be kept: the caller closes it. */
  async keep(context: PooledContext, key: string): Promise<boolean> {
    const { settings, clock } = this.#options;
    const worn = settings.affinityTtlMs === 0 || context.uses >= settings.affinityMaxUses;
    if (worn || context.isPersonal || !context.isSound || context.owner.state.kind !== "live") return false;
    try {
      await context.owner.whileUp(blank(context), settings.closeDeadlineMs, "blanking a page");
    } catch {
      return false;
    }
    if (!context.isSound || context.owner.state.kind !== "live") return false;
    context.state = { kind: "warm", key, untilMs: clock.monotonicMs() + settings.affinityTtlMs };
    this.#evict();
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Closes the ones whose time is over, and the oldest of too many; then waits for the next. */
  #evict(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const waiting = this.#waiting();
    const tooMany = waiting.length - this.#options.settings.affinityMaxContexts;
    const over = waiting.filter(({ untilMs }, index) => index < tooMany || untilMs <= nowMs);
    for (const { context } of over) {
      this.#options.work.run("closing a warm context", () => context.owner.shut(context));
    }
    const next = waiting[over.length];
    clearTimeout(this.#timer);
    if (next) this.#timer = setTimeout(() => this.#evict(), Math.max(1, next.untilMs - nowMs)).unref();
  }

  /** The one that waits longest first. */
  #waiting(): { readonly context: PooledContext; readonly untilMs: number }[] {
    return [...this.#options.browsers()]
      .flatMap((browser) => [...browser.contexts])
      .flatMap((context) => (context.state.kind === "warm" ? [{ context, untilMs: context.state.untilMs }] : []))
      .toSorted((one, other) => one.untilMs - other.untilMs);
  }
}

/** One blank page, and nothing of what the last holder hung on it. From here on a late popup is closed as it comes. */
async function blank({ context, page, unused }: PooledContext): Promise<void> {
  unused.restore();
  context.on("page", closePage);
  await page.goto("about:blank");
  const popups = context.pages().filter((one) => one !== page);
  await Promise.all(popups.map((popup) => popup.close()));
}

function closePage(page: Page): void {
  page.close().catch(() => {});
}

import type { BrowserContext, Disposable, Frame, Page } from "playwright-core";

import { originOf } from "./tab-storage.ts";

interface Filling {
  readonly origin: string;
  readonly entries: readonly (readonly [string, string])[];
}

/** A tab with origins that it hasn't come to yet. */
interface Tab {
  readonly scripts: Map<string, Promise<Disposable>>;
  leave(): void;
}

/**
 * Gives each tab of a context the sessionStorage of a restored session: once for each origin, at its first document there,
 * before that one's own scripts. From then on it is the page's. The browser has no call for it, so it takes a script in
 * each new document, which goes when the tab has come to its origin. A popup copies its opener's, as always.
 */
export class SessionFill {
  readonly #context: BrowserContext;
  #fillings: readonly Filling[] = [];
  readonly #tabs = new Map<Page, Tab>();
  readonly #onPage = (page: Page) => void this.#popup(page);

  constructor(context: BrowserContext) {
    this.#context = context;
  }

  /** Settles when the open tabs have it; one that comes later has it before its first document. */
  async fill(fillings: readonly Filling[]): Promise<void> {
    this.#clear();
    this.#fillings = fillings;
    if (fillings.length === 0) return;
    this.#context.on("page", this.#onPage);
    await Promise.all(this.#context.pages().map((page) => this.#tab(page, fillings)));
  }

  #clear(): void {
    this.#context.off("page", this.#onPage);
    for (const [page, { scripts }] of this.#tabs) for (const origin of scripts.keys()) this.#arrived(page, origin);
  }

  /** A new page, whoever opened it. What its opener has been given already came with the opener's storage. */
  async #popup(page: Page): Promise<void> {
    const opener = await page.opener();
    const left = opener && this.#tabs.get(opener)?.scripts;
    const fillings = opener ? this.#fillings.filter(({ origin }) => left?.has(origin)) : this.#fillings;
    await this.#tab(page, fillings).catch(() => {});
  }

  async #tab(page: Page, fillings: readonly Filling[]): Promise<void> {
    const here = new Set(page.frames().map((frame) => originOf(frame.url())));
    const missing = fillings.filter(({ origin }) => !here.has(origin));
    if (missing.length === 0) return;
    const scripts = new Map(missing.map((filling) => [filling.origin, page.addInitScript(fillOnce, filling)]));
    const onNavigated = (frame: Frame) => this.#arrived(page, originOf(frame.url()));
    const leave = () => {
      page.off("framenavigated", onNavigated);
      page.off("close", leave);
      this.#tabs.delete(page);
    };
    page.on("framenavigated", onNavigated);
    page.on("close", leave);
    this.#tabs.set(page, { scripts, leave });
    await Promise.all(scripts.values());
  }

  #arrived(page: Page, origin: string | undefined): void {
    const tab = this.#tabs.get(page);
    const script = tab?.scripts.get(origin ?? "");
    if (!tab || !script || origin === undefined) return;
    tab.scripts.delete(origin);
    script.then((added) => added.dispose()).catch(() => {});
    if (tab.scripts.size === 0) tab.leave();
  }
}

/**
 * Runs in each new document, until it is taken away a moment after the first one at the origin. A second document within
 * that moment tells itself by having something stored, a predecessor in its history, or an ancestor of the same origin.
 */
function fillOnce({ origin, entries }: Filling): void {
  if (self.origin !== origin) return;
  for (let frame: Window = self; frame !== frame.parent;) {
    frame = frame.parent;
    try {
      if (frame.origin === origin) return;
    } catch {
      // An ancestor of another origin doesn't say.
    }
  }
  if (self.navigation.activation?.from || sessionStorage.length > 0) return;
  for (const [key, value] of entries) sessionStorage.setItem(key, value);
}

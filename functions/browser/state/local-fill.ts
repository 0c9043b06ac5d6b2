import type { BrowserContext, Disposable, Frame, Page } from "playwright-core";

import { originOf } from "./tab-storage.ts";

export interface LocalFilling {
  readonly origin: string;
  readonly entries: readonly (readonly [string, string])[];
}

/**
 * Gives a fresh context the localStorage of a restored state without opening anything: once for each origin, at the first
 * document there, before that one's own scripts. From then on it is the page's. A page of its own for each context, as
 * Playwright opens it to put storage in at once, costs more than all the rest of a context (docs/benchmarks.md).
 */
export class LocalFill {
  readonly #context: BrowserContext;
  readonly #waiting = new Map<string, Promise<Disposable>>();
  readonly #onNavigated = (frame: Frame) => {
    // A frame of another site has a storage of its own there; the origin's is still to be filled.
    if (frame.parentFrame() === null) this.#arrived(frame.url());
  };
  /** A popup's first document may be there before anybody can hear of it. */
  readonly #onPage = (page: Page) => this.#arrived(page.url());

  constructor(context: BrowserContext) {
    this.#context = context;
  }

  /** Those that no tab has come to yet. */
  get waiting(): ReadonlySet<string> {
    return new Set(this.#waiting.keys());
  }

  /** Settles when every tab, also one that comes later, will have it. Called once, before any site is opened. */
  async fill(fillings: readonly LocalFilling[]): Promise<void> {
    if (fillings.length === 0) return;
    this.#context.on("framenavigated", this.#onNavigated);
    this.#context.on("page", this.#onPage);
    for (const filling of fillings) {
      this.#waiting.set(filling.origin, this.#context.addInitScript(fillOnce, filling));
    }
    await Promise.all(this.#waiting.values());
  }

  #arrived(url: string): void {
    const origin = originOf(url) ?? "";
    const script = this.#waiting.get(origin);
    if (!script) return;
    this.#waiting.delete(origin);
    script.then((added) => added.dispose()).catch(() => {});
    if (this.#waiting.size > 0) return;
    this.#context.off("framenavigated", this.#onNavigated);
    this.#context.off("page", this.#onPage);
  }
}

/**
 * Runs in each new document, until it is taken away a moment after the first one at the origin. A second document within
 * that moment tells itself by having something stored, or a predecessor in its history.
 */
function fillOnce({ origin, entries }: LocalFilling): void {
  if (self.origin !== origin || self.navigation.activation?.from || localStorage.length > 0) return;
  // In a frame below another site the origin has another storage, which nothing was saved of. Two labels are never more
  // than what sites have in common, so that no frame of the same site is left out.
  const site = (host: string) => host.split(".").slice(-2).join(".");
  for (const ancestor of location.ancestorOrigins) {
    if (!URL.canParse(ancestor) || site(new URL(ancestor).hostname) !== site(location.hostname)) return;
  }
  for (const [key, value] of entries) localStorage.setItem(key, value);
}

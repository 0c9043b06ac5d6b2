import type { Page } from "playwright-core";

import type { PooledBrowser } from "./pooled-browser.ts";

/** A page and the popups that it opened, and theirs. */
export class PageFamily {
  readonly #pages = new Set<Page>();
  readonly #owner: PooledBrowser;
  #closing: Promise<void> | undefined;

  constructor(page: Page, owner: PooledBrowser) {
    this.#owner = owner;
    this.#add(page);
  }

  /**
   * Closes them all. Bounded, idempotent, never throws. A page that doesn't close in time is given up: it goes with its
   * context. Its neighbours pay for it only where the browser itself is at fault, which is asked: it is condemned when it
   * doesn't answer either.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    try {
      await this.#owner.inCloseDeadline(Promise.all([...this.#pages].map((page) => page.close())), "closing a page");
    } catch {
      await this.#owner.checkAfterMissedClose();
    }
  }

  #add(page: Page): void {
    this.#pages.add(page);
    page.on("popup", (popup) => {
      this.#add(popup);
      // It was on its way when its opener closed.
      if (this.#closing) popup.close().catch(() => {});
    });
    page.once("close", () => this.#pages.delete(page));
  }
}

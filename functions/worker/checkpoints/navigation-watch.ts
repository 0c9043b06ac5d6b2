import type { Frame, Page } from "playwright-core";

import type { ContextLease } from "../../browser/context-lease.ts";

/** Whether any page of a job has gone to another address since the last reset. */
export class NavigationWatch {
  readonly #pages = new Set<Page>();
  readonly #stop: () => unknown;
  #navigated = false;
  readonly #onNavigated = (frame: Frame) => {
    if (frame.parentFrame() === null) this.#navigated = true;
  };

  /** @param wholeContext whether the context's other pages are the job's too */
  constructor({ context, page }: ContextLease, wholeContext: boolean) {
    const watch = (one: Page) => {
      this.#pages.add(one);
      one.on("framenavigated", this.#onNavigated);
      one.once("close", () => this.#pages.delete(one));
    };
    watch(page);
    if (wholeContext) context.on("page", watch);
    this.#stop = () => wholeContext && context.off("page", watch);
  }

  get navigated(): boolean {
    return this.#navigated;
  }

  reset(): void {
    this.#navigated = false;
  }

  /** Idempotent. */
  stop(): void {
    this.#stop();
    for (const page of this.#pages) page.off("framenavigated", this.#onNavigated);
    this.#pages.clear();
  }
}

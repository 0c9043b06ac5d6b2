import type { Frame, Page } from "playwright-core";

import type { ContextLease } from "../../browser/context-lease.ts";

/** Counts how often any page of a job has gone to another address. */
export class NavigationWatch {
  readonly #pages = new Set<Page>();
  readonly #stop: () => unknown;
  #count = 0;
  readonly #onNavigated = (frame: Frame) => {
    if (frame.parentFrame() === null) this.#count += 1;
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

  get count(): number {
    return this.#count;
  }

  /** Idempotent. */
  stop(): void {
    this.#stop();
    for (const page of this.#pages) page.off("framenavigated", this.#onNavigated);
    this.#pages.clear();
  }
}

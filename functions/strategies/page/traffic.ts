import type { Request } from "playwright-core";

import type { StrategyPage } from "../contract/define-strategy.ts";

/** The requests of a page that are under way, of those that began since this was made. Listens only: no round trips. */
export class Traffic {
  readonly #page: StrategyPage;
  readonly #underWay = new Set<Request>();
  #changed: () => void = () => undefined;

  constructor(page: StrategyPage) {
    this.#page = page;
    page.on("request", this.#began);
    page.on("requestfinished", this.#ended);
    page.on("requestfailed", this.#ended);
  }

  /** Settles with true once nothing is under way and nothing came in for `idleMs`, with false after `timeoutMs`. */
  idle(idleMs: number, timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let quiet: ReturnType<typeof setTimeout> | undefined;
    this.#changed = () => {
      clearTimeout(quiet);
      if (this.#underWay.size === 0) quiet = setTimeout(resolve, idleMs, true);
    };
    this.#changed();
    const limit = setTimeout(resolve, timeoutMs, false);
    return promise.finally(() => {
      clearTimeout(quiet);
      clearTimeout(limit);
      this.#changed = () => undefined;
    });
  }

  stop(): void {
    this.#page.off("request", this.#began);
    this.#page.off("requestfinished", this.#ended);
    this.#page.off("requestfailed", this.#ended);
  }

  readonly #began = (request: Request) => {
    this.#underWay.add(request);
    this.#changed();
  };

  readonly #ended = (request: Request) => {
    this.#underWay.delete(request);
    this.#changed();
  };
}

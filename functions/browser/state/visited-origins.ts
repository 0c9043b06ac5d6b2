import type { BrowserContext, Page } from "playwright-core";

import { originOf } from "./tab-storage.ts";

/** The origins that documents of a context have had so far. */
export class VisitedOrigins {
  readonly #context: BrowserContext;
  readonly #origins = new Set<string>();

  constructor(context: BrowserContext) {
    this.#context = context;
    context.on("framenavigated", (frame) => this.#add(frame.url()));
    // A popup's first document may be there before anybody can hear of it.
    context.on("page", (page) => this.#addAll(page));
  }

  read(): ReadonlySet<string> {
    for (const page of this.#context.pages()) this.#addAll(page);
    return this.#origins;
  }

  #addAll(page: Page): void {
    for (const frame of page.frames()) this.#add(frame.url());
  }

  #add(url: string): void {
    const origin = originOf(url);
    if (origin !== undefined) this.#origins.add(origin);
  }
}

import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import type { Identity } from "../cdp/context-steering.ts";

/** How a context of a profile is opened. */
export interface ContextProfile {
  readonly options: BrowserContextOptions;
  /** Runs once on the new context with its first, still blank page, before anything is loaded. */
  readonly prepare: (context: BrowserContext, page: Page) => Promise<void>;
}

/** What a profile decides. Playwright's options carry what they can; the identity is set on the wire. */
export interface ProfileChoice {
  readonly options: BrowserContextOptions;
  readonly identity: Identity;
  /** Runs in each document before its own scripts. */
  readonly script?: () => void;
}

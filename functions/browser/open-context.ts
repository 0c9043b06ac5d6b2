import type { Browser, BrowserContext, Page } from "playwright-core";

import type { Profile } from "../core/job/job-message.ts";
import { contextOptionsFor } from "./profiles/context-options.ts";

export interface OpenedContext {
  readonly context: BrowserContext;
  readonly page: Page;
}

/**
 * Opens a context that looks as its profile says, with one blank page. Whatever the profile, downloads are refused and
 * service workers blocked: both would go on past the pages that a lease can see. Dialogs are dismissed and popups stay
 * in the context by Playwright's own defaults.
 */
export async function openContext(browser: Browser, profile: Profile, random: () => number): Promise<OpenedContext> {
  const look = await contextOptionsFor(profile, random, browser.version());
  const context = await browser.newContext({ ...look.options, acceptDownloads: false, serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    await look.prepare(context, page);
    return { context, page };
  } catch (error) {
    context.close().catch(() => {});
    throw error;
  }
}

import type { Page } from "playwright-core";

import type { PagePlace } from "../../core/checkpoint/checkpoint.ts";
import { PermanentFailure } from "../../core/job/failures.ts";

const TIMEOUT_MAX_MS = 30_000;

/** Opens the page that a checkpoint was saved on, scrolled as it was. @throws as `page.goto` does */
export async function reopenPage(
  page: Pick<Page, "goto" | "evaluate">,
  place: PagePlace | undefined,
  remainingMs: number,
): Promise<void> {
  if (place === undefined) {
    throw new PermanentFailure("NoPageToReopen", "the checkpoint was saved while no page with an address was open");
  }
  await page.goto(place.url, { waitUntil: "domcontentloaded", timeout: Math.min(TIMEOUT_MAX_MS, remainingMs) });
  const { scrollX, scrollY } = place;
  if (scrollX === 0 && scrollY === 0) return;
  await page.evaluate(([x, y]) => window.scrollTo(x, y), [scrollX, scrollY] as const);
}

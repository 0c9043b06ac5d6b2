import type { Locator } from "playwright-core";

import { PermanentFailure, TransientFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { navigating } from "./visit.ts";
import { within, type Clocked } from "./within.ts";

const GRACE_MS = 2_000;

/**
 * Whether an element comes within the limit. Throws `TransientFailure` `OutOfTime` where the run ends before that limit, so
 * that false always means that it was waited for, and `PermanentFailure` `SelectorInvalid`.
 */
export async function appears(
  run: Clocked,
  page: StrategyPage,
  locator: Locator,
  limitMs: number,
  at: string,
): Promise<boolean> {
  const timeout = Math.max(1, Math.min(limitMs, run.remainingMs()));
  try {
    await within(run, timeout + GRACE_MS, at, () => locator.first().waitFor({ state: "attached", timeout }));
    return true;
  } catch (error) {
    if (run.signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (/Timeout \d+ms exceeded/u.test(message)) {
      if (timeout >= limitMs) return false;
      const text = `only ${timeout} ms were left to wait for ${String(locator)}; the page is ${page.url()}`;
      throw new TransientFailure("OutOfTime", text, { at });
    }
    return locating(run, page, String(locator), at, () => Promise.reject(error as Error));
  }
}

/** Runs what reads an element, and names its errors. */
export async function locating<Value>(
  run: Clocked,
  page: StrategyPage,
  selector: string,
  at: string,
  go: () => Promise<Value>,
): Promise<Value> {
  return navigating(run, at, page.url(), async () => {
    try {
      return await go();
    } catch (error) {
      const isSelector = error instanceof Error && isSelectorProblem(error.message);
      throw isSelector ? invalidSelector(selector, at, error) : error;
    }
  });
}

/** Whether Playwright says that it can't read a selector. */
export function isSelectorProblem(message: string): boolean {
  return /Unexpected token|not a valid selector|Unknown engine|Malformed selector/u.test(message);
}

export function invalidSelector(selector: string, at: string, cause: unknown): PermanentFailure {
  return new PermanentFailure("SelectorInvalid", `"${selector}" is not a valid selector`, { at, cause });
}

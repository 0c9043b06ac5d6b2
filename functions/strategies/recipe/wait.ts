import type { Request } from "playwright-core";

import { TransientFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { navigating } from "../page/visit.ts";
import { within, type Clocked } from "../page/within.ts";
import type { StepOf } from "./steps.ts";

const GRACE_MS = 2_000;

/** Waits for what the step names, never longer than its limit. Throws `TransientFailure` `WaitTimedOut`. */
export async function wait(run: Clocked, page: StrategyPage, step: StepOf<"wait">, at: string): Promise<void> {
  const timeout = Math.max(1, Math.min(step.timeoutMs, run.remainingMs()));
  try {
    await within(run, timeout + GRACE_MS, at, () => waiting(page, step, timeout));
  } catch (error) {
    if (run.signal.aborted) throw error;
    if (!(error instanceof Error) || !/Timeout \d+ms exceeded/u.test(error.message)) {
      return navigating(at, page.url(), () => Promise.reject(error as Error));
    }
    const text = `waited ${timeout} ms for ${described(step)}; the page is ${page.url()}`;
    throw new TransientFailure("WaitTimedOut", text, { at, cause: error });
  }
}

async function waiting(page: StrategyPage, step: StepOf<"wait">, timeout: number): Promise<void> {
  if (step.selector !== undefined) {
    const state = step.state ?? "attached";
    await page.locator(step.selector).first().waitFor({ state, timeout });
  } else if (step.url !== undefined) {
    await page.waitForURL(step.url, { timeout, waitUntil: "commit" });
  } else if (step.load !== undefined) {
    await page.waitForLoadState(step.load, { timeout });
  } else if (step.idleMs !== undefined) {
    await responsesIdle(page, step.idleMs, timeout);
  }
}

function described({ selector, state, url, load, idleMs }: StepOf<"wait">): string {
  if (selector !== undefined) return `"${selector}" to be ${state ?? "attached"}`;
  if (url !== undefined) return `the address to fit ${url}`;
  return load === undefined ? `${idleMs} ms without an answer` : `the load state ${load}`;
}

/** Settles once nothing is under way and nothing came in for `idleMs`. Listens only: no round trips. */
function responsesIdle(page: StrategyPage, idleMs: number, timeout: number): Promise<void> {
  const underWay = new Set<Request>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let idle = setTimeout(resolve, idleMs);
  const limit = setTimeout(() => reject(new Error(`Timeout ${timeout}ms exceeded.`)), timeout);
  const restart = () => {
    clearTimeout(idle);
    if (underWay.size === 0) idle = setTimeout(resolve, idleMs);
  };
  const began = (request: Request) => {
    underWay.add(request);
    restart();
  };
  const ended = (request: Request) => {
    underWay.delete(request);
    restart();
  };
  page.on("request", began);
  page.on("requestfinished", ended);
  page.on("requestfailed", ended);
  return promise.finally(() => {
    clearTimeout(idle);
    clearTimeout(limit);
    page.off("request", began);
    page.off("requestfinished", ended);
    page.off("requestfailed", ended);
  });
}

import { TransientFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { Traffic } from "../page/traffic.ts";
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
      return navigating(run, at, page.url(), () => Promise.reject(error as Error));
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

async function responsesIdle(page: StrategyPage, idleMs: number, timeout: number): Promise<void> {
  const traffic = new Traffic(page);
  try {
    if (!(await traffic.idle(idleMs, timeout))) throw new Error(`Timeout ${timeout}ms exceeded.`);
  } finally {
    traffic.stop();
  }
}

import type { Page } from "playwright-core";

import { classifyError } from "../../core/job/classify-error.ts";
import { PermanentFailure, TransientFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { within, type Clocked } from "./within.ts";

const NAVIGATION_TIMEOUT_MS = 30_000;
/** Over Playwright's own limit, so that its better message comes first. */
const GRACE_MS = 2_000;

type WaitUntil = "commit" | "domcontentloaded" | "load" | "networkidle";

export interface VisitOptions {
  /** Where in the job, for errors, such as `steps.0 (goto)`. */
  readonly at: string;
  /** @default "domcontentloaded" */
  readonly waitUntil?: WaitUntil;
  /** @default 30,000 */
  readonly timeoutMs?: number;
}

/**
 * Opens an address and checks the answer's status. Throws `TransientFailure` for time-outs, lost connections, 408, 425,
 * 429 and 5xx, and `PermanentFailure` for every other answer of 400 and above, a redirect loop and a download.
 */
export async function visit(run: Clocked, page: StrategyPage, url: string, options: VisitOptions): Promise<void> {
  const status = await open(run, page, url, options);
  if (status !== undefined) checkStatus(status, url, options.at);
}

/** Opens an address and answers the status, whatever it is; undefined where the browser asked nobody. Throws as `visit`. */
export async function open(
  run: Clocked,
  page: StrategyPage,
  url: string,
  options: VisitOptions,
): Promise<number | undefined> {
  const timeout = Math.max(1, Math.min(options.timeoutMs ?? NAVIGATION_TIMEOUT_MS, run.remainingMs()));
  const waitUntil = options.waitUntil ?? "domcontentloaded";
  const response = await navigating(run, options.at, url, () =>
    within(run, timeout + GRACE_MS, options.at, () => page.goto(url, { waitUntil, timeout })),
  );
  return response?.status();
}

/** Runs what leads to another page, and names its errors; where the run is aborted that is the signal's reason. */
export async function navigating<Value>(
  run: Clocked,
  at: string,
  url: string,
  go: () => Promise<Value>,
): Promise<Value> {
  try {
    return await go();
  } catch (error) {
    // What breaks off with its run says nothing about the page.
    run.signal.throwIfAborted();
    if (error instanceof PermanentFailure || error instanceof TransientFailure) throw error;
    throw navigationFailure(error, url, at);
  }
}

function navigationFailure(error: unknown, url: string, at: string): Error {
  const message = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
  const options = { at, cause: error };
  if (message.includes("ERR_TOO_MANY_REDIRECTS")) {
    return new PermanentFailure("RedirectLoop", `${url} redirects for ever`, options);
  }
  if (message.includes("Download is starting")) {
    return new PermanentFailure("NotAPage", `${url} is a download and not a page`, options);
  }
  const { error: known, retryable } = classifyError(error);
  const text = `${url} didn't open: ${message}`;
  return retryable ? new TransientFailure(known.name, text, options) : new PermanentFailure(known.name, text, options);
}

const COME_AND_GO = new Set([408, 425, 429]);
const GONE = new Set([404, 410]);

/** Whether a status says that the site can't answer now. */
export function isUnavailable(status: number): boolean {
  return status >= 500 || COME_AND_GO.has(status);
}

/** What an answer's status means for the job; nothing under 400. */
export function checkStatus(status: number, url: string, at: string): void {
  if (status < 400) return;
  const text = `${url} answered ${status}`;
  if (isUnavailable(status)) throw new TransientFailure("HttpUnavailable", text, { at });
  if (GONE.has(status)) throw new PermanentFailure("PageNotFound", `${text}: there is no such page`, { at });
  throw new PermanentFailure("HttpRefused", text, { at });
}

const EVALUATION_TIMEOUT_MS = 30_000;

/** One evaluation in the page: one round trip. The function must need nothing but its argument. */
export function evaluateOnce<Argument, Value>(
  run: Clocked,
  page: StrategyPage,
  at: string,
  inPage: (argument: Argument) => Value | Promise<Value>,
  argument: Argument,
  timeoutMs: number = EVALUATION_TIMEOUT_MS,
): Promise<Value> {
  const evaluate = page.evaluate as (
    pageFunction: (argument: Argument) => Value | Promise<Value>,
    argument: Argument,
  ) => Promise<Value>;
  return navigating(run, at, page.url(), () =>
    within(run, timeoutMs, at, () => evaluate.call(page as Page, inPage, argument)),
  );
}

import { PermanentFailure, TransientFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { invalidSelector, isSelectorProblem } from "../page/appears.ts";
import { checkStatus, navigating } from "../page/visit.ts";
import { within, type Clocked } from "../page/within.ts";
import type { StepOf } from "./steps.ts";

const GRACE_MS = 2_000;
const COUNT_TIMEOUT_MS = 5_000;

type Acting = StepOf<"click"> | StepOf<"fill"> | StepOf<"select"> | StepOf<"press">;

/** Acts on an element, and waits for the new page where the step says that one follows. */
export async function act(run: Clocked, page: StrategyPage, step: Acting, at: string): Promise<void> {
  const timeout = Math.max(1, Math.min(step.timeoutMs, run.remainingMs()));
  const go = () => within(run, timeout + GRACE_MS, at, () => perform(page, step, timeout));
  try {
    if (!("navigates" in step) || !step.navigates) return await go();
    const waited = page.waitForNavigation({ waitUntil: "domcontentloaded", timeout });
    // The click may fail first; the wait's own failure then isn't looked at.
    waited.catch(() => undefined);
    await go();
    const response = await navigating(run, at, page.url(), () => within(run, timeout + GRACE_MS, at, () => waited));
    if (response !== null) checkStatus(response.status(), response.url(), at);
  } catch (error) {
    throw await actionFailure(run, page, step, at, timeout, error);
  }
}

async function perform(page: StrategyPage, step: Acting, timeout: number): Promise<void> {
  switch (step.do) {
    case "click":
      return page.locator(step.selector).first().click({ timeout, clickCount: step.count });
    case "fill":
      return page.locator(step.selector).first().fill(step.value, { timeout });
    case "select":
      await page
        .locator(step.selector)
        .first()
        .selectOption([...step.values], { timeout });
      return;
    case "press":
      if (step.selector === undefined) return page.keyboard.press(step.key);
      return page.locator(step.selector).first().press(step.key, { timeout });
  }
}

/** Says which element was missing, or what kept the one that is there from being used. */
async function actionFailure(
  run: Clocked,
  page: StrategyPage,
  step: Acting,
  at: string,
  timeoutMs: number,
  error: unknown,
): Promise<unknown> {
  if (error instanceof PermanentFailure || error instanceof TransientFailure || run.signal.aborted) return error;
  const message = error instanceof Error ? error.message : String(error);
  const selector = step.selector ?? "the focused element";
  if (isSelectorProblem(message)) return invalidSelector(selector, at, error);
  if (!/Timeout \d+ms exceeded/u.test(message)) {
    return navigating(run, at, page.url(), () => Promise.reject(error as Error)).catch((failure: unknown) => failure);
  }
  if (message.includes("waiting for scheduled navigations")) {
    const text = `"${selector}" led to an address that gave no answer within ${timeoutMs} ms`;
    return new TransientFailure("NavigationTimeout", text, { at, cause: error });
  }
  const counting = () => within(run, COUNT_TIMEOUT_MS, at, () => page.locator(selector).count());
  const count = await navigating(run, at, page.url(), counting).catch((failure: unknown) => failure);
  // A page that can't be asked is no page without the element.
  if (typeof count !== "number") return count;
  if (count === 0) {
    const text = `nothing matches "${selector}" after ${timeoutMs} ms; the page is "${page.url()}"`;
    return new PermanentFailure("ElementNotFound", text, { at, cause: error });
  }
  const text = `"${selector}" matches ${count} elements, but ${obstacle(message)} for ${timeoutMs} ms`;
  return new TransientFailure("ElementNotReady", text, { at, cause: error });
}

/** The reason in Playwright's call log, which otherwise is a page long. */
function obstacle(message: string): string {
  if (message.includes("intercepts pointer events")) return "another element lay over it";
  if (message.includes("not visible")) return "it wasn't visible";
  if (message.includes("not enabled")) return "it wasn't enabled";
  if (message.includes("not stable")) return "it kept moving";
  if (message.includes("did not find some options")) return "it didn't have the options";
  return "it couldn't be used";
}

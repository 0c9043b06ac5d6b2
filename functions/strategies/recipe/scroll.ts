import { PermanentFailure } from "../../core/job/failures.ts";
import type { StrategyPage } from "../contract/define-strategy.ts";
import { evaluateOnce } from "../page/visit.ts";
import type { Clocked } from "../page/within.ts";
import type { StepOf } from "./steps.ts";

interface ScrollRequest {
  readonly selector: string | null;
  readonly to: "top" | "bottom" | null;
  readonly byPixels: number;
}

/** One round trip. Throws `PermanentFailure` `ElementNotFound`, also for a selector that isn't one. */
export async function scroll(run: Clocked, page: StrategyPage, step: StepOf<"scroll">, at: string): Promise<void> {
  const request = { selector: step.selector ?? null, to: step.to ?? null, byPixels: step.byPixels ?? 0 };
  const done = await evaluateOnce(run, page, at, scrollInPage, request);
  if (done) return;
  throw new PermanentFailure("ElementNotFound", `nothing matches "${step.selector}" at ${page.url()}`, { at });
}

/** Runs in the page: uses nothing from around it. */
function scrollInPage({ selector, to, byPixels }: ScrollRequest): boolean {
  const end = document.scrollingElement ?? document.documentElement;
  if (selector !== null) {
    try {
      const element = document.querySelector(selector);
      element?.scrollIntoView({ block: "center" });
      return element !== null;
    } catch {
      return false;
    }
  }
  if (to === null) end.scrollTop += byPixels;
  else end.scrollTop = to === "top" ? 0 : end.scrollHeight;
  return true;
}

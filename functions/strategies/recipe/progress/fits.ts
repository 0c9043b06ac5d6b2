import type { Step } from "../steps.ts";
import type { StepsPlace } from "./place.ts";

/** Whether these steps have such a place. */
export function fits(steps: readonly Step[], { step: index, within }: StepsPlace): boolean {
  const step = steps[index];
  if (step === undefined) return false;
  if (within === null) return true;
  if (step.do === "follow") {
    return within.kind === "links" && (within.link === null || fits(step.steps, within.link.place));
  }
  if (step.do !== "paginate") return false;
  const growsInPlace = step.by === "load-more" || step.by === "scroll";
  if (growsInPlace) return within.kind === "grown" && fits(step.steps, within.page);
  return within.kind === "next-page" || (within.kind === "page" && fits(step.steps, within.page));
}

import type { Step } from "../steps.ts";

/**
 * Whether steps look at the page that is open before they leave it. Answers yes where that depends on what the page holds.
 * @param after whether what comes after these steps does
 */
export function needsPage(steps: readonly Step[], after: boolean): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return after;
  switch (step.do) {
    case "goto":
      return false;
    case "exclusively":
      return needsPage([...step.steps, ...rest], after);
    case "follow":
      // Rows are values, and their links open elsewhere. `same` leaves the page, if there is any row.
      return step.rows === undefined || needsPage(rest, after);
    default:
      return true;
  }
}

import type { JobEvent } from "./job-history.ts";
import type { Interruptions } from "./job-result.ts";

/** What its interruptions cost a job; undefined where there were none. */
export function interruptionsOf(history: readonly JobEvent[]): Interruptions | undefined {
  let sum: Interruptions = { recovered: 0, displaced: 0, moved: 0, waitedMs: 0, repeatedMs: 0 };
  for (const event of history) {
    if (event.kind === "recovered") {
      sum = {
        ...sum,
        recovered: sum.recovered + 1,
        waitedMs: sum.waitedMs + (event.recoveryMs ?? 0),
        repeatedMs: sum.repeatedMs + event.repeatedMs,
      };
    } else if (event.kind === "displaced") {
      sum = {
        ...sum,
        displaced: sum.displaced + 1,
        waitedMs: sum.waitedMs + event.waitedMs,
        repeatedMs: sum.repeatedMs + event.repeatedMs,
      };
    } else if (event.kind === "ended" && event.outcome === "out-of-time") {
      sum = { ...sum, moved: sum.moved + 1 };
    }
  }
  return sum.recovered + sum.displaced + sum.moved === 0 ? undefined : sum;
}

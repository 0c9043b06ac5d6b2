import type { Interruptions } from "../../functions/core/job/job-result.ts";
import { counted } from "../counted.ts";
import { duration } from "../times.ts";

/** `interrupted 3 times (2 recoveries, 1 displacement): 4.8 s of waiting, 1.2 s of work done again` */
export function describeInterruptions(sum: Interruptions): string {
  const { recovered, displaced, moved, waitedMs, repeatedMs } = sum;
  const parts = [
    ...(recovered === 0 ? [] : [`${recovered} ${recovered === 1 ? "recovery" : "recoveries"}`]),
    ...(displaced === 0 ? [] : [counted(displaced, "displacement")]),
    ...(moved === 0 ? [] : [counted(moved, "move")]),
  ];
  const times = counted(recovered + displaced + moved, "time");
  return `interrupted ${times} (${parts.join(", ")}): ${duration(waitedMs)} of waiting, ${duration(repeatedMs)} of work done again`;
}

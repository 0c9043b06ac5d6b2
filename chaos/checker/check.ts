import type { History } from "../history.ts";
import { baseline } from "./baseline.ts";
import { checkpointOrder } from "./checkpoint-order.ts";
import { deadLetters } from "./dead-letters.ts";
import { displacements } from "./displacements.ts";
import { fencedWrites } from "./fenced-writes.ts";
import { isolation } from "./isolation.ts";
import { oneOutcome } from "./one-outcome.ts";
import { singleHolder } from "./single-holder.ts";
import type { Invariant, Violation } from "./violation.ts";
import { wholeOutput } from "./whole-output.ts";

export const INVARIANTS: readonly Invariant[] = [
  oneOutcome,
  wholeOutput,
  singleHolder,
  fencedWrites,
  checkpointOrder,
  isolation,
  displacements,
  deadLetters,
  baseline,
];

/** Every violation of every invariant; none: the plan holds. */
export function check(history: History): Violation[] {
  return INVARIANTS.flatMap((invariant) =>
    invariant.violations(history).map((what) => ({ invariant: invariant.name, what })),
  );
}

import type { LeaseWrite } from "../history.ts";
import type { Invariant } from "./violation.ts";

export const checkpointOrder: Invariant = {
  name: "checkpoint-order",
  doc: "Checkpoints only advance: the sequence of a job's accepted checkpoints rises with each, over all containers.",
  violations: ({ writes }) => {
    const checkpoints = writes.filter(({ kind }) => kind === "checkpoint");
    return [...Map.groupBy(checkpoints, ({ job }) => job).values()].flatMap((list) => list.flatMap(problemsOf));
  },
};

function problemsOf(write: LeaseWrite, index: number, all: readonly LeaseWrite[]): string[] {
  const before = all[index - 1];
  if (before === undefined || before.text === write.text) return [];
  if ((write.sequence ?? 0) > (before.sequence ?? 0)) return [];
  return [`${write.job}: checkpoint ${write.sequence} (fence ${write.fence}) followed ${before.sequence}`];
}

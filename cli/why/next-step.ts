import type { FleetOrders } from "../../functions/core/fleet/fleet-orders.ts";
import { verdictOf } from "../../functions/core/job/blame.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { localTime } from "../times.ts";
import { isExpired } from "./describe-now.ts";

/** What somebody can do about a job, where there is something. */
export function nextSteps(
  record: LeaseRecord,
  orders: Pick<FleetOrders, "drain">,
  nowMs: number,
  timeOf: (atMs: number) => string = localTime,
): string[] {
  if (record.state === "finished") return record.result === undefined ? [] : afterEnd(record.result, record);
  const drained =
    orders.drain === undefined ? [] : [`The fleet is drained since ${timeOf(orders.drain.sinceMs)}: ${RESUME}`];
  const verdict = verdictOf(record.history);
  const alone = verdict.kind === "run" ? [] : [`Its next attempt runs with no other job beside it: ${verdict.why}.`];
  if (record.state === "released" || isExpired(record, nowMs)) return [...alone, ...drained];
  return alone;
}

export const RESUME = "nothing waiting is started before `npx sublet drain --resume`.";

const REDRIVE = "A copy of its message is in the dead-letter queue: redriven (docs/deploying.md), it begins anew.";

function afterEnd({ kind }: JobResult, record: LeaseRecord): string[] {
  switch (kind) {
    case "completed":
      return [];
    case "failed":
      return [`The error says what its strategy met. ${REDRIVE}`];
    case "timed-out":
      return [`Raise its maxDurationMs, or give it less to do. ${REDRIVE}`];
    case "crashed":
      return afterCrash(record);
    case "out-of-time":
      return [
        `It saved no checkpoint in the time that it had: report progress more often, or set estimatedDurationMs, so that it starts where enough time is left. ${REDRIVE}`,
      ];
    case "rejected":
      return ["Correct its message and send it under a new id."];
    case "killed":
      return ["To run it after all, send it under another id: this one stays ended."];
  }
}

function afterCrash({ history }: LeaseRecord): string[] {
  const verdict = verdictOf(history);
  if (verdict.kind !== "poison") return [REDRIVE];
  return [
    `It isn't tried again: ${verdict.why}.`,
    `Look at what its page does before you redrive it: \`npx sublet local\` runs it here, alone. ${REDRIVE}`,
  ];
}

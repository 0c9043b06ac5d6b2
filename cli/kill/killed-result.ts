import type { JobEvent } from "../../functions/core/job/job-history.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { Lease, LeaseRecord } from "../../functions/core/lease/lease.ts";

/** Stands in place of a container's id in the record of a job that an operator ended while it waited. */
export const OPERATOR = "operator";

/** What a job that waits is ended with. @param record as far as there is one, which knows what kind of job it is */
export function killedResult(
  id: string,
  lease: Pick<Lease, "attempt" | "fence">,
  record: Pick<LeaseRecord, "strategy" | "site" | "jobClass"> | undefined,
  by: string,
  atMs: number,
): JobResult {
  const { strategy, site, jobClass } = record ?? {};
  return {
    v: 1,
    id,
    kind: "killed",
    ...(strategy !== undefined && { strategy }),
    ...(jobClass !== undefined && { class: jobClass }),
    ...(site !== undefined && { site }),
    error: { name: "Killed", message: `${by} ended the job while it waited` },
    attempt: lease.attempt,
    fence: lease.fence,
    container: OPERATOR,
    finishedAtMs: atMs,
  };
}

export function killedHistory(before: readonly JobEvent[], fence: number, by: string, atMs: number): JobEvent[] {
  return [
    ...before,
    { kind: "kill-asked", atMs, fence, by },
    { kind: "ended", atMs, fence, outcome: "killed", runMs: 0 },
  ];
}

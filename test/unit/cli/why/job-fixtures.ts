import type { TakenEvent } from "../../../../functions/core/job/job-history.ts";
import type { JobResult } from "../../../../functions/core/job/job-result.ts";
import type { LeaseRecord } from "../../../../functions/core/lease/lease.ts";

/** 2026-11-21T16:00:00Z */
export const BEGIN_MS = 1_795_276_800_000;

/** A job that a container took at `BEGIN_MS`, and that waited for its slot. */
export function takenEvent(change: Partial<TakenEvent> = {}): TakenEvent {
  return {
    kind: "taken",
    atMs: BEGIN_MS,
    fence: 1,
    attempt: 1,
    container: "c-1",
    invocation: "i-1",
    queuedMs: 12_340,
    receiveCount: 1,
    queue: "jobs",
    waitMs: 4_200,
    running: 10,
    slots: 10,
    boundBy: "memory",
    waiting: 3,
    priority: "normal",
    ...change,
  };
}

export function jobRecord(change: Partial<LeaseRecord> = {}): LeaseRecord {
  return {
    key: "job#tents",
    id: "lease-1",
    owner: { container: "c-1", invocation: "i-1" },
    fence: 1,
    attempt: 1,
    attempts: 1,
    acquiredAtMs: BEGIN_MS,
    renewedAtMs: BEGIN_MS + 20_000,
    expiresAtMs: BEGIN_MS + 80_000,
    state: "held",
    strategy: "product-pagination",
    site: "shop.example",
    jobClass: "extraction",
    history: [],
    ...change,
  };
}

export function jobResult(change: Partial<JobResult> = {}): JobResult {
  return {
    v: 1,
    id: "tents",
    kind: "completed",
    attempt: 1,
    fence: 1,
    container: "c-1",
    finishedAtMs: BEGIN_MS + 60_000,
    ...change,
  };
}

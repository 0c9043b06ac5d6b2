import assert from "node:assert/strict";

import type { Checkpoint, CheckpointBody } from "../../../functions/core/checkpoint/checkpoint.ts";
import type { JobEvent, TakenCircumstances } from "../../../functions/core/job/job-history.ts";
import type { JobResult } from "../../../functions/core/job/job-result.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../../functions/core/lease/lease-rules.ts";
import type { LeaseStore, TakeRequest } from "../../../functions/core/lease/lease-store.ts";
import type { Lease, LeaseKey, LeaseOwner } from "../../../functions/core/lease/lease.ts";

export const NOW_MS = 1_750_000_000_000;
export const DURATION_MS = 60_000;
/** The first moment at which a lease taken at `NOW_MS` may be taken over. */
export const PAST_EXPIRY_MS = NOW_MS + DURATION_MS + CLOCK_SKEW_MARGIN_MS + 1;
export const ONE: LeaseOwner = { container: "container-1", invocation: "invocation-1" };
export const OTHER: LeaseOwner = { container: "container-2", invocation: "invocation-2" };
export const KEY: LeaseKey = "job#shop:42";

export function takeRequest(changes: Partial<TakeRequest> = {}): TakeRequest {
  return { key: KEY, owner: ONE, durationMs: DURATION_MS, ...changes };
}

export function jobResult(kind: JobResult["kind"], changes: Partial<JobResult> = {}): JobResult {
  return {
    v: 1,
    id: "shop:42",
    kind,
    attempt: 1,
    fence: 1,
    container: "container-1",
    finishedAtMs: NOW_MS,
    ...changes,
  };
}

export const CIRCUMSTANCES: TakenCircumstances = {
  invocation: "invocation-1",
  queuedMs: 1_200,
  receiveCount: 1,
  queue: "jobs",
  waitMs: 30,
  running: 3,
  slots: 6,
  boundBy: "memory",
  waiting: 2,
  priority: "normal",
};

/** What a take with `CIRCUMSTANCES` adds to the history. */
export function takenEvent({ fence, attempt, owner, acquiredAtMs }: Lease): JobEvent {
  return { ...CIRCUMSTANCES, kind: "taken", atMs: acquiredAtMs, fence, attempt, container: owner.container };
}

export function endedEvent(fence: number, changes: Partial<Extract<JobEvent, { kind: "ended" }>> = {}): JobEvent {
  return { kind: "ended", atMs: NOW_MS, fence, outcome: "failed", runMs: 700, stage: "list", ...changes };
}

export const INLINE: CheckpointBody = { kind: "inline", packed: Uint8Array.of(31, 139, 0, 255), sealed: false };
export const OBJECT: CheckpointBody = {
  kind: "object",
  key: "checkpoints/shop!3A42/1-2-x",
  bytes: 40_000,
  sealed: true,
};

export function checkpointOf(
  sequence: number,
  changes: Partial<Omit<Checkpoint, "savedAtMs">> = {},
): Omit<Checkpoint, "savedAtMs"> {
  return { sequence, stage: "list", attempt: 1, workedMs: 900, body: INLINE, ...changes };
}

/** Takes what must be free, and answers the lease. */
export async function taken(store: LeaseStore, request: TakeRequest, nowMs = NOW_MS): Promise<Lease> {
  const take = await store.take(request, nowMs);
  assert.equal(take.kind, "taken");
  return take.lease;
}

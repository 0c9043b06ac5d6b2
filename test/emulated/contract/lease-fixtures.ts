import assert from "node:assert/strict";

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

/** Takes what must be free, and answers the lease. */
export async function taken(store: LeaseStore, request: TakeRequest, nowMs = NOW_MS): Promise<Lease> {
  const take = await store.take(request, nowMs);
  assert.equal(take.kind, "taken");
  return take.lease;
}

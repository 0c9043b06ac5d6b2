import assert from "node:assert/strict";

import { CLOCK_SKEW_MARGIN_MS } from "../../../functions/core/lease/lease-rules.ts";
import type { LeaseOwner } from "../../../functions/core/lease/lease.ts";
import type { SessionStore, SessionTakeRequest } from "../../../functions/core/session/session-store.ts";
import type {
  SessionCondition,
  SessionDefinition,
  SessionLease,
  SessionRecord,
} from "../../../functions/core/session/session.ts";

export const NOW_MS = 1_750_000_000_000;
export const DURATION_MS = 60_000;
/** The first moment at which a lease taken at `NOW_MS` may be taken over. */
export const PAST_EXPIRY_MS = NOW_MS + DURATION_MS + CLOCK_SKEW_MARGIN_MS + 1;
export const ONE: LeaseOwner = { container: "container-1", invocation: "invocation-1" };
export const OTHER: LeaseOwner = { container: "container-2", invocation: "invocation-2" };
export const NAME = "anna";
export const POOL = "shop#buyers";
export const SEALED = Uint8Array.of(1, 2, 3);

export function definition(changes: Partial<SessionDefinition> = {}): SessionDefinition {
  return {
    name: NAME,
    site: "shop.example",
    policy: "exclusive",
    order: "least-recently-used",
    pages: 1,
    jobLimitMs: 180_000,
    ...changes,
  };
}

/** A record as `create` leaves it. */
export function newRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    ...definition(),
    condition: { kind: "ready" },
    errorScore: { value: 0, atMs: NOW_MS },
    uses: 0,
    createdAtMs: NOW_MS,
    lastUsedAtMs: 0,
    lastLeasedAtMs: 0,
    fence: 0,
    loginFence: 0,
    revision: 0,
    fencedOut: 0,
    ...changes,
  };
}

export function takeRequest(changes: Partial<SessionTakeRequest> = {}): SessionTakeRequest {
  return { name: NAME, owner: ONE, durationMs: DURATION_MS, purpose: "jobs", ...changes };
}

export function unhealthy(recheckAtMs: number, reason = "the site says 403"): SessionCondition {
  return { kind: "unhealthy", reason, sinceMs: NOW_MS, recheckAtMs, times: 1 };
}

export const RETIRED: SessionCondition = { kind: "retired", reason: "by hand", sinceMs: NOW_MS };

export async function created(store: SessionStore, changes: Partial<SessionDefinition> = {}, nowMs = NOW_MS) {
  assert.deepEqual(await store.create(definition(changes), undefined, nowMs), { kind: "created" });
}

/** Takes what must be free, and answers the lease. */
export async function taken(
  store: SessionStore,
  changes: Partial<SessionTakeRequest> = {},
  nowMs = NOW_MS,
): Promise<SessionLease> {
  const take = await store.take(takeRequest(changes), nowMs);
  assert.equal(take.kind, "taken");
  return take.lease;
}

/** Reads what must be there. */
export async function stored(store: SessionStore, name = NAME): Promise<SessionRecord> {
  const record = await store.read(name);
  assert.ok(record !== undefined, `${name} must be stored`);
  return record;
}

/** Sets what must be there. */
export async function ruled(store: SessionStore, condition: SessionCondition, name = NAME): Promise<SessionRecord> {
  const ruling = await store.setCondition(name, condition, NOW_MS);
  assert.equal(ruling.kind, "done");
  return ruling.record;
}

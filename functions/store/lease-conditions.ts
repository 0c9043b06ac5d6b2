import { CLOCK_SKEW_MARGIN_MS } from "../core/lease/lease-rules.ts";

/** Each clause of the conditions on lease writes, with the values that it compares to. */
export const CLAUSE = {
  new: "attribute_not_exists(#pk)",
  released: "#leaseState = :released",
  expired: "(#leaseState = :held AND #expiresAtMs < :expiredBeforeMs)",
  redriven: "(#leaseState = :finished AND #fence = :redriveOfFence AND #resultKind <> :completed)",
  /** A copy of the last take, as the SDK sends one when it has no answer, may come when the lease is over. */
  once: "(attribute_not_exists(#takenBy) OR #takenBy <> :takenBy)",
  held: "#leaseState = :held",
  sameFence: "#fence = :fence",
  sameOwner: "#container = :container AND #invocation = :invocation",
  /** A renewal that was long on its way mustn't shorten what a later one gave. */
  notOvertaken: "#renewedAtMs <= :nowMs",
  ahead: "(attribute_not_exists(#checkpointSequence) OR #checkpointSequence < :checkpointSequence)",
} as const;

/** Rule 1 of leases as a condition; `takeable` is the same rule as a function. */
export const TAKEABLE = `${CLAUSE.once} AND (${CLAUSE.new} OR ${CLAUSE.released} OR ${CLAUSE.expired})`;
/** Rule 1 for a message that an operator put back. */
export const TAKEABLE_OR_REDRIVEN = `${TAKEABLE} OR (${CLAUSE.once} AND ${CLAUSE.redriven})`;
/** Rule 2 of leases as a condition; `holds` is the same rule as a function. */
export const UNDER_LEASE = `${CLAUSE.held} AND ${CLAUSE.sameFence} AND ${CLAUSE.sameOwner}`;
/** Rule 2, and a lease only grows. */
export const UNDER_LEASE_AND_NOT_OVERTAKEN = `${UNDER_LEASE} AND ${CLAUSE.notOvertaken}`;
/** Rule 2, and checkpoints only move forward. */
export const UNDER_LEASE_AND_AHEAD = `${UNDER_LEASE} AND ${CLAUSE.ahead}`;

/** A lease that expired before this moment may be taken over. */
export function expiredBeforeMs(nowMs: number): number {
  return nowMs - CLOCK_SKEW_MARGIN_MS;
}

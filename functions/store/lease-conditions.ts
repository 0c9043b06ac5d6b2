import { CLOCK_SKEW_MARGIN_MS } from "../core/lease/lease-rules.ts";

/** Each clause of the conditions on lease writes, with the values that it compares to. */
export const CLAUSE = {
  new: "attribute_not_exists(#pk)",
  released: "#leaseState = :released",
  expired: "(#leaseState = :held AND #expiresAtMs < :expiredBeforeMs)",
  redriven: "(#leaseState = :finished AND #fence = :redriveOfFence AND #resultKind <> :completed)",
  held: "#leaseState = :held",
  sameFence: "#fence = :fence",
  sameOwner: "#container = :container AND #invocation = :invocation",
  ahead: "(attribute_not_exists(#checkpointSequence) OR #checkpointSequence < :sequence)",
} as const;

/** Rule 1 of leases as a condition; `takeable` is the same rule as a function. */
export const TAKEABLE = `${CLAUSE.new} OR ${CLAUSE.released} OR ${CLAUSE.expired}`;
/** Rule 1 for a message that an operator put back. */
export const TAKEABLE_OR_REDRIVEN = `${TAKEABLE} OR ${CLAUSE.redriven}`;
/** Rule 2 of leases as a condition; `holds` is the same rule as a function. */
export const UNDER_LEASE = `${CLAUSE.held} AND ${CLAUSE.sameFence} AND ${CLAUSE.sameOwner}`;
/** Rule 2, and checkpoints only move forward. */
export const UNDER_LEASE_AND_AHEAD = `${UNDER_LEASE} AND ${CLAUSE.ahead}`;

/** A lease that expired before this moment may be taken over. */
export function expiredBeforeMs(nowMs: number): number {
  return nowMs - CLOCK_SKEW_MARGIN_MS;
}

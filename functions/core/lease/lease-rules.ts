import type { LeaseRecord } from "./lease.ts";

/**
 * Clocks of containers differ. A lease counts as expired only when it has been over for this long by the taker's clock.
 * Source: Amazon Time Sync keeps Lambda's clocks within milliseconds; 2 s leaves three orders of magnitude.
 */
export const CLOCK_SKEW_MARGIN_MS = 2_000;

export type Takeable =
  /** 1. Nothing stored, 2. released, 3. expired beyond the skew margin, 4. failed, and put back by an operator. */
  | { readonly kind: "free"; readonly because: "new" | "released" | "expired" | "redriven" }
  | { readonly kind: "held"; readonly until: number }
  | { readonly kind: "finished" };

/**
 * Rule 1 of leases: who may take a key. The stores express the same rule as a condition on one write; the contract
 * suite holds both against this function.
 * @param redriveOfFence the fence that the message was dead-lettered under, where an operator put it back
 */
export function takeable(record: LeaseRecord | undefined, nowMs: number, redriveOfFence?: number): Takeable {
  if (record === undefined) return { kind: "free", because: "new" };
  switch (record.state) {
    case "released":
      return { kind: "free", because: "released" };
    case "held":
      return record.expiresAtMs + CLOCK_SKEW_MARGIN_MS < nowMs
        ? { kind: "free", because: "expired" }
        : { kind: "held", until: record.expiresAtMs };
    case "finished":
      return redriveOfFence !== undefined && record.fence === redriveOfFence && record.result?.kind !== "completed"
        ? { kind: "free", because: "redriven" }
        : { kind: "finished" };
  }
}

/** Rule 2: a write under a lease is good only while owner and fence are still the stored ones. */
export function holds(
  record: LeaseRecord | undefined,
  lease: { readonly owner: { readonly container: string; readonly invocation: string }; readonly fence: number },
): boolean {
  return (
    record?.state === "held" &&
    record.fence === lease.fence &&
    record.owner.container === lease.owner.container &&
    record.owner.invocation === lease.owner.invocation
  );
}

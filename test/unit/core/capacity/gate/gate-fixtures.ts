import type { SlotPolicy } from "../../../../../functions/core/capacity/slot-gate.ts";
import type { SlotRequest } from "../../../../../functions/core/capacity/slot-request.ts";

export const HOUR_MS = 3_600_000;

export const policy: SlotPolicy = {
  capacity: 2,
  ratio: { discovery: 10, extraction: 10, live: 10 },
  ageingMs: 1_000,
  waitLimitMs: 10_000,
  queueLimit: 5,
};

export function job(id: string, change: Partial<SlotRequest> = {}): SlotRequest {
  const manners = { noWait: false, alone: false, displaceable: false };
  return { id, priority: "normal", jobClass: "extraction", ...manners, estimatedDurationMs: 1_000, ...change };
}

export function ids(granted: readonly { readonly id: string }[]): readonly string[] {
  return granted.map(({ id }) => id);
}

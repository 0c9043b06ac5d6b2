import type { TakenEvent } from "../job/job-history.ts";
import type { TakeRequest } from "./lease-store.ts";
import type { LeaseKey } from "./lease.ts";

/** Only jobs have a history. */
export function hasHistory(key: LeaseKey): boolean {
  return key.startsWith("job#");
}

/** The event of a take, but for the numbers that only the write itself gives. Undefined where nothing is to be told. */
export function takenEvent(
  { key, owner, circumstances }: TakeRequest,
  nowMs: number,
): Omit<TakenEvent, "fence" | "attempt"> | undefined {
  if (circumstances === undefined || !hasHistory(key)) return undefined;
  return { ...circumstances, kind: "taken", atMs: nowMs, container: owner.container };
}

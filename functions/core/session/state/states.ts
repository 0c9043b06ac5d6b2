import type { RecordKey, SessionState, Stamp, StateRecord, StateSnapshot } from "./session-state.ts";
import { valuesOf } from "./snapshot-values.ts";

export { snapshotOf } from "./live-snapshot.ts";

export function emptyState(): SessionState {
  return { v: 1, records: {} };
}

/** The state of an import, or of a session's first login. */
export function stateFrom(snapshot: StateSnapshot, stamp: Stamp): SessionState {
  return replacedBy(emptyState(), snapshot, stamp);
}

/** The state after a fresh login: what the login left, and a tombstone for everything else that was there before. */
export function replacedBy(state: SessionState, snapshot: StateSnapshot, stamp: Stamp): SessionState {
  const records: Record<RecordKey, StateRecord> = {};
  for (const [key, record] of Object.entries(state.records)) {
    records[key] = record.value === null ? record : { stamp, value: null };
  }
  for (const [key, value] of valuesOf(snapshot)) records[key] = { stamp, value };
  return { v: 1, records };
}

/**
 * Without the tombstones that no writer can offend against any more.
 * @param fence writers under an older one are refused: the login's fence (shared) or the lease's (exclusive, pages)
 */
export function prunedState(state: SessionState, fence: number): SessionState {
  const kept = Object.entries(state.records).filter(([, { stamp, value }]) => value !== null || stamp.fence >= fence);
  return { v: 1, records: Object.fromEntries(kept) };
}

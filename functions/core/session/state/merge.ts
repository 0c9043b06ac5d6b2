import { canonicalJson } from "./canonical-json.ts";
import type { SessionState, StateRecord } from "./session-state.ts";
import { compareStamps } from "./stamp.ts";

/** Record by record the later one. Idempotent, commutative and associative, tombstones included. */
export function mergeStates(one: SessionState, other: SessionState): SessionState {
  const records: Record<string, StateRecord> = { ...one.records };
  for (const [key, record] of Object.entries(other.records)) {
    const rival = records[key];
    records[key] = rival === undefined ? record : later(rival, record);
  }
  return { v: 1, records };
}

/** One writer's two tries may carry the same stamp: then the value decides, the same everywhere, and a deletion stands. */
function later(one: StateRecord, other: StateRecord): StateRecord {
  const order = compareStamps(one.stamp, other.stamp);
  if (order !== 0) return order > 0 ? one : other;
  if (one.value === null || other.value === null) return one.value === null ? one : other;
  return canonicalJson(one.value) >= canonicalJson(other.value) ? one : other;
}

import { canonicalJson } from "./canonical-json.ts";
import { placeOf } from "./record-key.ts";
import type { RecordKey, SessionState, Stamp, StateRecord, StateSnapshot } from "./session-state.ts";
import { valuesOf, type CookieValue } from "./snapshot-values.ts";

/**
 * What happened in a context between two snapshots, as a state of its own to merge: what is new or different, and a
 * tombstone for each record that is gone. What wasn't read the second time isn't gone: only cookies, which are always read
 * whole, and the parts of an origin that are there.
 */
export function changesBetween(base: StateSnapshot, now: StateSnapshot, stamp: Stamp): SessionState {
  const before = valuesOf(base);
  const after = valuesOf(now);
  const records: Record<RecordKey, StateRecord> = {};
  for (const [key, value] of after) {
    if (!isSame(before.get(key), value)) records[key] = { stamp, value };
  }
  const wasRead = partsIn(now);
  for (const key of before.keys()) {
    if (!after.has(key) && wasRead(key)) records[key] = { stamp, value: null };
  }
  return { v: 1, records };
}

function partsIn({ origins }: StateSnapshot): (key: RecordKey) => boolean {
  const read = new Set<string>();
  for (const { origin, local, session, databases } of origins) {
    if (local !== undefined) read.add(`local ${origin}`);
    if (session !== undefined) read.add(`session ${origin}`);
    if (databases !== undefined) read.add(`database ${origin}`);
  }
  return (key) => {
    const place = placeOf(key);
    return place !== undefined && (place.kind === "cookie" || read.has(`${place.kind} ${place.origin}`));
  };
}

/**
 * The browser rounds a cookie's expiry. Taken for a change it would let a container that only put the cookie in write its
 * old value over everybody's newer one.
 */
function isSame(before: unknown, after: unknown): boolean {
  if (before === undefined) return false;
  if (!isCookie(before) || !isCookie(after)) return canonicalJson(before) === canonicalJson(after);
  const { expires, ...fields } = before;
  const { expires: expiresAfter, _crHasCrossSiteAncestor: ancestor, ...rest } = after;
  // An imported cookie may not say it, and the browser then does.
  const saysAncestor = fields._crHasCrossSiteAncestor !== undefined && ancestor !== undefined;
  const fieldsAfter = saysAncestor ? { ...rest, _crHasCrossSiteAncestor: ancestor } : rest;
  const sameExpiry = (expires === -1) === (expiresAfter === -1) && Math.abs(expires - expiresAfter) < 1;
  return sameExpiry && canonicalJson(fields) === canonicalJson(fieldsAfter);
}

function isCookie(value: unknown): value is CookieValue {
  return typeof value === "object" && value !== null && "expires" in value;
}

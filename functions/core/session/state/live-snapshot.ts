import { placeOf } from "./record-key.ts";
import type { SessionState, SnapshotCookie, SnapshotOrigin, StateSnapshot } from "./session-state.ts";
import type { CookieValue } from "./snapshot-values.ts";

export interface SnapshotRequest {
  /** Cookies that are expired by then are left out. */
  readonly nowMs: number;
  /** Cookies written under an older fence are left out: their login is void. Default: 0, all are good. */
  readonly loginFence?: number;
}

/**
 * Chromium keeps no cookie longer than 400 days and cuts what says more. What was cut would look changed when it is read
 * back, and a stale container would write its old value over a newer one; so it's cut here already, a day below.
 * Source: https://developer.chrome.com/blog/cookie-max-age-expires, 2022-08.
 */
const COOKIE_MAX_SECONDS = 399 * 86_400;

/** What a context is to hold: the live records. */
export function snapshotOf(state: SessionState, { nowMs, loginFence = 0 }: SnapshotRequest): StateSnapshot {
  const cookies: SnapshotCookie[] = [];
  const parts = new Map<string, StoragePart>();
  for (const [key, { stamp, value }] of Object.entries(state.records)) {
    const place = value === null ? undefined : placeOf(key);
    if (place === undefined) continue;
    if (place.kind === "cookie") {
      const { kind: _kind, ...ofKey } = place;
      const { expires, ...fields } = value as CookieValue;
      const isOver = expires !== -1 && expires * 1000 <= nowMs;
      if (isOver || stamp.fence < loginFence) continue;
      cookies.push({ ...ofKey, ...fields, expires: Math.min(expires, nowMs / 1000 + COOKIE_MAX_SECONDS) });
    } else {
      const { origin, kind, name } = place;
      const part = parts.get(`${kind} ${origin}`) ?? { origin, kind, entries: [] };
      part.entries.push([name, value]);
      parts.set(`${kind} ${origin}`, part);
    }
  }
  return { cookies, origins: originsOf([...parts.values()]) };
}

interface StoragePart {
  readonly origin: string;
  readonly kind: "local" | "session" | "database";
  readonly entries: (readonly [name: string, value: unknown])[];
}

function originsOf(parts: readonly StoragePart[]): SnapshotOrigin[] {
  const origins = new Map<string, SnapshotOrigin>();
  for (const { origin, kind, entries } of parts) {
    // Not by assignment: a storage's key may be `__proto__`.
    const content = Object.fromEntries(entries);
    const part = kind === "database" ? { databases: content } : { [kind]: content };
    origins.set(origin, { origin, ...origins.get(origin), ...part });
  }
  return [...origins.values()];
}

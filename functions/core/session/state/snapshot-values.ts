import { cookieKey, storageKey } from "./record-key.ts";
import type { RecordKey, SnapshotCookie, StateSnapshot } from "./session-state.ts";

/** A cookie's record: what isn't in its key. */
export type CookieValue = Omit<SnapshotCookie, "name" | "domain" | "path" | "partitionKey">;

/** The values of a snapshot by the key that their records have in a state. */
export function valuesOf({ cookies, origins }: StateSnapshot): ReadonlyMap<RecordKey, unknown> {
  const values = new Map<RecordKey, unknown>();
  for (const cookie of cookies) {
    const { name: _name, domain: _domain, path: _path, partitionKey: _partitionKey, ...value } = cookie;
    values.set(cookieKey(cookie), value satisfies CookieValue);
  }
  for (const { origin, local, session, databases } of origins) {
    for (const [name, value] of Object.entries(local ?? {})) values.set(storageKey("local", origin, name), value);
    for (const [name, value] of Object.entries(session ?? {})) values.set(storageKey("session", origin, name), value);
    for (const [name, value] of Object.entries(databases ?? {})) {
      values.set(storageKey("database", origin, name), value);
    }
  }
  return values;
}

import fc from "fast-check";

import { cookieKey, storageKey } from "../../../../functions/core/session/state/record-key.ts";
import type {
  SessionState,
  SnapshotCookie,
  SnapshotOrigin,
  Stamp,
  StateSnapshot,
} from "../../../../functions/core/session/state/session-state.ts";

export const NOW_MS = 1_700_000_000_000;
export const SHOP = "https://shop.example";

export function cookieOf(name: string, value = "1", more: Partial<SnapshotCookie> = {}): SnapshotCookie {
  const fields = { domain: "shop.example", path: "/", expires: -1, httpOnly: true, secure: true } as const;
  return { name, value, ...fields, sameSite: "Lax", ...more };
}

export function snapshot(cookies: readonly SnapshotCookie[], ...origins: readonly SnapshotOrigin[]): StateSnapshot {
  return { cookies, origins };
}

export function stamp(fence: number, atMs: number, writer = "a"): Stamp {
  return { fence, atMs, writer };
}

/** Small ranges on purpose: stamps and keys of two states meet often, equal stamps with different values among them. */
const stamps = fc.record({ fence: fc.nat(2), atMs: fc.nat(3), writer: fc.constantFrom("a", "b") });
const keys = fc.constantFrom(
  cookieKey(cookieOf("sid")),
  cookieKey(cookieOf("cart")),
  storageKey("local", SHOP, "theme"),
  storageKey("database", SHOP, "shop"),
);
const values = fc.constantFrom(null, null, "one", "two", { a: 1, b: 2 }, { b: 2, a: 1 }, { b: 3 });

export const states: fc.Arbitrary<SessionState> = fc
  .dictionary(keys, fc.record({ stamp: stamps, value: values }))
  .map((records) => ({ v: 1, records: { ...records } }));

import { createHash } from "node:crypto";

import type { SessionChange } from "../core/session/session-store.ts";
import type { SessionLease } from "../core/session/session.ts";
import type { Item } from "./lease-item.ts";
import { SESSION_ATTRIBUTE, type SessionAttributeName } from "./session-item.ts";

export type MarkName = Extract<SessionAttributeName, `writeMark${number}`>;

const MARKS: readonly MarkName[] = ["writeMark0", "writeMark1", "writeMark2", "writeMark3"];

/**
 * Where the mark of the last write under a lease stands. The marks of four leases are kept: whoever asks again for the
 * answer to its release finds it still, though others have held the session meanwhile.
 */
export function markNameOf({ fence }: Pick<SessionLease, "fence">): MarkName {
  return MARKS[fence % MARKS.length] as MarkName;
}

const MARK_BYTES = 12;

/** The same for the same write, word for word, and for no other. */
export function writeMark(
  call: "save" | "release",
  { owner, fence }: SessionLease,
  { sealed, loggedIn, condition, errorScore, uses }: SessionChange,
  nowMs: number,
): Uint8Array {
  const { container, invocation } = owner;
  const words = [call, container, invocation, fence, nowMs, loggedIn, condition, errorScore, uses, sealed?.byteLength];
  const hash = createHash("sha256").update(JSON.stringify(words));
  if (sealed !== undefined) hash.update(sealed);
  return hash.digest().subarray(0, MARK_BYTES);
}

export function isMarked(item: Item, lease: SessionLease, mark: Uint8Array): boolean {
  const stored = item[SESSION_ATTRIBUTE[markNameOf(lease)]]?.B;
  return stored !== undefined && Buffer.compare(stored, mark) === 0;
}

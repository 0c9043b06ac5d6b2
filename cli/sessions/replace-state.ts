import type { LeaseOwner } from "../../functions/core/lease/lease.ts";
import type { Seal } from "../../functions/core/session/seal.ts";
import { isOver } from "../../functions/core/session/session-rules.ts";
import type { SessionRecord } from "../../functions/core/session/session.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import type { PreparedSession } from "./prepare-import.ts";
import { sealSnapshot } from "./sealed-snapshot.ts";
import type { Written } from "./write-sessions.ts";

export interface Replacer {
  readonly store: Pick<SessionStore, "take" | "release" | "setCondition" | "read">;
  readonly seal: Pick<Seal, "seal">;
  readonly owner: LeaseOwner;
  readonly now: () => number;
}

const LEASE_MS = 60_000;

/**
 * Puts a new state into a session that exists, as a container that logged in does: under a lease of its own, which nobody
 * held since `before` was read. Cookies of earlier logins are void from then on, and a late writer is refused.
 */
export async function replaceState(
  { definition, snapshot }: Pick<PreparedSession, "definition" | "snapshot">,
  before: SessionRecord,
  replacer: Replacer,
): Promise<Written> {
  const { store, seal, owner, now } = replacer;
  const basis = before.condition.kind === "ready" ? before : await putAside(before, replacer);
  if (basis === undefined) return { kind: "refused", why: "somebody took it meanwhile" };
  const { name, site } = definition;
  const request = {
    name,
    owner,
    durationMs: LEASE_MS,
    purpose: "refresh",
    ifFence: basis.fence,
    recheck: true,
  } as const;
  const taken = await store.take(request, now());
  if (taken.kind !== "taken") return { kind: "refused", why: `it is ${WORDS[taken.kind]}` };
  const { lease } = taken;
  try {
    const stamp = { fence: lease.fence, atMs: now(), writer: owner.container };
    const sealed = await sealSnapshot(seal, { session: name, site }, snapshot, stamp);
    const errorScore = { value: 0, atMs: now() };
    const change = { sealed, loggedIn: true, condition: { kind: "ready" }, errorScore } as const;
    const released = await store.release(lease, change, now());
    return released.kind === "done" ? { kind: "written" } : { kind: "refused", why: "somebody took it meanwhile" };
  } catch (error) {
    // Without a word of its own: what went wrong first is what counts, and the lease runs out by itself.
    await store.release(lease, {}, now()).catch(() => {});
    throw error;
  }
}

const WORDS = {
  held: "held by a container",
  "not-ready": "not to be taken",
  overtaken: "in use: somebody took it meanwhile",
  unknown: "gone",
} as const;

/** An unhealthy session can be taken only when its re-check is due. Not made ready: a job would get it with the old state. */
async function putAside({ name, fence }: SessionRecord, { store, now }: Replacer): Promise<SessionRecord | undefined> {
  // The operator's word would end anybody's lease, so it is looked at once more.
  const current = await store.read(name);
  const isHeld = current?.holder !== undefined && !isOver(current.holder, now());
  if (current === undefined || current.fence !== fence || isHeld) return undefined;
  const nowMs = now();
  const condition = {
    kind: "unhealthy",
    reason: "its state is being replaced",
    sinceMs: nowMs,
    recheckAtMs: nowMs,
    times: 1,
  } as const;
  const written = await store.setCondition(name, condition, nowMs);
  return written.kind === "done" ? written.record : undefined;
}

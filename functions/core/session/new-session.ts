import type { SessionDefinition, SessionRecord } from "./session.ts";

/** The record of a session that nobody has used yet, with the state that it was imported with. */
export function newSession(
  definition: SessionDefinition,
  state: { readonly sealed: Uint8Array } | undefined,
  nowMs: number,
): SessionRecord {
  return {
    ...definition,
    condition: { kind: "ready" },
    errorScore: { value: 0, atMs: nowMs },
    uses: 0,
    createdAtMs: nowMs,
    ...(state === undefined ? {} : { sealed: state.sealed, loggedInAtMs: nowMs }),
    // Never used and never leased: first in both orders that spread the work.
    lastUsedAtMs: 0,
    lastLeasedAtMs: 0,
    fence: 0,
    loginFence: 0,
    revision: state === undefined ? 0 : 1,
    fencedOut: 0,
  };
}

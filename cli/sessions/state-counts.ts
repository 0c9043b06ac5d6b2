import { decodeState, StateUnreadable } from "../../functions/core/session/state/encoded-state.ts";
import { StoreUnavailable } from "../../functions/core/job/store-failures.ts";
import { SealBroken, type Seal } from "../../functions/core/session/seal.ts";
import type { SessionRecord } from "../../functions/core/session/session.ts";
import type { StateSnapshot } from "../../functions/core/session/state/session-state.ts";
import { snapshotOf } from "../../functions/core/session/state/states.ts";

/** How much there is of a state, and nothing of what is in it. */
export interface StateCounts {
  readonly cookies: number;
  readonly origins: number;
  readonly sealedBytes: number;
}

export type StateLook =
  | { readonly kind: "none" }
  | { readonly kind: "counted"; readonly counts: StateCounts }
  | { readonly kind: "unreadable"; readonly why: string };

/** Whoever may not use the key sees the rest of the session nevertheless. */
export async function lookAtState(record: SessionRecord, seal: Pick<Seal, "open">, nowMs: number): Promise<StateLook> {
  const { sealed } = record;
  if (sealed === undefined) return { kind: "none" };
  try {
    const { cookies, origins } = await openState({ ...record, sealed }, seal, nowMs);
    const counts = { cookies: cookies.length, origins: origins.length, sealedBytes: sealed.byteLength };
    return { kind: "counted", counts };
  } catch (error) {
    const isKnown = [SealBroken, StateUnreadable, StoreUnavailable].some((kind) => error instanceof kind);
    if (isKnown && error instanceof Error) return { kind: "unreadable", why: error.message };
    throw error;
  }
}

/** The live cookies and storage. Throws `SealBroken`, `StateUnreadable` or `StoreUnavailable`. */
export async function openState(
  { name, site, sealed, loginFence }: SessionRecord & { readonly sealed: Uint8Array },
  seal: Pick<Seal, "open">,
  nowMs: number,
): Promise<StateSnapshot> {
  const state = decodeState(await seal.open({ session: name, site }, sealed));
  return snapshotOf(state, { nowMs, loginFence });
}

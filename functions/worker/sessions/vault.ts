import { TooLarge } from "../../core/job/store-failures.ts";
import { SealBroken, type Seal } from "../../core/session/seal.ts";
import type { SessionRecord } from "../../core/session/session.ts";
import { SEALED_MAX_BYTES } from "../../core/session/session-store.ts";
import type { SessionState } from "../../core/session/state/session-state.ts";
import { decodeState, encodeState } from "../../core/session/state/encoded-state.ts";
import { emptyState } from "../../core/session/state/states.ts";

type Sealed = Pick<SessionRecord, "name" | "site" | "sealed">;

/** A record's state in the clear; empty where it has none. Throws `SealBroken`, `StoreUnavailable`. */
export async function openState(seal: Seal, record: Sealed): Promise<SessionState> {
  if (record.sealed === undefined) return emptyState();
  const context = { session: record.name, site: record.site };
  const plain = await seal.open(context, record.sealed);
  try {
    return decodeState(plain);
  } catch (error) {
    throw new SealBroken(context, error);
  }
}

/** The state as it may leave the process. Throws `TooLarge`, or `StoreUnavailable` where the key service doesn't answer. */
export async function sealState(seal: Seal, record: Sealed, state: SessionState): Promise<Uint8Array> {
  const sealed = await seal.seal({ session: record.name, site: record.site }, encodeState(state));
  if (sealed.byteLength > SEALED_MAX_BYTES) throw new TooLarge("the sealed state", sealed.byteLength, SEALED_MAX_BYTES);
  return sealed;
}

import { encodeState } from "../../functions/core/session/state/encoded-state.ts";
import type { Seal, SealContext } from "../../functions/core/session/seal.ts";
import type { Stamp, StateSnapshot } from "../../functions/core/session/state/session-state.ts";
import { stateFrom } from "../../functions/core/session/state/states.ts";

/** A snapshot as it is stored: every record under one stamp, sealed for its session. Throws `StoreUnavailable`. */
export function sealSnapshot(
  seal: Pick<Seal, "seal">,
  context: SealContext,
  snapshot: StateSnapshot,
  stamp: Stamp,
): Promise<Uint8Array> {
  return seal.seal(context, encodeState(stateFrom(snapshot, stamp)));
}

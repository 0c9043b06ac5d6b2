import type { SessionStore } from "../../../functions/core/session/session-store.ts";

/** One promise of `SessionStore`, to be shown on a store that is empty. */
export interface Promised {
  /** Number in the doc comment of `SessionStore`; 0 for create, read and list. */
  readonly guarantee: number;
  readonly name: string;
  /** @param other another container's store of the same sessions, which has seen none of them */
  readonly show: (store: SessionStore, other: SessionStore) => Promise<void>;
}

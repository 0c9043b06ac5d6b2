import type { LeaseStore } from "../../../functions/core/lease/lease-store.ts";

/** One promise of `LeaseStore`, to be shown on a store that is empty. */
export interface Promised {
  /** Number in the doc comment of `LeaseStore`; 0 for the reads. */
  readonly guarantee: number;
  readonly name: string;
  readonly show: (store: LeaseStore) => Promise<void>;
}

import { CHECKPOINT_PROMISES } from "./checkpoint-promises.ts";
import { HISTORY_PROMISES } from "./history-promises.ts";
import type { Promised } from "./promised.ts";
import { READ_PROMISES } from "./read-promises.ts";
import { TAKE_PROMISES } from "./take-promises.ts";
import { UNDER_LEASE_PROMISES } from "./under-lease-promises.ts";

/** Every promise of `LeaseStore`, for every implementation. */
export const LEASE_STORE_CONTRACT: readonly Promised[] = [
  ...TAKE_PROMISES,
  ...UNDER_LEASE_PROMISES,
  ...CHECKPOINT_PROMISES,
  ...HISTORY_PROMISES,
  ...READ_PROMISES,
];

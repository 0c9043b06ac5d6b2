import { AMEND_PROMISES } from "./amend-promises.ts";
import { POOL_PROMISES } from "./pool-promises.ts";
import type { Promised } from "./promised.ts";
import { READ_PROMISES } from "./read-promises.ts";
import { REPETITION_PROMISES } from "./repetition-promises.ts";
import { RULING_PROMISES } from "./ruling-promises.ts";
import { TAKE_PROMISES } from "./take-promises.ts";
import { UNDER_LEASE_PROMISES } from "./under-lease-promises.ts";

/** Every promise of `SessionStore`, for every implementation. */
export const SESSION_STORE_CONTRACT: readonly Promised[] = [
  ...READ_PROMISES,
  ...TAKE_PROMISES,
  ...UNDER_LEASE_PROMISES,
  ...REPETITION_PROMISES,
  ...AMEND_PROMISES,
  ...RULING_PROMISES,
  ...POOL_PROMISES,
];

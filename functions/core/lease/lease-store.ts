import type { JobClass } from "../job/job-message.ts";
import type { JobResult } from "../job/job-result.ts";
import type { Checkpoint, Lease, LeaseKey, LeaseOwner, LeaseRecord } from "./lease.ts";

export interface TakeRequest {
  readonly key: LeaseKey;
  readonly owner: LeaseOwner;
  readonly durationMs: number;
  readonly jobClass?: JobClass;
  readonly strategy?: string;
  readonly site?: string;
  readonly messageId?: string;
  /** Fence of the dead-lettered attempt, where an operator redrove the message. */
  readonly redriveOfFence?: number;
}

export type Take =
  | { readonly kind: "taken"; readonly lease: Lease; readonly checkpoint?: Checkpoint }
  | { readonly kind: "held"; readonly record: LeaseRecord }
  | { readonly kind: "finished"; readonly record: LeaseRecord };

export type UnderLease<Value> = { readonly kind: "done"; readonly value: Value } | LeaseLost;

/** Another lease of the key was taken meanwhile, or the key is released or finished. Nothing was written. */
export interface LeaseLost {
  readonly kind: "lost";
  /** What is stored now. */
  readonly record: LeaseRecord | undefined;
}

/**
 * Where leases and job records live. Guarantees, which the contract suite proves of every implementation:
 *
 * 1. `take` is one atomic conditional write: no record, released, or expired beyond the skew margin; the fence rises by one.
 * 2. Every other write is conditional on owner and fence; a late writer gets `lost` and changes nothing.
 * 3. Of any number of simultaneous `take`s of one key at most one is `taken`.
 * 4. `finish` keeps the result for ever after: later `take`s of the key answer `finished`.
 * 5. Checkpoints only move forward: `checkpoint` with a sequence not above the stored one is `lost`.
 *
 * Failures of the store itself (throttling, network) are thrown after the SDK's own retries as `StoreUnavailable`.
 * Time is always the caller's: every call takes `nowMs`.
 */
export interface LeaseStore {
  /** One conditional write. */
  take(request: TakeRequest, nowMs: number): Promise<Take>;
  /** One conditional write; moves `expiresAtMs` to `nowMs + durationMs`. */
  renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>>;
  /** One conditional write. `countsAsAttempt: false` gives the attempt back to the job. Idempotent for the same lease. */
  release(lease: Lease, reason: string, countsAsAttempt: boolean, nowMs: number): Promise<UnderLease<void>>;
  /** One conditional write. Writes the result (at most `RESULT_MAX_BYTES`) and ends the key. */
  finish(lease: Lease, result: JobResult, nowMs: number): Promise<UnderLease<void>>;
  /** One conditional write. */
  checkpoint(lease: Lease, checkpoint: Omit<Checkpoint, "savedAtMs">, nowMs: number): Promise<UnderLease<void>>;
  /** One strongly consistent read. */
  read(key: LeaseKey): Promise<LeaseRecord | undefined>;
  /** One batch read for each 100 keys; keys without a record are left out. */
  readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]>;
  /** Held leases, soonest expiry first: one query of a sparse index, no scan. */
  listHeld(limit: number): Promise<LeaseRecord[]>;
}

/** The largest result that a job record holds: DynamoDB's item limit of 400 KB less room for the rest of the item. */
export const RESULT_MAX_BYTES = 300 * 1024;

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
 * 1. `take` is one atomic conditional write: no record, released, expired beyond the skew margin, or redriven by an
 *    operator (`takeable` is the rule); the fence rises by one.
 * 2. Every other write is conditional on owner and fence; a late writer gets `lost` and changes nothing.
 * 3. Of any number of simultaneous `take`s of one key at most one is `taken`, the same owner's own included.
 * 4. `finish` keeps the result for ever after: later `take`s of the key answer `finished`.
 * 5. Checkpoints only move forward: `checkpoint` with a sequence not above the stored one is `lost`. They survive
 *    release, expiry and redrive: the next `take` brings the last one back.
 * 6. Repeating the last write under a lease, word for word, is `done` again and changes nothing more. So a write whose
 *    answer was lost on the way, and which the SDK sent twice, is never taken for somebody else's.
 * 7. Attempts: `take` counts one; `release` without counting takes it back; the attempt of a dead container stays counted;
 *    after a redrive counting starts at 1 again.
 *
 * Results and checkpoints are JSON: what JSON leaves out isn't there when they're read. Records are immutable.
 *
 * Failures of the store itself (throttling, network) are thrown after the SDK's own retries as `StoreUnavailable`; the
 * write may have happened nevertheless. Time is always the caller's: every call that writes takes `nowMs`. An expired
 * lease that nobody took is still its holder's: it may renew and finish.
 *
 * Costs are requests. A write costs one write unit for each KB of the item, plus one or two for the index of held leases
 * where the lease's times change; a refused write costs its unit too and a read only where the service didn't send
 * the record along with the refusal.
 */
export interface LeaseStore {
  /** One conditional write. */
  take(request: TakeRequest, nowMs: number): Promise<Take>;
  /** One conditional write; moves `expiresAtMs` to `nowMs + durationMs`. */
  renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>>;
  /**
   * One conditional write. `countsAsAttempt: false` gives the attempt back to the job. Idempotent for the same lease: the
   * first release stands.
   */
  release(lease: Lease, reason: string, countsAsAttempt: boolean, nowMs: number): Promise<UnderLease<void>>;
  /** One conditional write. Writes the result and ends the key. Throws `TooLarge` over `RESULT_MAX_BYTES` of JSON. */
  finish(lease: Lease, result: JobResult, nowMs: number): Promise<UnderLease<void>>;
  /** One conditional write. Throws `TooLarge` over `CHECKPOINT_MAX_BYTES` of JSON. */
  checkpoint(lease: Lease, checkpoint: Omit<Checkpoint, "savedAtMs">, nowMs: number): Promise<UnderLease<void>>;
  /** One strongly consistent read. */
  read(key: LeaseKey): Promise<LeaseRecord | undefined>;
  /**
   * One batch read for each 100 keys, more where records together pass DynamoDB's 16 MB; in the order of the keys, each
   * once; keys without a record are left out.
   */
  readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]>;
  /**
   * Held leases, soonest expiry first, without their checkpoints: `HELD_PARTITIONS` queries of a sparse index, no scan.
   * The index is a moment behind: what it shows is a hint, and acting on it takes a conditional write.
   */
  listHeld(limit: number): Promise<LeaseRecord[]>;
}

/** The largest result that a job record holds, as JSON: DynamoDB's item limit of 400 KB less room for the rest of the item. */
export const RESULT_MAX_BYTES = 300 * 1024;

/** The largest checkpoint that a job record holds, as JSON, beside the largest result. */
export const CHECKPOINT_MAX_BYTES = 64 * 1024;

/**
 * Over how many partitions the index of held leases is spread. One partition takes 1,000 writes a second, and a lease costs
 * two to four of them; a full partition would slow down the leases themselves.
 * Source: DynamoDB developer guide, partition key design and GSI back-pressure.
 */
export const HELD_PARTITIONS = 8;

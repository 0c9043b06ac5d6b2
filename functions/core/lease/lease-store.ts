import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { JobEvent, TakenCircumstances } from "../job/job-history.ts";
import type { JobClass } from "../job/job-message.ts";
import type { JobResult } from "../job/job-result.ts";
import type { Lease, LeaseKey, LeaseOwner, LeaseRecord } from "./lease.ts";

export interface TakeRequest {
  /** Makes the take one that may be repeated: see guarantee 10. @default every call is a take of its own */
  readonly takeId?: string;
  readonly key: LeaseKey;
  readonly owner: LeaseOwner;
  readonly durationMs: number;
  readonly jobClass?: JobClass;
  readonly strategy?: string;
  readonly site?: string;
  readonly messageId?: string;
  /** Fence of the dead-lettered attempt, where an operator redrove the message. */
  readonly redriveOfFence?: number;
  /** Goes into a job's history as a `taken` event. Other keys have none. */
  readonly circumstances?: TakenCircumstances;
}

export type Take =
  | {
      readonly kind: "taken";
      readonly lease: Lease;
      readonly checkpoint?: Checkpoint;
      /** A job's: the event of this very take is its last, where the request told its circumstances. */
      readonly history: readonly JobEvent[];
    }
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
 * 7. The history outlives everything but a redrive, which begins a new one. The holder's writes replace it by what they are
 *    given, within `trimmedHistory`'s limits.
 * 8. `id` is given by the first `take` of a key and never changes.
 * 9. Attempts: `take` counts one; `release` without counting takes it back; the attempt of a dead container stays counted;
 *    after a redrive counting starts at 1 again.
 * 10. A `take` with a `takeId` happens once. Repeated while its lease is held, it answers that lease and its history, so that a
 *    take whose answer was lost isn't an attempt that nobody makes; a copy that the network delivers after the lease's end
 *    takes nothing.
 *
 * Results and histories are JSON: what JSON leaves out isn't there when they're read. Records are immutable; the bytes of a
 * checkpoint are a copy.
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
  /**
   * One conditional write; moves `expiresAtMs` to `nowMs + durationMs`. One with an earlier `nowMs` than the last changes nothing
   * and answers the lease as it is: it was long on its way, and mustn't shorten what a later one gave.
   */
  renew(lease: Lease, durationMs: number, nowMs: number): Promise<UnderLease<Lease>>;
  /** One conditional write. Idempotent for the same lease: the first release stands. */
  release(lease: Lease, release: Release, nowMs: number): Promise<UnderLease<void>>;
  /**
   * One conditional write. Writes the result and ends the key. Throws `TooLarge` over `RESULT_MAX_BYTES` of JSON.
   * @param history replaces the stored one; absent: that stays
   */
  finish(lease: Lease, result: JobResult, nowMs: number, history?: readonly JobEvent[]): Promise<UnderLease<void>>;
  /** One conditional write. Throws `TooLarge` where an inline body is over `CHECKPOINT_INLINE_MAX_BYTES`. */
  checkpoint(lease: Lease, checkpoint: Omit<Checkpoint, "savedAtMs">, nowMs: number): Promise<UnderLease<void>>;
  /**
   * One conditional write: replaces the history, for what mustn't wait for the next write. A copy of it that the network
   * delivers late may undo a later one's; the next write with a history sets that right.
   */
  note(lease: Lease, history: readonly JobEvent[], nowMs: number): Promise<UnderLease<void>>;
  /** One strongly consistent read. */
  read(key: LeaseKey): Promise<LeaseRecord | undefined>;
  /**
   * One batch read for each 100 keys, more where records together pass DynamoDB's 16 MB; in the order of the keys, each
   * once; keys without a record are left out.
   */
  readMany(keys: readonly LeaseKey[]): Promise<LeaseRecord[]>;
  /**
   * Held leases, soonest expiry first, without checkpoints and histories: `HELD_PARTITIONS` queries of a sparse index, no scan.
   * The index is a moment behind: what it shows is a hint, and acting on it takes a conditional write.
   */
  listHeld(limit: number): Promise<LeaseRecord[]>;
}

export interface Release {
  /** In the words of an outcome's kind. */
  readonly reason: string;
  /** `false` gives the attempt back to the job. */
  readonly countsAsAttempt: boolean;
  /** Replaces the stored history, and keeps it short; absent: that stays, and grows with the next `take`. */
  readonly history?: readonly JobEvent[];
}

/** The largest result that a job record holds, as JSON: DynamoDB's item limit of 400 KB less room for the rest of the item. */
export const RESULT_MAX_BYTES = 300 * 1024;

/**
 * Over how many partitions the index of held leases is spread. One partition takes 1,000 writes a second, and a lease costs
 * two to four of them; a full partition would slow down the leases themselves.
 * Source: DynamoDB developer guide, partition key design and GSI back-pressure.
 */
export const HELD_PARTITIONS = 8;

import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { JobEvent } from "../job/job-history.ts";
import type { JobClass } from "../job/job-message.ts";
import type { JobResult } from "../job/job-result.ts";

/** `job#<id>`, `session#<name>` … : what the lease is a right to act for. */
export type LeaseKey = `${"job" | "session" | "phase"}#${string}`;

/** Who holds a lease: one container in one of its invocations. */
export interface LeaseOwner {
  readonly container: string;
  readonly invocation: string;
}

/**
 * The right of one container to act for one key until a time. Immutable: renewing gives a new value.
 * `fence` rises with every lease of the key; every write made under the lease is conditional on owner and fence.
 */
export interface Lease {
  readonly key: LeaseKey;
  /** Given with the key's first lease, and the same ever after, whichever container goes on with it. */
  readonly id: string;
  readonly owner: LeaseOwner;
  readonly fence: number;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly expiresAtMs: number;
}

/** What is stored for a key, as far as the rules look at it. */
export interface LeaseRecord extends Lease {
  readonly state: "held" | "released" | "finished";
  /** How many attempts are counted against the job, the running one included. */
  readonly attempts: number;
  readonly jobClass?: JobClass;
  readonly strategy?: string;
  readonly site?: string;
  /** The SQS message that the last lease was taken for. */
  readonly messageId?: string;
  /** Why the last lease was given back, in the words of an outcome's kind. */
  readonly releaseReason?: string;
  /** Present when finished. */
  readonly result?: JobResult;
  readonly checkpoint?: Checkpoint;
  /** What happened to the job so far; empty for other keys. */
  readonly history: readonly JobEvent[];
}

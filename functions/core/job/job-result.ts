import type { JobClass } from "./job-message.ts";
import type { JobError, OutcomeKind } from "./outcome.ts";
import type { Rejection } from "./rejection.ts";

/** How a context came to the job: `hot` was made ahead, `warm` was opened in a running browser, `cold` needed a launch. */
export type AllocationTemperature = "cold" | "warm" | "hot";

/** A file that the job wrote to the artifact bucket. */
export interface ArtifactReference {
  readonly name: string;
  /** `s3://bucket/key` */
  readonly uri: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hex; S3 verified the same checksum on upload. */
  readonly sha256: string;
}

/**
 * The final word on one job: the body of a message on the results queue, and what the job's record keeps.
 * Delivered at least once; `id` and `fence` together are the key to drop a repetition by.
 */
export interface JobResult {
  readonly v: 1;
  readonly id: string;
  readonly kind: Extract<
    OutcomeKind,
    "completed" | "failed" | "timed-out" | "crashed" | "out-of-time" | "rejected" | "killed"
  >;
  readonly strategy?: string;
  readonly class?: JobClass;
  readonly site?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Present when `kind` is `completed` and the output fits in the message; else `outputArtifact` holds it. */
  readonly output?: unknown;
  readonly outputArtifact?: ArtifactReference;
  readonly artifacts?: readonly ArtifactReference[];
  /** Present when `kind` is `failed`, `timed-out`, `crashed` or `out-of-time`. */
  readonly error?: JobError;
  /** Present when `kind` is `rejected`. */
  readonly rejections?: readonly Rejection[];
  /** Which attempt this was, from 1; 0 for a rejected message. */
  readonly attempt: number;
  /** Fence of the lease that the result was written under; 0 for a rejected message. */
  readonly fence: number;
  readonly container: string;
  readonly timings?: JobTimings;
  readonly finishedAtMs: number;
}

export interface JobTimings {
  /** SQS's SentTimestamp to the first moment in a container. */
  readonly queuedMs: number;
  /** From there to a slot. */
  readonly waitMs: number;
  /** From the slot to a context with a page. */
  readonly allocationMs: number;
  readonly allocation: AllocationTemperature;
  /** The strategy itself, over all places where this attempt ran. */
  readonly runMs: number;
  /** What interruptions cost; absent where there were none. */
  readonly interruptions?: Interruptions;
}

export interface Interruptions {
  /** Times that the job went on in place after a crash. */
  readonly recovered: number;
  /** Times that critical work took its slot. */
  readonly displaced: number;
  /** Times that it went on in another container because an invocation neared its end. */
  readonly moved: number;
  /** Without a slot or a context, over all of them. */
  readonly waitedMs: number;
  /** Work done again, over all of them. */
  readonly repeatedMs: number;
}

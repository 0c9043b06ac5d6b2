import type { ContextLossKind } from "./job-history.ts";
import type { Rejection } from "./rejection.ts";

/**
 * How an attempt at a job ended. Expected endings are values of this union, never exceptions.
 *
 * | kind        | meaning                                                              | next                       |
 * | ----------- | -------------------------------------------------------------------- | -------------------------- |
 * | completed   | the strategy returned its output                                     | final                      |
 * | failed      | the strategy threw; `retryable` says whether another try may help    | retried while tries remain |
 * | timed-out   | the attempt passed its `maxDurationMs`                               | retried while tries remain |
 * | crashed     | browser or renderer died under it more often than it was restored    | retried while tries remain; final for poison |
 * | rejected    | the message isn't a job that this version can run                    | final, copy in the DLQ     |
 * | out-of-time | the invocation ended first, or nears its end: the attempt goes on in another container | given back |
 * | lease-lost  | another container holds the job's lease now; nothing was written     | given back                 |
 * | session-unavailable | its session was lost, put aside or can't log in; not counted      | given back, or in another of the pool |
 * | preempted   | critical work took the slot, and no other came free here; not counted | given back                |
 * | killed      | an operator ended the job                                            | final                      |
 */
export type Outcome =
  | { readonly kind: "completed"; readonly output: unknown }
  | { readonly kind: "failed"; readonly error: JobError; readonly retryable: boolean }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  /** `poison`: it has taken browsers down before, and isn't tried again. */
  | { readonly kind: "crashed"; readonly what: ContextLossKind; readonly detail: string; readonly poison?: boolean }
  | { readonly kind: "rejected"; readonly rejections: readonly Rejection[] }
  /** `advanced`: the attempt saved a checkpoint, so the next one starts further on. */
  | { readonly kind: "out-of-time"; readonly afterMs: number; readonly advanced: boolean }
  | { readonly kind: "lease-lost"; readonly detail: string }
  /** The session's fault and not the job's: lost to another container, put aside, or its login fails. */
  | {
      readonly kind: "session-unavailable";
      readonly session: string;
      readonly reason: string;
      readonly retryAfterSeconds: number;
    }
  | { readonly kind: "preempted"; readonly by: string }
  | { readonly kind: "killed"; readonly by: string; readonly atMs: number };

export type OutcomeKind = Outcome["kind"];

export interface JobError {
  /** Stable name to group by, such as `TimeoutError` or `StepFailed`. */
  readonly name: string;
  /** Bounded to 2,000 characters. */
  readonly message: string;
  /** Where in the strategy, in its own terms, such as `steps.3 (click)`. */
  readonly at?: string;
}

/** What the worker does with the message after an attempt. */
export type Disposition =
  | { readonly kind: "final" }
  /** Give the message back; `countsAsAttempt` is false where the job isn't to blame. */
  | { readonly kind: "give-back"; readonly countsAsAttempt: boolean; readonly delaySeconds: number };

const RETRY_BASE_SECONDS = 2;
const RETRY_MAX_SECONDS = 60;

/**
 * Decides what follows an outcome.
 * @param attempt number of this attempt, from 1
 * @param attemptsMax how many the job allows
 */
export function dispositionOf(outcome: Outcome, attempt: number, attemptsMax: number): Disposition {
  switch (outcome.kind) {
    case "completed":
    case "rejected":
    case "killed":
      return { kind: "final" };
    case "failed":
      return outcome.retryable && attempt < attemptsMax ? retryAfter(attempt) : { kind: "final" };
    case "crashed":
      if (outcome.poison === true) return { kind: "final" };
      return attempt < attemptsMax ? retryAfter(attempt) : { kind: "final" };
    case "timed-out":
      return attempt < attemptsMax ? retryAfter(attempt) : { kind: "final" };
    case "out-of-time":
      // An attempt that got nowhere in the time it had counts, so that a job that hangs can't go round for ever.
      if (outcome.advanced) return { kind: "give-back", countsAsAttempt: false, delaySeconds: 0 };
      return attempt < attemptsMax ? { kind: "give-back", countsAsAttempt: true, delaySeconds: 0 } : { kind: "final" };
    case "session-unavailable":
      return { kind: "give-back", countsAsAttempt: false, delaySeconds: outcome.retryAfterSeconds };
    case "preempted":
    case "lease-lost":
      return { kind: "give-back", countsAsAttempt: false, delaySeconds: 0 };
  }
}

function retryAfter(attempt: number): Disposition {
  const delaySeconds = Math.min(RETRY_MAX_SECONDS, RETRY_BASE_SECONDS * 2 ** (attempt - 1));
  return { kind: "give-back", countsAsAttempt: true, delaySeconds };
}

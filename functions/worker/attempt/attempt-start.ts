import type { Checkpoint, CheckpointContent } from "../../core/checkpoint/checkpoint.ts";
import type { AllocationTemperature, ArtifactReference } from "../../core/job/job-result.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { Lease } from "../../core/lease/lease.ts";
import type { SessionSeat } from "../sessions/session-seat.ts";
import type { SlotAnswer } from "../slots.ts";
import type { JobStory } from "./job-story.ts";

/** A job's slot: it may lose it, and get another. */
export interface SlotHold {
  /** Gives the slot back. Idempotent. */
  giveUp(): void;
  /** Waits for another, with the place in line that the job had at first. After the signal it has none. */
  again(wish: { readonly alone: boolean; readonly displaceable: boolean }, signal: AbortSignal): Promise<SlotAnswer>;
}

/** What the job's record held. Without a content, which couldn't be read any more, the job starts over. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly content: CheckpointContent | undefined;
}

/** What an attempt has: the right to the job, to a session where it wants one, and where the job got to before. */
export interface AttemptStart {
  readonly lease: Lease;
  readonly seat: SessionSeat | undefined;
  readonly found: FoundCheckpoint | undefined;
  readonly story: JobStory;
  readonly slot: SlotHold;
}

export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly artifacts: readonly ArtifactReference[];
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number } | undefined;
  /** What the attempt has worked, in other containers too. */
  readonly runMs: number;
  /** Its last checkpoint, this attempt's or an earlier one's. */
  readonly checkpoint: Checkpoint | undefined;
  /** Settles when the context is closed, or its browser condemned, and the session is given back. Never rejects. */
  readonly closed: Promise<void>;
}

import type { ArtifactReference } from "../job/job-result.ts";
import type { StateSnapshot } from "../session/state/session-state.ts";

/**
 * Last durable progress of a job, as its record keeps it. Only moves forward: `sequence` rises with every one, and each is
 * written under the job's fence.
 */
export interface Checkpoint {
  readonly sequence: number;
  readonly stage: string;
  readonly savedAtMs: number;
  /** Number of the attempt that saved it. */
  readonly attempt: number;
  /** How long that attempt had worked by then, in milliseconds; waiting for a slot doesn't count. */
  readonly workedMs: number;
  readonly body: CheckpointBody;
}

/**
 * Packed `CheckpointContent`: gzip, and sealed where it holds a state. What is larger than `CHECKPOINT_INLINE_MAX_BYTES`
 * is an object of its own, because every later write to the record pays for the record's whole size.
 */
export type CheckpointBody =
  | { readonly kind: "inline"; readonly packed: Uint8Array; readonly sealed: boolean }
  | { readonly kind: "object"; readonly key: string; readonly bytes: number; readonly sealed: boolean };

/** Packed bytes that stand in the record itself: up to here a larger record is cheaper than a request to S3 (docs/adr/0050). */
export const CHECKPOINT_INLINE_MAX_BYTES = 8 * 1024;

/** A content may have this many bytes as JSON, in millions of characters of cursor as well as in cookies. */
export const CHECKPOINT_MAX_BYTES = 16 * 1024 * 1024;

/** What a checkpoint says, in the clear. JSON. */
export interface CheckpointContent {
  /** The strategy's own: enough to go on from here. */
  readonly cursor: unknown;
  /** Where the page was. */
  readonly page?: PagePlace;
  /** Files that the job has written so far. */
  readonly artifacts?: readonly ArtifactReference[];
  /** Cookies and storage of the job's context. Absent where the job runs in a session, whose state it is. */
  readonly state?: StateSnapshot;
}

/** An address and how far it was scrolled, in CSS pixels. */
export interface PagePlace {
  readonly url: string;
  readonly scrollX: number;
  readonly scrollY: number;
}

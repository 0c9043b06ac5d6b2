import type { OutcomeKind } from "./outcome.ts";

/**
 * What happened to a job, in order: `sublet why` reads it, and so does the rule for poison. It lies in the job's record.
 * `take` adds to it; everything else is written by the lease's holder along with what it writes anyway.
 */
export type JobEvent =
  | TakenEvent
  /** In place: the context was lost and the job went on from its checkpoint, in the same container and lease. */
  | {
      readonly kind: "recovered";
      readonly atMs: number;
      readonly fence: number;
      readonly lost: ContextLossKind;
      readonly detail: string;
      /** The browser it was in, unique over the fleet, and how many jobs it had at that moment, this one included. */
      readonly browser: string;
      readonly neighbours: number;
      /** From the loss to the restored context; absent where none was restored. */
      readonly recoveryMs?: number;
      /** Work done again: from the checkpoint to the loss. */
      readonly repeatedMs: number;
    }
  /** Critical work took its slot; it went on from its checkpoint when one came free. */
  | {
      readonly kind: "displaced";
      readonly atMs: number;
      readonly fence: number;
      /** The job that took the slot. */
      readonly by: string;
      /** From the loss of the slot to the next one. */
      readonly waitedMs: number;
      readonly repeatedMs: number;
    }
  /** The lease was given back or finished. */
  | {
      readonly kind: "ended";
      readonly atMs: number;
      readonly fence: number;
      readonly outcome: OutcomeKind;
      readonly detail?: string;
      readonly runMs: number;
      /** Where the job had got to: its last checkpoint. */
      readonly stage?: string;
      /** What took the context, where the attempt ended by that. */
      readonly lost?: ContextLossKind;
      readonly browser?: string;
      readonly neighbours?: number;
    }
  /** An operator asked for its end. */
  | { readonly kind: "kill-asked"; readonly atMs: number; readonly fence: number; readonly by: string };

/** `memory`: evicted because the container would have run out of it, and this was the largest tenant. */
export type ContextLossKind = "browser" | "renderer" | "memory";

/** A container took the job's lease: the numbers of that moment say why it waited, and why it landed there. */
export interface TakenEvent extends TakenCircumstances {
  readonly kind: "taken";
  readonly atMs: number;
  readonly fence: number;
  readonly attempt: number;
  readonly container: string;
  /** It had the browser to itself, because it had to: its holder adds that when the slot is granted, before the job runs. */
  readonly alone?: true;
}

export interface TakenCircumstances {
  readonly invocation: string;
  /** From SQS's SentTimestamp to this container. */
  readonly queuedMs: number;
  readonly receiveCount: number;
  readonly queue: string;
  /** From the container to a slot. */
  readonly waitMs: number;
  /** Jobs at work in the container, this one included, of so many slots; which limit set their number. */
  readonly running: number;
  readonly slots: number;
  readonly boundBy: string;
  /** Jobs that stood in line behind it. */
  readonly waiting: number;
  readonly priority: string;
  readonly session?: string;
}

/** So many events a record keeps: the first few, which say how it began, and the latest. */
export const HISTORY_MAX_EVENTS = 40;
export const HISTORY_FIRST_EVENTS = 4;
export const HISTORY_DETAIL_MAX_CHARACTERS = 300;

/** Within the limits; what is cut is the middle. */
export function trimmedHistory(history: readonly JobEvent[]): readonly JobEvent[] {
  const kept =
    history.length <= HISTORY_MAX_EVENTS
      ? history
      : [...history.slice(0, HISTORY_FIRST_EVENTS), ...history.slice(HISTORY_FIRST_EVENTS - HISTORY_MAX_EVENTS)];
  return kept.map((event) =>
    "detail" in event && event.detail !== undefined && event.detail.length > HISTORY_DETAIL_MAX_CHARACTERS
      ? { ...event, detail: `${event.detail.slice(0, HISTORY_DETAIL_MAX_CHARACTERS - 1)}…` }
      : event,
  );
}

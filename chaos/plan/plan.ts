import type { CheckpointPolicy } from "../../functions/core/checkpoint/checkpoint-policy.ts";
import type { Priority } from "../../functions/core/job/job-message.ts";
import type { OutcomeKind } from "../../functions/core/job/outcome.ts";

/** What goes wrong, when and where, under which load: all of it drawn from seed and number, so that it can be had again. */
export interface Plan {
  readonly seed: number;
  readonly number: number;
  readonly faults: readonly FaultOrder[];
  readonly jobs: readonly PlannedJob[];
}

export interface FaultOrder {
  readonly fault: string;
  /** When so much of the load's pages has been served, 0 to 1: a slow machine comes to the same moment, only later. */
  readonly atShare: number;
  /** What the fault draws for itself: which container, which process, how long. */
  readonly seed: number;
}

export interface PlannedJob {
  readonly id: string;
  /** What the producer sends: a job that reads the site's pages, or text that is no job. */
  readonly work: ListWork | TroubleWork | MalformedWork;
  readonly priority: Priority;
  readonly checkpoint?: CheckpointPolicy;
  /** Messages of this very job. */
  readonly copies: number;
  /** Sent when so much of the load's pages has been served; 0: at the start. */
  readonly sendAtShare: number;
  readonly maxDurationMs: number;
  /** Every other end is a violation. */
  readonly mayEnd: readonly OutcomeKind[];
}

/** Reads a list page by page; the site knows which rows a whole output has. */
export interface ListWork {
  readonly kind: "list";
  readonly pages: number;
  /** How long the site takes for each. */
  readonly pageMs: number;
  /** Takes a picture of the last page: the job writes to S3. */
  readonly screenshot: boolean;
}

/** Opens one of the site's hostile pages. */
export interface TroubleWork {
  readonly kind: "trouble";
  readonly page: string;
}

export interface MalformedWork {
  readonly kind: "malformed";
  readonly body: string;
}

/** Pages that all lists of a plan have together: what shares are shares of. */
export function plannedPages({ jobs }: Plan): number {
  return jobs.reduce((sum, { work }) => sum + (work.kind === "list" ? work.pages : 0), 0);
}

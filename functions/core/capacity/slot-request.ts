import { PRIORITIES, type JobClass, type Priority } from "../job/job-message.ts";

/** A job that wants a slot in this container. */
export interface SlotRequest {
  readonly id: string;
  readonly priority: Priority;
  readonly jobClass: JobClass;
  /** Answer at once: granted or refused, never waiting. */
  readonly noWait: boolean;
  /** What the job is expected to take; it isn't granted a slot in an invocation that has less left. */
  readonly estimatedDurationMs: number;
  /** It gets the browser for itself: no job runs when it starts, and none joins while it runs. */
  readonly alone: boolean;
  /** Critical work may take its slot. */
  readonly displaceable: boolean;
  /** Of its first grant, where it was displaced and comes again: it stands where it stood then, even in a full queue. */
  readonly place?: SlotPlace;
}

/** Where a job stands in line: it ages from `sinceMs`, and `order` counts the arrivals at its gate. */
export interface SlotPlace {
  readonly sinceMs: number;
  readonly order: number;
}

/** What decides who may share a browser. */
export interface SlotLimits {
  /** The least of what phase, memory and CPU allow in this container. */
  readonly capacity: number;
  /** A job of a class tolerates at most this many jobs in its browser, itself included. */
  readonly ratio: Readonly<Record<JobClass, number>>;
}

export type Neighbour = Pick<SlotRequest, "jobClass" | "alone">;

/** How many jobs may be in a browser with these in it: what the least tolerant of them allows. */
export function mostJobsWith(jobs: readonly Neighbour[], { capacity, ratio }: SlotLimits): number {
  return Math.min(capacity, ...jobs.map(({ jobClass, alone }) => (alone ? 1 : ratio[jobClass])));
}

export function fits(jobs: readonly Neighbour[], limits: SlotLimits): boolean {
  return jobs.length <= mostJobsWith(jobs, limits);
}

/** Whether the job doesn't wait for a slot, but takes one: critical, prepared to wait for its victim, and a good neighbour. */
export function displaces({ priority, noWait, alone }: SlotRequest): boolean {
  return priority === "critical" && !noWait && !alone;
}

export function rankOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

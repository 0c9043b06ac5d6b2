import type { Checkpoint } from "../../core/checkpoint/checkpoint.ts";
import { trimmedHistory, type JobEvent } from "../../core/job/job-history.ts";
import type { Lease } from "../../core/lease/lease.ts";

/** Who left for want of time is taken again within seconds, or has waited in its queue meanwhile. */
const HAND_OVER_MAX_MS = 30_000;

/** What happened to a job, as its record has it and as this container adds to it. */
export class JobStory {
  #events: readonly JobEvent[];

  constructor(found: readonly JobEvent[]) {
    this.#events = found;
  }

  /** As it may be written. */
  get events(): readonly JobEvent[] {
    return trimmedHistory(this.#events);
  }

  /**
   * Whether a lease goes on with the very attempt that saved a checkpoint, in another container. An operator who puts a dead
   * job back begins its history anew, and counts from 1 again.
   */
  goesOn({ fence, attempt }: Lease, checkpoint: Pick<Checkpoint, "attempt">): boolean {
    const takes = this.#events.filter((event) => event.kind === "taken");
    return checkpoint.attempt === attempt && takes.some((take) => take.fence < fence && take.attempt === attempt);
  }

  /**
   * Since when the attempt has been in some container's hands, in epoch milliseconds: to move from one to another is no end of
   * it, and who is ordered to end doesn't get away by that.
   */
  heldSinceMs({ fence, attempt, acquiredAtMs }: Lease): number {
    let sinceMs = acquiredAtMs;
    let isHandedOn = true;
    for (const event of this.#events.filter((one) => one.fence < fence).toReversed()) {
      if (event.kind === "ended")
        isHandedOn = event.outcome === "out-of-time" && sinceMs - event.atMs < HAND_OVER_MAX_MS;
      if (!isHandedOn) break;
      if (event.kind === "taken" && event.attempt === attempt) sinceMs = event.atMs;
    }
    return sinceMs;
  }

  add(event: JobEvent): void {
    this.#events = [...this.#events, event];
  }

  /** Puts what is known by now in place of the last event of its kind. */
  amend(event: JobEvent): void {
    const index = this.#events.findLastIndex(({ kind }) => kind === event.kind);
    this.#events = this.#events.with(index, event);
  }

  /** The job got its container for itself after its lease was taken. */
  startsAlone(): void {
    const last = this.#events.findLast((event) => event.kind === "taken");
    if (last?.kind === "taken") this.amend({ ...last, running: 1, alone: true });
  }

  /** Without the take that came to nothing: nothing was put at risk by it. */
  get eventsBefore(): readonly JobEvent[] {
    const index = this.#events.findLastIndex(({ kind }) => kind === "taken");
    return trimmedHistory(index < 0 ? this.#events : this.#events.toSpliced(index, 1));
  }

  /** What came of the last recovery is known when the job is at work again. */
  restored(recoveryMs: number): void {
    const last = this.#events.findLast((event) => event.kind === "recovered");
    if (last?.kind === "recovered") this.amend({ ...last, recoveryMs });
  }
}

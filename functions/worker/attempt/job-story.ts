import { trimmedHistory, type JobEvent } from "../../core/job/job-history.ts";

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

  /** What came of the last recovery is known when the job is at work again. */
  restored(recoveryMs: number): void {
    const last = this.#events.findLast((event) => event.kind === "recovered");
    if (last?.kind === "recovered") this.amend({ ...last, recoveryMs });
  }
}

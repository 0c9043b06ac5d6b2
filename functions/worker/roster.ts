/** Why a job is asked to leave its slot at its next checkpoint. */
export type Leave =
  | { readonly kind: "preempted"; readonly by: string }
  /** The invocation nears its end. */
  | { readonly kind: "out-of-time" };

/** A job at work in this container, to whoever has something to tell it. */
export interface RunningJob {
  readonly id: string;
  /** Since when the attempt has been in some container's hands, in epoch milliseconds. */
  readonly heldSinceMs: number;
  /** What it is still expected to take, in milliseconds; 0 where it takes longer than was thought. */
  expectedMs(): number;
  /** Whether it has been asked already. */
  readonly isLeaving: boolean;
  /** It stops at its next checkpoint, or when `graceMs` are over. The first reason stays. */
  askToLeave(leave: Leave, graceMs: number): void;
  /** It ends now, for good. */
  kill(order: { readonly by: string; readonly atMs: number }): void;
}

/** The jobs at work in an invocation, by id. */
export class Roster {
  readonly #jobs = new Map<string, RunningJob>();
  /** Asked of jobs that have their slot and aren't at work yet. */
  readonly #early = new Map<string, { readonly leave: Leave; readonly graceMs: number }>();

  /** @returns what takes it out again; idempotent */
  add(job: RunningJob): () => void {
    this.#jobs.set(job.id, job);
    const early = this.#early.get(job.id);
    this.#early.delete(job.id);
    if (early) job.askToLeave(early.leave, early.graceMs);
    return () => {
      if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id);
    };
  }

  askToLeave(id: string, leave: Leave, graceMs: number): void {
    const job = this.#jobs.get(id);
    if (job) job.askToLeave(leave, graceMs);
    else this.#early.set(id, { leave, graceMs });
  }

  /** It will not come to work. Idempotent. */
  forget(id: string): void {
    this.#early.delete(id);
  }

  get jobs(): readonly RunningJob[] {
    return [...this.#jobs.values()];
  }
}

import type { ContextLease } from "../../browser/context-lease.ts";
import type { ContextLoss } from "../../browser/pooled-context.ts";
import { DISPLACEMENTS_MAX, displacementsOf, verdictOf } from "../../core/job/blame.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import { JobProgress } from "../checkpoints/job-progress.ts";
import type { Container } from "../container.ts";
import type { Runnable } from "../intake.ts";
import type { HeldMessage, Invocation } from "../invocation.ts";
import type { Leave } from "../roster.ts";
import type { SeatEnd } from "../sessions/session-seat.ts";
import { ALONE, noteAlone } from "./alone.ts";
import type { AttemptEnd, AttemptStart } from "./attempt-start.ts";
import { Recovery } from "./recovery.ts";
import { Stay, type StayEnd } from "./stay.ts";
import { Stops, type Stop } from "./stops.ts";
import { WorkClock } from "./work-clock.ts";

/** A login that is over is renewed so often in one attempt; a site that ends each new one at once isn't worth more. */
const LOGINS_MAX = 2;

/**
 * One attempt at a job whose lease is taken. It may work in several contexts: after a crash it goes on from its last
 * checkpoint in another one, a session that turns out to be signed out logs in again, and critical work may take its slot
 * for a while. Every ending is an outcome.
 */
export class Attempt {
  readonly #container: Container;
  readonly #invocation: Invocation;
  readonly #runnable: Runnable;
  readonly #start: AttemptStart;
  readonly #clock: WorkClock;
  readonly #stops: Stops;
  readonly #progress: JobProgress;
  readonly #recovery: Recovery;
  #stay: Stay | undefined;
  /** Of the context before. */
  #closing: Promise<void> = Promise.resolve();
  /** Asked of the job, and not done yet. */
  #asked: { readonly leave: Leave; readonly graceMs: number } | undefined;
  #allocation: ContextLease["allocation"] | undefined;
  #logins = 0;
  /** Ends the wait for another slot. */
  #endWait = () => {};

  constructor(
    container: Container,
    invocation: Invocation,
    held: HeldMessage,
    runnable: Runnable,
    start: AttemptStart,
  ) {
    const { job } = runnable;
    const { lease, seat, found, story } = start;
    const { configuration } = container;
    this.#container = container;
    this.#invocation = invocation;
    this.#runnable = runnable;
    this.#start = start;
    // A new attempt has all its time; one that only moved goes on with what is left.
    const beforeMs = found !== undefined && story.goesOn(lease, found.checkpoint) ? found.checkpoint.workedMs : 0;
    const limitMs = Math.min(job.maxDurationMs, seat?.jobLimitMs ?? Number.POSITIVE_INFINITY);
    this.#clock = new WorkClock(beforeMs, limitMs, () => this.#stops.halt({ kind: "timed-out", afterMs: limitMs }));
    this.#progress = new JobProgress({
      keeper: container.checkpoints,
      meter: invocation.meter.durability,
      log: container.log,
      owner: { job: job.id, site: job.site },
      lease,
      policy: job.checkpoint ?? configuration.checkpointPolicy,
      intervalMs: configuration.checkpointIntervalMs,
      found,
      workedMs: () => this.#clock.workedMs,
    });
    this.#recovery = new Recovery(container, invocation, start, job.id);
    this.#stops = new Stops({
      held,
      invocation,
      seat,
      drained: () => this.#outOfTime,
    });
  }

  /** Called once. Never throws. */
  async run(): Promise<AttemptEnd> {
    const { seat, lease } = this.#start;
    const leaveRoster = this.#enlist();
    try {
      const outcome = await Promise.race([this.#work(), this.#stops.reason]);
      const left = this.#stay?.end();
      return {
        outcome,
        artifacts: this.#progress.artifacts,
        allocation: this.#allocation && { ...this.#allocation, ms: toTenths(this.#allocation.ms) },
        runMs: Math.max(0, Math.round(this.#workedMs - (this.#allocation?.ms ?? 0))),
        checkpoint: this.#progress.saved,
        closed: seat ? seat.leave(seatEnd(outcome, lease.attempt)) : (left ?? Promise.resolve()),
      };
    } finally {
      leaveRoster();
      this.#clock.pause();
      this.#stops.close();
    }
  }

  get #workedMs(): number {
    return Math.round(this.#clock.workedMs);
  }

  #enlist(): () => void {
    const { job } = this.#runnable;
    const estimateMs = job.estimatedDurationMs ?? this.#container.configuration.defaultEstimateMs;
    const isLeaving = () => this.#asked !== undefined;
    return this.#invocation.roster.add({
      id: job.id,
      heldSinceMs: this.#start.story.heldSinceMs(this.#start.lease),
      expectedMs: () => Math.max(0, estimateMs - this.#clock.workedMs),
      get isLeaving() {
        return isLeaving();
      },
      askToLeave: (leave, graceMs) => {
        this.#asked ??= { leave, graceMs };
        this.#stay?.askToLeave(this.#asked.leave, graceMs);
        if (leave.kind === "out-of-time") this.#endWait();
      },
      kill: ({ by, atMs }) => this.#stops.halt({ kind: "killed", by, atMs }),
    });
  }

  async #work(): Promise<Outcome> {
    for (;;) {
      // Without a context it has nothing to do before it leaves.
      const outcome = (this.#asked && (await this.#leaves(this.#asked.leave, 0))) ?? (await this.#stays());
      if (outcome !== undefined) return outcome;
      if (this.#stops.signal.aborted) return this.#stops.reason;
    }
  }

  async #oneStay(): Promise<StayEnd> {
    const { seat, lease } = this.#start;
    this.#stay = new Stay({
      container: this.#container,
      runnable: this.#runnable,
      lease,
      seat,
      progress: this.#progress,
      clock: this.#clock,
      signal: this.#stops.signal,
      mayLogInAgain: this.#logins < LOGINS_MAX,
      leaseLost: (detail) => this.#stops.halt({ kind: "lease-lost", detail }),
      onOpened: (context) => this.#onOpened(context),
    });
    if (this.#asked) this.#stay.askToLeave(this.#asked.leave, this.#asked.graceMs);
    return this.#stay.run();
  }

  #onOpened(context: ContextLease): void {
    this.#allocation ??= context.allocation;
    this.#recovery.restored();
  }

  /** One stay, and what follows it: an outcome, or undefined where the job goes on. */
  async #stays(): Promise<Outcome | undefined> {
    await this.#progress.settled();
    if (this.#stops.signal.aborted) return undefined;
    const end = await this.#oneStay();
    if (end.kind === "outcome") return end.outcome;
    this.#closing = this.#stay?.end() ?? Promise.resolve();
    switch (end.kind) {
      case "signed-out":
        return this.#signedOut(end.last);
      case "lost":
        return this.#afterLoss(end.loss);
      case "left":
        return this.#leaves(end.leave, end.atCheckpoint ? 0 : Math.round(this.#progress.atStakeMs));
    }
  }

  #signedOut(last: Outcome | undefined): Outcome | undefined {
    const { seat } = this.#start;
    if (this.#logins >= LOGINS_MAX) return last ?? stillSignedOut(seat?.session ?? "");
    this.#logins += 1;
    this.#container.log.info("session signed out in the middle of a job", { ...this.#names, session: seat?.session });
    seat?.signedOut();
    return undefined;
  }

  async #afterLoss(loss: ContextLoss): Promise<Outcome | undefined> {
    this.#start.seat?.contextLost();
    const after = await this.#recovery.after(loss, Math.round(this.#progress.atStakeMs));
    if (after.kind === "over") return after.outcome;
    if (after.kind === "go-on" || this.#asked) return undefined;
    this.#container.log.info("job goes on without neighbours", { ...this.#names, why: after.why });
    return this.#slotAgain(true, ALONE);
  }

  /** Asked to, and without a context. */
  async #leaves(leave: Leave, repeatedMs: number): Promise<Outcome | undefined> {
    const { story, lease } = this.#start;
    this.#asked = undefined;
    if (leave.kind === "out-of-time") return this.#outOfTime;
    const { by } = leave;
    this.#container.log.info("job displaced", { ...this.#names, by, repeatedMs });
    const fromMs = performance.now();
    const displaced = { kind: "displaced", atMs: Date.now(), fence: lease.fence, by, repeatedMs } as const;
    story.add({ ...displaced, waitedMs: 0 });
    const outcome = await this.#slotAgain(verdictOf(story.events).kind === "alone", by);
    const waitedMs = Math.round(performance.now() - fromMs);
    story.amend({ ...displaced, waitedMs });
    this.#invocation.meter.durability.displaced(waitedMs, repeatedMs);
    return outcome;
  }

  /** Waits for another slot: until there is one, the job is stopped, or the invocation nears its end. */
  async #slotAgain(alone: boolean, by: string): Promise<Outcome | undefined> {
    const { slot } = this.#start;
    this.#clock.pause();
    const ending = new AbortController();
    this.#endWait = () => ending.abort();
    // The slot is another job's only when the context is closed.
    await this.#closing;
    // Named once more meanwhile: giving up the slot is all that was wanted.
    if (this.#asked?.leave.kind === "preempted") this.#asked = undefined;
    const displaceable = displacementsOf(this.#start.story.events) < DISPLACEMENTS_MAX;
    const answer = await slot.again({ alone, displaceable }, AbortSignal.any([this.#stops.signal, ending.signal]));
    this.#endWait = () => {};
    if (answer.kind !== "granted") return { kind: "preempted", by };
    return alone ? noteAlone(this.#container, this.#start) : undefined;
  }

  /** The attempt goes on in another container. One that got nowhere here counts, so that it can't go round for ever. */
  get #outOfTime(): Stop {
    return { kind: "out-of-time", afterMs: this.#workedMs, advanced: this.#progress.advanced };
  }

  get #names() {
    const { lease } = this.#start;
    return { job: this.#runnable.job.id, lease: lease.id, fence: lease.fence };
  }
}

/** The strategy leads to the login page itself, or the site ends every login. */
function stillSignedOut(session: string): Outcome {
  const message = `the site showed its login page again after ${LOGINS_MAX} new logins of ${session}`;
  return { kind: "failed", error: { name: "SignedOut", message }, retryable: true };
}

/** A session is put aside when several jobs fail in it: one that fails for good, or again, says more of itself. */
function seatEnd(outcome: Outcome, attempt: number): SeatEnd {
  if (outcome.kind === "completed") return { kind: "success" };
  if (outcome.kind !== "failed" && outcome.kind !== "timed-out") return { kind: "none" };
  if (attempt > 1 || (outcome.kind === "failed" && !outcome.retryable)) return { kind: "used" };
  return { kind: "failure", why: outcome.kind === "failed" ? outcome.error.name : "timed out" };
}

/** A hot allocation takes about a millisecond, so whole ones would say too little; more digits say nothing. */
function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

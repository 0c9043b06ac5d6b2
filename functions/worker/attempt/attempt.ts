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
import type { AttemptEnd, AttemptStart } from "./attempt-start.ts";
import { Stay, type StayEnd } from "./stay.ts";
import { Stops } from "./stops.ts";
import { WorkClock } from "./work-clock.ts";

/** A login that is over is renewed so often in one attempt; a site that ends each new one at once isn't worth more. */
const LOGINS_MAX = 2;
/** A page that crashes again each time it is restored is given up; what takes whole browsers is judged by `verdictOf`. */
const RENDERERS_MAX = 2;

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
  #stay: Stay | undefined;
  /** Asked of the job, and not done yet. */
  #asked: { readonly leave: Leave; readonly graceMs: number } | undefined;
  #allocation: ContextLease["allocation"] | undefined;
  #lost: ContextLoss | undefined;
  #lostAtMs: number | undefined;
  #logins = 0;
  #renderers = 0;

  constructor(
    container: Container,
    invocation: Invocation,
    held: HeldMessage,
    runnable: Runnable,
    start: AttemptStart,
  ) {
    const { job } = runnable;
    const { lease, seat, found } = start;
    const { configuration } = container;
    this.#container = container;
    this.#invocation = invocation;
    this.#runnable = runnable;
    this.#start = start;
    // A new attempt has all its time; one that only moved goes on with what is left.
    const beforeMs = found?.checkpoint.attempt === lease.attempt ? found.checkpoint.workedMs : 0;
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
    this.#stops = new Stops({
      held,
      invocation,
      seat,
      drained: () => ({ kind: "out-of-time", afterMs: this.#workedMs, advanced: this.#progress.advanced }),
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
      acquiredAtMs: this.#start.lease.acquiredAtMs,
      expectedMs: () => Math.max(0, estimateMs - this.#clock.workedMs),
      get isLeaving() {
        return isLeaving();
      },
      askToLeave: (leave, graceMs) => {
        this.#asked ??= { leave, graceMs };
        this.#stay?.askToLeave(this.#asked.leave, graceMs);
      },
      kill: ({ by, atMs }) => this.#stops.halt({ kind: "killed", by, atMs }),
    });
  }

  async #work(): Promise<Outcome> {
    for (;;) {
      const end = await this.#oneStay();
      const outcome = await this.#after(end);
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
    if (this.#lostAtMs === undefined || this.#lost === undefined) return;
    const recoveryMs = Math.round(performance.now() - this.#lostAtMs);
    this.#lostAtMs = undefined;
    this.#start.story.restored(recoveryMs);
    this.#invocation.meter.durability.recovered(this.#lost.what, recoveryMs);
    this.#container.log.info("job goes on after a crash", { ...this.#names, what: this.#lost.what, recoveryMs });
  }

  /** What follows a stay: an outcome, or undefined where the job goes on. */
  async #after(end: StayEnd): Promise<Outcome | undefined> {
    switch (end.kind) {
      case "outcome":
        return end.outcome;
      case "signed-out":
        return this.#signedOut(end.last);
      case "lost":
        return this.#afterLoss(end.loss);
      case "left":
        return this.#afterLeaving(end.leave, end.atCheckpoint);
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
    const { story, seat, lease, slot } = this.#start;
    const { leases, log, id } = this.#container;
    const repeatedMs = Math.round(this.#progress.atStakeMs);
    this.#lost = loss;
    this.#lostAtMs ??= performance.now();
    const { what, detail, neighbours } = loss;
    log.warn("context lost under a job", { ...this.#names, ...loss, repeatedMs });
    this.#invocation.meter.durability.repeated(repeatedMs);
    const event = {
      kind: "recovered",
      atMs: Date.now(),
      fence: lease.fence,
      lost: what,
      detail,
      neighbours,
      repeatedMs,
    };
    story.add({ ...event, kind: "recovered", browser: `${id}/${loss.browser}` });
    seat?.contextLost();
    const closing = this.#stay?.end();
    // Before the next browser is put at risk, so that what it may cost is known fleet-wide.
    const noted = await leases.note(lease, story.events, Date.now()).catch((error: unknown) => {
      log.warn("a crash could not be noted in the job's record", { ...this.#names, error });
    });
    if (noted?.kind === "lost") return { kind: "lease-lost", detail: `fence ${lease.fence} is over` };
    if (what === "memory" && neighbours === 1) return tooLarge(detail);
    const verdict = verdictOf(story.events);
    if (verdict.kind === "poison") {
      this.#invocation.meter.durability.count("poisoned");
      return { kind: "crashed", what, detail: `${verdict.why}; the last: ${detail}`, poison: true };
    }
    this.#renderers += what === "renderer" ? 1 : 0;
    if (this.#renderers > RENDERERS_MAX) return { kind: "crashed", what, detail };
    if (verdict.kind !== "alone" || seat !== undefined) return undefined;
    await closing;
    this.#clock.pause();
    log.info("job goes on without neighbours", { ...this.#names, why: verdict.why });
    const answer = await slot.again({ alone: true, displaceable: this.#isDisplaceable });
    return answer.kind === "granted" ? undefined : { kind: "preempted", by: "the wait for a slot without neighbours" };
  }

  async #afterLeaving(leave: Leave, atCheckpoint: boolean): Promise<Outcome | undefined> {
    const { slot, story, lease } = this.#start;
    const repeatedMs = atCheckpoint ? 0 : Math.round(this.#progress.atStakeMs);
    this.#asked = undefined;
    this.#clock.pause();
    if (leave.kind === "out-of-time") return this.#moves();
    this.#container.log.info("job displaced", { ...this.#names, by: leave.by, atCheckpoint, repeatedMs });
    await this.#stay?.end();
    const fromMs = performance.now();
    const displaced = { kind: "displaced", atMs: Date.now(), fence: lease.fence, by: leave.by, repeatedMs } as const;
    story.add({ ...displaced, waitedMs: 0 });
    const alone = verdictOf(story.events).kind === "alone";
    const answer = await slot.again({ alone, displaceable: this.#isDisplaceable });
    const waitedMs = Math.round(performance.now() - fromMs);
    story.amend({ ...displaced, waitedMs });
    this.#invocation.meter.durability.displaced(waitedMs, repeatedMs);
    return answer.kind === "granted" ? undefined : { kind: "preempted", by: leave.by };
  }

  /** The attempt goes on in another container. One that got nowhere here counts, so that it can't go round for ever. */
  #moves(): Outcome {
    const { advanced } = this.#progress;
    if (advanced) this.#invocation.meter.durability.count("moved");
    return { kind: "out-of-time", afterMs: this.#workedMs, advanced };
  }

  get #isDisplaceable(): boolean {
    return displacementsOf(this.#start.story.events) < DISPLACEMENTS_MAX;
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

function tooLarge(detail: string): Outcome {
  const message = `alone in its container the job took more memory than there is: ${detail}; give the worker more memory, or the job less to load`;
  return { kind: "failed", error: { name: "OutOfMemory", message }, retryable: false };
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

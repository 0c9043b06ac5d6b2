import type { JobTimings } from "../core/job/job-result.ts";
import { dispositionOf } from "../core/job/outcome.ts";
import { comeAgainSeconds } from "../core/session/session-rules.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { Take } from "../core/lease/lease-store.ts";
import { attemptJob, type AttemptEnd } from "./attempt.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { resultOf } from "./job-result.ts";
import type { SessionSeat } from "./sessions/session-seat.ts";
import type { SessionTurn } from "./sessions/session-turn.ts";
import { dropDuplicate, giveBack, reject, remove, tell } from "./settle-message.ts";

const HELD_ELSEWHERE_MAX_SECONDS = 30;

/** What a job that has its slot came with. */
export interface JobPlace {
  /** Its turn to ask for its session; undefined where it wants none. */
  readonly turn: SessionTurn | undefined;
  readonly slotAtMs: number;
  /** Called as soon as the context is closed, before the result is written. */
  readonly freeSlot: () => void;
}

/**
 * A job that has its slot: gets its session, takes its lease, runs one attempt, writes the result under the fence, settles the
 * message.
 */
export async function runJob(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  { turn, slotAtMs, freeSlot }: JobPlace,
): Promise<void> {
  const seated = await turn?.take(AbortSignal.any([held.gone.signal, invocation.drained]));
  if (seated?.kind === "rejected") {
    return reject(container, invocation, held, runnable.job.id, seated.rejections);
  }
  if (seated?.kind === "unavailable") {
    const { reason } = seated;
    const delaySeconds = comeAgainSeconds(seated.retryAfterSeconds, held.message.receiveCount);
    container.log.info("no session for a job", { job: runnable.job.id, reason, delaySeconds });
    return giveBack(container, invocation, held, "session-unavailable", delaySeconds);
  }
  const seat = seated?.seat;
  const leave = () => {
    turn?.end();
    freeSlot();
  };
  try {
    await inSeat(container, invocation, held, runnable, { seat, slotAtMs, leave });
  } finally {
    // Whatever happened before the attempt: the session isn't this job's any longer.
    await seat?.leave({ kind: "none" });
  }
}

/** A job that has its session, where it wants one. */
async function inSeat(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  {
    seat,
    slotAtMs,
    leave,
  }: { readonly seat: SessionSeat | undefined; readonly slotAtMs: number; readonly leave: () => void },
): Promise<void> {
  const { job } = runnable;
  const take = await takeLease(container, invocation, held, runnable);
  if (take.kind === "finished") return dropDuplicate(container, invocation, held, take.record);
  if (take.kind === "held") {
    const seconds = Math.ceil((take.record.expiresAtMs - Date.now()) / 1_000);
    const delaySeconds = Math.min(HELD_ELSEWHERE_MAX_SECONDS, Math.max(1, seconds));
    return giveBack(container, invocation, held, "held-elsewhere", delaySeconds);
  }
  const { lease } = take;
  held.lease = lease;
  const end =
    lease.attempt > job.attempts
      ? neverStarted(lease, job.attempts)
      : await attemptJob(container, invocation, held, runnable, { lease, seat, resume: take.checkpoint });
  const freed = end.closed.then(leave);
  const leased = { held, runnable, lease };
  record(container, invocation, leased, end);
  // Who reads the result may count on what the job left in its session. Until then the job's lease is renewed.
  if (seat) await freed;
  held.lease = undefined;
  try {
    await settle(container, invocation, leased, end, timings(held, slotAtMs, end));
  } finally {
    await freed;
  }
}

/** A message with its job and the lease that this container took for it. */
interface LeasedJob {
  readonly held: HeldMessage;
  readonly runnable: Runnable;
  readonly lease: Lease;
}

function record(container: Container, invocation: Invocation, { runnable, lease }: LeasedJob, end: AttemptEnd): void {
  const { job, jobClass } = runnable;
  const { outcome, allocation, runMs } = end;
  if (allocation) invocation.meter.allocated(allocation.temperature, allocation.ms);
  invocation.meter.ended(jobClass, outcome.kind, allocation && runMs);
  container.log.info("attempt ended", {
    job: job.id,
    strategy: job.strategy,
    outcome: outcome.kind,
    attempt: lease.attempt,
    fence: lease.fence,
    runMs,
    ...(outcome.kind === "failed" ? { error: outcome.error } : {}),
  });
}

async function settle(
  container: Container,
  invocation: Invocation,
  leased: LeasedJob,
  end: AttemptEnd,
  timing: JobTimings | undefined,
): Promise<void> {
  const { held, lease } = leased;
  const { outcome } = end;
  const disposition = dispositionOf(outcome, lease.attempt, leased.runnable.job.attempts);
  if (disposition.kind === "final") return finish(container, invocation, leased, end, timing);
  if (outcome.kind !== "lease-lost") {
    await container.leases.release(lease, outcome.kind, disposition.countsAsAttempt, Date.now());
  }
  return giveBack(container, invocation, held, outcome.kind, disposition.delaySeconds);
}

function takeLease(
  container: Container,
  invocation: Invocation,
  { message }: HeldMessage,
  { job, jobClass }: Runnable,
): Promise<Take> {
  return container.leases.take(
    {
      key: `job#${job.id}`,
      owner: { container: container.id, invocation: invocation.id },
      durationMs: container.configuration.leaseMs,
      jobClass,
      strategy: job.strategy,
      site: job.site,
      messageId: message.messageId,
      redriveOfFence: message.redriveOfFence,
    },
    Date.now(),
  );
}

/** Conditional on the fence: a container whose lease is over writes nothing, publishes nothing and deletes nothing. */
async function finish(
  container: Container,
  invocation: Invocation,
  { held, runnable, lease }: LeasedJob,
  end: AttemptEnd,
  timing: JobTimings | undefined,
): Promise<void> {
  const { job } = runnable;
  const { outcome, artifacts } = end;
  const result = await resultOf(
    { runnable, lease, outcome, artifacts, timings: timing, finishedAtMs: Date.now() },
    container.artifacts,
  );
  const finished = await container.leases.finish(lease, result, Date.now());
  if (finished.kind === "lost") {
    container.log.warn("result refused by fence", { job: job.id, fence: lease.fence });
    invocation.meter.ended(runnable.jobClass, "lease-lost", undefined);
    return giveBack(container, invocation, held, "lease-lost", 0);
  }
  await tell(container, held, result);
  await remove(container, invocation, held);
}

/** Containers died under every attempt that the job allows: it ends here instead of taking another one with it. */
function neverStarted(lease: Lease, attempts: number): AttemptEnd {
  const detail = `${lease.attempt - 1} attempts ended without an outcome, as when a container dies; the job allows ${attempts}`;
  return {
    outcome: { kind: "crashed", what: "browser", detail },
    artifacts: [],
    allocation: undefined,
    runMs: 0,
    closed: Promise.resolve(),
  };
}

function timings(held: HeldMessage, slotAtMs: number, end: AttemptEnd): JobTimings | undefined {
  if (end.allocation === undefined) return undefined;
  return {
    queuedMs: Math.max(0, held.receivedAtMs - held.message.sentAtMs),
    waitMs: slotAtMs - held.receivedAtMs,
    allocationMs: end.allocation.ms,
    allocation: end.allocation.temperature,
    runMs: end.runMs,
  };
}

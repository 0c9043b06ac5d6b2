import type { JobEvent } from "../core/job/job-history.ts";
import type { JobTimings } from "../core/job/job-result.ts";
import { dispositionOf, type Outcome } from "../core/job/outcome.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { AttemptEnd } from "./attempt/attempt-start.ts";
import type { JobStory } from "./attempt/job-story.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import { insist } from "./insist.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { resultOf } from "./job-result.ts";
import { giveBack, insistence, remove, tell } from "./settle-message.ts";

/** A message with its job and the lease that this container took for it. */
export interface LeasedJob {
  readonly held: HeldMessage;
  readonly runnable: Runnable;
  readonly lease: Lease;
  readonly story: JobStory;
}

/** An attempt has ended: the job ends with it, or goes back to its queue. */
export async function endJob(
  container: Container,
  invocation: Invocation,
  leased: LeasedJob,
  end: AttemptEnd,
  timings: JobTimings | undefined,
): Promise<void> {
  const { held, lease, runnable, story } = leased;
  const { outcome } = end;
  record(container, invocation, leased, end);
  story.add(endedEvent(leased, end));
  const disposition = dispositionOf(outcome, lease.attempt, runnable.job.attempts);
  if (disposition.kind === "final") return finish(container, invocation, leased, end, timings);
  const { countsAsAttempt } = disposition;
  const release = { reason: outcome.kind, countsAsAttempt, history: story.events };
  const nowMs = Date.now();
  const released = () => container.leases.release(lease, release, nowMs);
  // One that ran out may be nobody's yet: given back, it doesn't read as a container that vanished. One that is lost refuses it.
  if (outcome.kind === "lease-lost") await released().catch(() => {});
  else await insist(`release ${runnable.job.id}`, released, insistence(container, invocation));
  held.lease = undefined;
  return giveBack(container, invocation, held, outcome.kind, disposition.delaySeconds);
}

function record(container: Container, invocation: Invocation, { runnable, lease }: LeasedJob, end: AttemptEnd): void {
  const { job, jobClass } = runnable;
  const { outcome, allocation, runMs } = end;
  if (allocation) invocation.meter.allocated(allocation.temperature, allocation.ms);
  invocation.meter.ended(jobClass, outcome.kind, allocation && runMs);
  if (outcome.kind === "killed") invocation.meter.durability.count("killed");
  if (outcome.kind === "out-of-time" && outcome.advanced) invocation.meter.durability.count("moved");
  container.log.info("attempt ended", {
    job: job.id,
    strategy: job.strategy,
    outcome: outcome.kind,
    lease: lease.id,
    attempt: lease.attempt,
    fence: lease.fence,
    runMs,
    ...(outcome.kind === "failed" ? { error: outcome.error } : {}),
  });
}

function endedEvent({ lease }: LeasedJob, { outcome, runMs, checkpoint }: AttemptEnd): JobEvent {
  const detail = detailOf(outcome);
  return {
    kind: "ended",
    atMs: Date.now(),
    fence: lease.fence,
    outcome: outcome.kind,
    runMs,
    ...(detail === undefined ? {} : { detail }),
    ...(checkpoint === undefined ? {} : { stage: checkpoint.stage }),
  };
}

function detailOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "completed":
    case "out-of-time":
    case "rejected":
      return undefined;
    case "failed":
      return `${outcome.error.name}: ${outcome.error.message}`;
    case "timed-out":
      return `after ${outcome.afterMs} ms`;
    case "crashed":
    case "lease-lost":
      return outcome.detail;
    case "session-unavailable":
      return outcome.reason;
    case "preempted":
    case "killed":
      return outcome.by;
  }
}

/** Conditional on the fence: a container whose lease is over writes nothing, publishes nothing and deletes nothing. */
async function finish(
  container: Container,
  invocation: Invocation,
  { held, runnable, lease, story }: LeasedJob,
  end: AttemptEnd,
  timings: JobTimings | undefined,
): Promise<void> {
  const { job } = runnable;
  const { outcome, artifacts, checkpoint } = end;
  const nowMs = Date.now();
  const insisted = insistence(container, invocation);
  const ended = { runnable, lease, outcome, artifacts, timings, finishedAtMs: nowMs };
  const result = await insist(`place output of ${job.id}`, () => resultOf(ended, container.artifacts), insisted);
  const write = () => container.leases.finish(lease, result, nowMs, story.events);
  const finished = await insist(`finish ${job.id}`, write, insisted);
  if (finished.kind === "lost") {
    container.log.warn("result refused by fence", { job: job.id, fence: lease.fence });
    invocation.meter.ended(runnable.jobClass, "lease-lost", undefined);
    return giveBack(container, invocation, held, "lease-lost", 0);
  }
  held.lease = undefined;
  container.checkpoints.discard(checkpoint?.body);
  await tell(container, invocation, held, result);
  await remove(container, invocation, held);
}

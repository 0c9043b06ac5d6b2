import { randomUUID } from "node:crypto";

import { DISPLACEMENTS_MAX, displacementsOf, verdictOf } from "../../core/job/blame.ts";
import type { TakenCircumstances } from "../../core/job/job-history.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { Take } from "../../core/lease/lease-store.ts";
import type { Lease, LeaseRecord } from "../../core/lease/lease.ts";
import type { Container } from "../container.ts";
import type { Runnable } from "../intake.ts";
import { insist } from "../insist.ts";
import type { HeldMessage, Invocation } from "../invocation.ts";
import type { JobSlot } from "../job-slot.ts";
import type { SessionSeat } from "../sessions/session-seat.ts";
import { insistence } from "../settle-message.ts";
import { ALONE, noteAlone } from "./alone.ts";
import type { AttemptStart } from "./attempt-start.ts";
import { JobStory } from "./job-story.ts";

export type Begun =
  /** The job is this container's, and may start. */
  | { readonly kind: "begun"; readonly start: AttemptStart }
  /** It is this container's, and has come to its end without starting. */
  | { readonly kind: "over"; readonly start: AttemptStart; readonly outcome: Outcome }
  | { readonly kind: "held"; readonly record: LeaseRecord }
  | { readonly kind: "finished"; readonly record: LeaseRecord };

export interface BeginPlace {
  readonly slot: JobSlot;
  readonly slotAtMs: number;
  readonly seat: SessionSeat | undefined;
}

/**
 * Takes a job's lease and looks at what happened to it before: where it had got to, and whether it may run at all, or only
 * without neighbours. Until it throws or answers `held` or `finished`, the lease is renewed.
 * @throws StoreUnavailable; the lease is given back then
 */
export async function begin(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  place: BeginPlace,
): Promise<Begun> {
  const take = await takeLease(container, invocation, held, runnable, place);
  if (take.kind !== "taken") return take;
  const { lease } = take;
  held.lease = lease;
  try {
    return await looked(container, invocation, held, runnable, place, take);
  } catch (error) {
    held.lease = undefined;
    // A take without an end would stand for a container that vanished.
    const history = new JobStory(take.history).eventsBefore;
    const release = { reason: "trouble", countsAsAttempt: false, history };
    await container.leases.release(lease, release, Date.now()).catch(() => {});
    throw error;
  }
}

async function looked(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  { job }: Runnable,
  { slot, seat }: BeginPlace,
  { lease, checkpoint, history }: Extract<Take, { kind: "taken" }>,
): Promise<Begun> {
  const story = new JobStory(history);
  const nothing = { lease, seat, story, slot, found: undefined };
  const verdict = verdictOf(history);
  if (verdict.kind === "poison") {
    invocation.meter.durability.count("poisoned");
    const outcome = { kind: "crashed", what: "browser", detail: verdict.why, poison: true } as const;
    return { kind: "over", start: nothing, outcome };
  }
  if (lease.attempt > job.attempts) return { kind: "over", start: nothing, outcome: neverStarted(lease, job.attempts) };
  const content = checkpoint && (await container.checkpoints.open({ job: job.id, site: job.site }, checkpoint));
  const start = { ...nothing, found: checkpoint && { checkpoint, content } };
  const displaceable = displacementsOf(history) < DISPLACEMENTS_MAX;
  if (!displaceable) {
    invocation.slots.pin(job.id);
    invocation.roster.forget(job.id);
  }
  if (verdict.kind !== "alone") return { kind: "begun", start };
  container.log.info("job runs without neighbours", { job: job.id, fence: lease.fence, why: verdict.why });
  // Who wanted its slot gets it.
  invocation.roster.forget(job.id);
  const gone = [held.gone.signal, invocation.drained, ...(seat ? [seat.gone] : [])];
  const answer = await slot.again({ alone: true, displaceable }, AbortSignal.any(gone));
  if (answer.kind !== "granted") return { kind: "over", start, outcome: { kind: "preempted", by: ALONE } };
  const outcome = await noteAlone(container, start);
  return outcome === undefined ? { kind: "begun", start } : { kind: "over", start, outcome };
}

function takeLease(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  { job, jobClass }: Runnable,
  { slot, slotAtMs, seat }: BeginPlace,
): Promise<Take> {
  const { message, receivedAtMs } = held;
  const { running = 0, slots = 0, waiting = 0 } = slot.grant ?? {};
  const circumstances: TakenCircumstances = {
    invocation: invocation.id,
    queuedMs: Math.max(0, receivedAtMs - message.sentAtMs),
    receiveCount: message.receiveCount,
    queue: message.queue,
    waitMs: slotAtMs - receivedAtMs,
    running,
    slots,
    boundBy: invocation.boundBy,
    waiting,
    priority: job.priority,
    ...(seat === undefined ? {} : { session: seat.session }),
  };
  const request = {
    // Should its answers be lost, the next try is the same take, and not an attempt that nobody makes.
    takeId: randomUUID(),
    key: `job#${job.id}`,
    owner: { container: container.id, invocation: invocation.id },
    durationMs: container.configuration.leaseMs,
    jobClass,
    strategy: job.strategy,
    site: job.site,
    messageId: message.messageId,
    redriveOfFence: message.redriveOfFence,
    circumstances,
  } as const;
  return insist(`take ${job.id}`, () => container.leases.take(request, Date.now()), {
    ...insistence(container, invocation),
    signal: AbortSignal.any([held.gone.signal, invocation.drained]),
  });
}

/** Containers died under every attempt that the job allows: it ends here instead of taking another one with it. */
function neverStarted(lease: Lease, attempts: number): Outcome {
  const detail = `${lease.attempt - 1} attempts ended without an outcome, as when a container dies; the job allows ${attempts}`;
  return { kind: "crashed", what: "browser", detail };
}

import type { JobTimings } from "../core/job/job-result.ts";
import { interruptionsOf } from "../core/job/interruptions.ts";
import { comeAgainSeconds } from "../core/session/session-rules.ts";
import { Attempt } from "./attempt/attempt.ts";
import type { AttemptEnd } from "./attempt/attempt-start.ts";
import { begin, type Begun } from "./attempt/begin.ts";
import type { Container } from "./container.ts";
import { endJob } from "./end-job.ts";
import type { Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import type { JobSlot } from "./job-slot.ts";
import type { SessionSeat } from "./sessions/session-seat.ts";
import type { SessionTurn } from "./sessions/session-turn.ts";
import { dropDuplicate, giveBack, reject } from "./settle-message.ts";

const HELD_ELSEWHERE_MAX_SECONDS = 30;

/** What a job that has its slot came with. */
export interface JobPlace {
  /** Its turn to ask for its session; undefined where it wants none. */
  readonly turn: SessionTurn | undefined;
  readonly slot: JobSlot;
  readonly slotAtMs: number;
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
  place: JobPlace,
): Promise<void> {
  const seated = await place.turn?.take(AbortSignal.any([held.gone.signal, invocation.drained]));
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
  try {
    await inSeat(container, invocation, held, runnable, { ...place, seat });
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
  place: JobPlace & { readonly seat: SessionSeat | undefined },
): Promise<void> {
  const { seat, slot, turn, slotAtMs } = place;
  const begun = await begin(container, invocation, held, runnable, place);
  if (begun.kind === "finished") return dropDuplicate(container, invocation, held, begun.record);
  if (begun.kind === "held") {
    const seconds = Math.ceil((begun.record.expiresAtMs - Date.now()) / 1_000);
    const delaySeconds = Math.min(HELD_ELSEWHERE_MAX_SECONDS, Math.max(1, seconds));
    return giveBack(container, invocation, held, "held-elsewhere", delaySeconds);
  }
  const { lease } = begun.start;
  const end = await attempted(container, invocation, held, runnable, begun);
  const freed = freedWhen(end.closed, slot, turn);
  // Who reads the result may count on what the job left in its session. Until then the job's lease is renewed.
  if (seat) await freed;
  try {
    const { story } = begun.start;
    await endJob(container, invocation, { held, runnable, lease, story }, end, timings(held, slotAtMs, end, begun));
  } finally {
    held.lease = undefined;
    await freed;
  }
}

async function freedWhen(closed: Promise<void>, slot: JobSlot, turn: SessionTurn | undefined): Promise<void> {
  await closed;
  turn?.end();
  slot.giveUp();
}

async function attempted(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  begun: Extract<Begun, { kind: "begun" | "over" }>,
): Promise<AttemptEnd> {
  if (begun.kind === "begun") return new Attempt(container, invocation, held, runnable, begun.start).run();
  const { found } = begun.start;
  return {
    outcome: begun.outcome,
    artifacts: [],
    allocation: undefined,
    runMs: 0,
    checkpoint: found?.checkpoint,
    closed: Promise.resolve(),
  };
}

function timings(
  held: HeldMessage,
  slotAtMs: number,
  end: AttemptEnd,
  { start }: Extract<Begun, { kind: "begun" | "over" }>,
): JobTimings | undefined {
  if (end.allocation === undefined) return undefined;
  const interruptions = interruptionsOf(start.story.events);
  return {
    queuedMs: Math.max(0, held.receivedAtMs - held.message.sentAtMs),
    waitMs: slotAtMs - held.receivedAtMs,
    allocationMs: end.allocation.ms,
    allocation: end.allocation.temperature,
    runMs: end.runMs,
    ...(interruptions === undefined ? {} : { interruptions }),
  };
}

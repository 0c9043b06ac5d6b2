import type { SlotRefusal } from "../core/capacity/slot-gate.ts";
import type { Container } from "./container.ts";
import { takeIn, type Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { JobSlot } from "./job-slot.ts";
import { runJob } from "./run-job.ts";
import type { SessionTurn, Turn } from "./sessions/session-turn.ts";
import { giveBack, reject } from "./settle-message.ts";

/** How long a refused message stays away: as long as the reason for the refusal is likely to last. */
const REFUSED_SECONDS: Readonly<
  Record<SlotRefusal["reason"] | "session-busy" | "message-lost" | "no-temp-room", number>
> = {
  "no-temp-room": 5,
  "session-busy": 2,
  "message-lost": 0,
  "no-slot": 1,
  "queue-full": 2,
  "wait-limit": 1,
  "not-enough-time": 0,
  draining: 0,
};
const DUPLICATE_RUNNING_SECONDS = 5;
const TROUBLE_SECONDS = 5;

/** One message, from receipt to settled. Never throws: its neighbours don't notice what happens to it. */
export async function handleMessage(container: Container, invocation: Invocation, held: HeldMessage): Promise<void> {
  try {
    const intake = takeIn(held.message.body, container.strategies);
    if (intake.kind === "rejected") return await reject(container, invocation, held, intake.id, intake.rejections);
    await admit(container, invocation, held, intake.runnable);
  } catch (error) {
    container.log.error("message could not be handled", { messageId: held.message.messageId, error });
    await giveBack(container, invocation, held, "trouble", TROUBLE_SECONDS).catch((second: unknown) => {
      container.log.error("message could not be given back; it returns when its visibility ends", {
        messageId: held.message.messageId,
        error: second,
      });
    });
  }
}

async function admit(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
): Promise<void> {
  const { job, jobClass } = runnable;
  if (invocation.running.has(job.id)) {
    return giveBack(container, invocation, held, "duplicate-running", DUPLICATE_RUNNING_SECONDS);
  }
  const { enough, freeMiB } = container.browser.processes.tempRoom();
  if (!enough) {
    container.log.warn("no room in /tmp for a job", { job: job.id, freeMiB });
    return giveBack(container, invocation, held, "no-temp-room", REFUSED_SECONDS["no-temp-room"]);
  }
  invocation.running.add(job.id);
  let turn: SessionTurn | undefined;
  try {
    const asked = await turnOf(invocation, held, runnable);
    if (asked?.kind === "rejected") return await reject(container, invocation, held, job.id, asked.rejections);
    if (asked !== undefined && asked.kind !== "turn") {
      container.log.info("no turn for a job's session", { job: job.id, reason: asked.kind, detail: asked.detail });
      return await giveBack(container, invocation, held, asked.kind, REFUSED_SECONDS[asked.kind]);
    }
    turn = asked?.turn;
    const { id, priority, noWait } = job;
    const estimatedDurationMs = expectedHere(container, runnable);
    const slot = new JobSlot(invocation, held, { id, priority, jobClass, noWait, estimatedDurationMs });
    // What one job does in a session must not be cut in two by another that wants the same session.
    const answer = await slot.acquire(turn === undefined);
    if (answer.kind === "withdrawn") return giveBack(container, invocation, held, "message-lost", 0);
    if (answer.kind === "refused") {
      container.log.info("no slot for a job", { job: job.id, reason: answer.reason, detail: answer.detail });
      // It is visible at once, and would be received here again and again, until its queue gives it up.
      if (answer.reason === "not-enough-time") invocation.takesMore = false;
      return await giveBack(container, invocation, held, answer.reason, REFUSED_SECONDS[answer.reason]);
    }
    const slotAtMs = Date.now();
    invocation.meter.waited(Math.max(0, held.receivedAtMs - held.message.sentAtMs), slotAtMs - held.receivedAtMs);
    try {
      await runJob(container, invocation, held, runnable, { turn, slot, slotAtMs });
    } finally {
      slot.giveUp();
    }
  } finally {
    turn?.end();
    invocation.roster.forget(job.id);
    invocation.running.delete(job.id);
  }
}

type NoTurn = { readonly kind: "session-busy" | "draining" | "message-lost"; readonly detail: string };

/** The job's turn for its session; undefined where it wants none. */
async function turnOf(
  invocation: Invocation,
  held: HeldMessage,
  { job }: Runnable,
): Promise<Exclude<Turn, { kind: "refused" }> | NoTurn | undefined> {
  const signal = AbortSignal.any([held.gone.signal, invocation.drained]);
  try {
    const turn = await invocation.sessions.turn(job, signal);
    return turn?.kind === "refused" ? { kind: "session-busy", detail: turn.detail } : turn;
  } catch (error) {
    if (held.gone.signal.aborted) return { kind: "message-lost", detail: String(held.gone.signal.reason) };
    if (invocation.drained.aborted) return { kind: "draining", detail: "the invocation is about to end" };
    throw error;
  }
}

/** A job that takes longer than an invocation moves on in the middle: it needs a good part of one to be worth starting. */
function expectedHere({ configuration }: Container, { job }: Runnable): number {
  const { defaultEstimateMs, longJobMs } = configuration;
  return Math.min(job.estimatedDurationMs ?? Math.min(job.maxDurationMs, defaultEstimateMs), longJobMs);
}

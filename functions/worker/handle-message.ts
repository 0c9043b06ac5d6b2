import type { SlotRefusal } from "../core/capacity/slot-gate.ts";
import type { Container } from "./container.ts";
import { takeIn, type Runnable } from "./intake.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import { runJob } from "./run-job.ts";
import type { SessionTurn, Turn } from "./sessions/session-turn.ts";
import { giveBack, reject } from "./settle-message.ts";

/** How long a refused message stays away: as long as the reason for the refusal is likely to last. */
const REFUSED_SECONDS: Readonly<Record<SlotRefusal["reason"] | "session-busy" | "message-lost", number>> = {
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
    const estimatedDurationMs =
      job.estimatedDurationMs ?? Math.min(job.maxDurationMs, container.configuration.defaultEstimateMs);
    const answer = await invocation.slots.acquire(
      { id: job.id, priority: job.priority, jobClass, noWait: job.noWait, estimatedDurationMs },
      held.gone.signal,
    );
    if (answer.kind === "withdrawn") return giveBack(container, invocation, held, "message-lost", 0);
    if (answer.kind === "refused") {
      container.log.info("no slot for a job", { job: job.id, reason: answer.reason, detail: answer.detail });
      return await giveBack(container, invocation, held, answer.reason, REFUSED_SECONDS[answer.reason]);
    }
    await withSlot(container, invocation, held, runnable, turn);
  } finally {
    turn?.end();
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

async function withSlot(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  runnable: Runnable,
  turn: SessionTurn | undefined,
): Promise<void> {
  const slotAtMs = Date.now();
  invocation.meter.slotTaken(slotAtMs);
  invocation.meter.waited(Math.max(0, held.receivedAtMs - held.message.sentAtMs), slotAtMs - held.receivedAtMs);
  let freed = false;
  const freeSlot = () => {
    if (freed) return;
    freed = true;
    invocation.meter.slotFreed(Date.now());
    invocation.slots.release(runnable.job.id);
  };
  try {
    await runJob(container, invocation, held, runnable, { turn, slotAtMs, freeSlot });
  } finally {
    freeSlot();
  }
}

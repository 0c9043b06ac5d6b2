import type { JobResult } from "../core/job/job-result.ts";
import { describeRejection, type Rejection } from "../core/job/rejection.ts";
import type { Container } from "./container.ts";
import { insist, type Insistence } from "./insist.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";

/**
 * How long a job's own writes are tried again: as long as the invocation lasts. They are fenced, so that a lease that is over
 * meanwhile is no reason to stop, and giving up would run a finished job again. What isn't said by then is said when the
 * message comes again.
 */
export function insistence({ log }: Pick<Container, "log">, invocation: Pick<Invocation, "endsAtMs">): Insistence {
  return { log, untilMs: () => invocation.endsAtMs() };
}

/** Makes a message visible again, so that another container, or this one later, takes it. */
export async function giveBack(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  reason: string,
  delaySeconds: number,
): Promise<void> {
  held.settled = "given-back";
  invocation.held.delete(held.message.messageId);
  invocation.meter.gaveBack(reason);
  await invocation.hiding;
  await container.queue.giveBack(held.message, delaySeconds);
}

/** Deletes a message whose job has ended. */
export async function remove(container: Container, invocation: Invocation, held: HeldMessage): Promise<void> {
  const { messageId } = held.message;
  const deleted = () => container.queue.remove(held.message);
  await insist(`delete message ${messageId}`, deleted, insistence(container, invocation));
  held.settled = "removed";
  invocation.held.delete(held.message.messageId);
}

/** Not a job: says why to whoever reads the results, keeps a copy in the dead-letter queue, and deletes the message. */
export async function reject(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  id: string | undefined,
  rejections: readonly Rejection[],
): Promise<void> {
  const reason = rejections.map(describeRejection).join("; ");
  container.log.warn("message rejected", { job: id, messageId: held.message.messageId, reason });
  invocation.meter.rejected();
  const result: JobResult = {
    v: 1,
    id: id ?? held.message.messageId,
    kind: "rejected",
    rejections,
    attempt: 0,
    fence: 0,
    container: container.id,
    finishedAtMs: Date.now(),
  };
  const told = insistence(container, invocation);
  await insist(`dead-letter ${result.id}`, () => container.queue.deadLetter(held.message, reason), told);
  await insist(`publish ${result.id}`, () => container.queue.publish(result), told);
  await remove(container, invocation, held);
}

/**
 * A job that has ended already: never run again. When it was this very message that ended it, the container died
 * between ending the job and deleting the message, and may have told nobody: the result is told again.
 */
export async function dropDuplicate(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  finished: { readonly messageId?: string; readonly result?: JobResult },
): Promise<void> {
  const sameMessage = finished.messageId === held.message.messageId;
  if (sameMessage && finished.result !== undefined) await tell(container, invocation, held, finished.result);
  invocation.meter.duplicate();
  container.log.info("ended job delivered again", { messageId: held.message.messageId, toldAgain: sameMessage });
  await remove(container, invocation, held);
}

/** Publishes a result that is written; a job that didn't complete leaves a copy of its message for an operator. */
export async function tell(
  container: Container,
  invocation: Invocation,
  held: HeldMessage,
  result: JobResult,
): Promise<void> {
  const { queue } = container;
  const told = insistence(container, invocation);
  await insist(`publish ${result.id}`, () => queue.publish(result), told);
  if (result.kind === "completed") return;
  const reason =
    result.error === undefined ? result.kind : `${result.kind}: ${result.error.name}: ${result.error.message}`;
  await insist(`dead-letter ${result.id}`, () => queue.deadLetter(held.message, reason, result.fence), told);
}

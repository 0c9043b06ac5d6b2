import type { SQSBatchResponse } from "aws-lambda";

import { capacityOf } from "../core/capacity/capacity.ts";
import { UsageMeter, type InvocationUsage } from "../core/cost/usage-meter.ts";
import type { ReceivedMessage } from "../core/job/job-queue.ts";
import { mostInOneBrowser, PHASE_RATIOS } from "../core/phase/phase.ts";
import type { Container } from "./container.ts";
import { handleMessage } from "./handle-message.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { holdMessage, type Invocation } from "./invocation.ts";
import { moveBeforeTheEnd } from "./moves.ts";
import { watchOrders } from "./orders-watch.ts";
import { Refill } from "./refill.ts";
import { Roster } from "./roster.ts";
import { SessionDesk } from "./sessions/session-desk.ts";
import { Slots } from "./slots.ts";

/** Background work that takes longer than this, such as a browser that won't quit, isn't waited for. */
const SETTLE_MAX_MS = 500;

/** The rest of the drain margin is for closing sessions, the answer and the usage record. */
const LAST_WORD_RATIO = 0.8;

export interface BatchInput {
  readonly invocation: string;
  readonly messages: readonly ReceivedMessage[];
  /** What Lambda leaves this invocation. */
  remainingMs(): number;
}

export interface BatchEnd {
  readonly response: SQSBatchResponse;
  readonly usage: InvocationUsage;
}

/**
 * One batch's way through the worker: hide its messages, run what fits, refill freed slots, stop before the deadline,
 * and answer with the messages that aren't done. Never throws.
 */
export async function runBatch(container: Container, input: BatchInput): Promise<BatchEnd> {
  const startedAtMs = Date.now();
  const drain = new AbortController();
  const invocation = openInvocation(container, input, startedAtMs, drain.signal);
  const stopWork = () => {
    invocation.slots.drain("the invocation is about to end");
    drain.abort("the invocation is about to end");
  };
  const timer = setTimeout(stopWork, Math.max(0, invocation.workMsLeft()));
  const first = input.messages.map((message) => holdMessage(invocation, message, Date.now()));
  // Before anything that may take long or end this container: until then the messages are hidden for the queue's own, long time.
  const heartbeat = startHeartbeat(container, invocation);
  await checkBrowser(container);
  const orders = watchOrders(container, invocation);
  const stopMoving = moveBeforeTheEnd(container, invocation);
  const watches = [container.browser.watch(), container.sessions.endpoints.watch()];
  const refill = new Refill(container, invocation, startedAtMs);
  const pending = new Set<Promise<void>>();
  const start = (held: (typeof first)[number]) => {
    const handled = handleMessage(container, invocation, held).finally(() => pending.delete(handled));
    pending.add(handled);
  };
  try {
    first.forEach(start);
    await orders.looked;
    for (;;) {
      // SQS gives out no more of a session's jobs until the last ten are done, and the session is still open here.
      const lastLook = pending.size === 0 && invocation.sessions.isHolding;
      const received = await refill.next(Date.now(), lastLook);
      const taken = received.map((message) => holdMessage(invocation, message, Date.now()));
      taken.forEach(start);
      if (pending.size === 0 && (lastLook || !invocation.sessions.isHolding)) break;
      if (pending.size === 0) continue;
      if (taken.length === 0) await nextEvent(pending, container.configuration.refillPollMs);
    }
  } finally {
    clearTimeout(timer);
    stopMoving();
    invocation.slots.close();
    // Lambda freezes the container behind the answer, and a frozen one can't renew a session's lease.
    await invocation.sessions.close();
    await Promise.all([heartbeat.stop(), orders.stop(), ...watches.map((watch) => watch.stop())]);
    await settleBrowser(container);
  }
  const undone = first.filter(({ settled }) => settled !== "removed");
  const browser = await container.account.close();
  return {
    response: { batchItemFailures: undone.map(({ message }) => ({ itemIdentifier: message.messageId })) },
    usage: invocation.meter.read(Date.now(), browser),
  };
}

/** The freeze before this invocation may have cost the browser. One ping where it is well; a launch where it isn't. */
async function checkBrowser(container: Container): Promise<void> {
  const thaw = await container.browser.thawCheck();
  if (thaw.kind !== "alive") container.log.info("browser at the start of the invocation", { ...thaw });
}

function openInvocation(
  container: Container,
  input: BatchInput,
  startedAtMs: number,
  drained: AbortSignal,
): Invocation {
  const { configuration } = container;
  const ratio = PHASE_RATIOS[configuration.phase];
  const capacity = capacityOf({
    phaseSlots: Math.min(configuration.maxSlots, mostInOneBrowser(configuration.phase)),
    memoryMiB: configuration.memoryMiB,
    baseMiB: configuration.baseMiB,
    slotMiB: configuration.slotMiB,
    slotVcpu: configuration.slotVcpu,
    isolationSlots: container.browser.status().slotLimit,
  });
  const workMsLeft = () => input.remainingMs() - configuration.drainMarginMs;
  const { ageingMs, waitLimitMs, queueLimit, memoryMiB } = configuration;
  const meter = new UsageMeter(
    {
      container: container.id,
      invocation: input.invocation,
      memoryMiB,
      slots: capacity.slots,
      batchSize: input.messages.length,
    },
    startedAtMs,
  );
  const roster = new Roster();
  const owner = { container: container.id, invocation: input.invocation };
  return {
    id: input.invocation,
    workMsLeft,
    endsAtMs: () => Date.now() + workMsLeft() + configuration.drainMarginMs * LAST_WORD_RATIO,
    meter,
    sessions: new SessionDesk(container, owner, meter.sessions),
    boundBy: capacity.boundBy,
    roster,
    slots: new Slots({ capacity: capacity.slots, ratio, ageingMs, waitLimitMs, queueLimit }, workMsLeft, ({ id, by }) =>
      roster.askToLeave(id, { kind: "preempted", by }, configuration.preemptionGraceMs),
    ),
    held: new Map(),
    hiding: Promise.resolve(),
    running: new Set(),
    takesMore: true,
    drained,
  };
}

/** Lambda freezes the container behind the answer: what is half done would thaw with its deadlines run out. */
async function settleBrowser(container: Container): Promise<void> {
  const enough = Promise.withResolvers<void>();
  const timer = setTimeout(enough.resolve, SETTLE_MAX_MS);
  const settled = Promise.all([container.browser.settled(), container.sessions.endpoints.settled()]);
  await Promise.race([settled, enough.promise]);
  clearTimeout(timer);
}

/** Until a message is done, or the queues may be asked again. */
async function nextEvent(pending: ReadonlySet<Promise<void>>, pollMs: number): Promise<void> {
  const poll = Promise.withResolvers<void>();
  const timer = setTimeout(poll.resolve, pollMs);
  await Promise.race([...pending, poll.promise]);
  clearTimeout(timer);
}

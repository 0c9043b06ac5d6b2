import type { Container } from "./container.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";

export interface Heartbeat {
  stop(): Promise<void>;
}

/** A container that was frozen finds its leases run out, and stops their jobs before anything asks for an answer. */
const EXPIRY_LOOK_MS = 250;

/**
 * Keeps what this container holds: messages hidden, leases renewed. A dead container stops beating, and everything it
 * held is free again after `visibilitySeconds` and `leaseMs`. Each beats for itself: a queue that doesn't answer costs no lease.
 */
export function startHeartbeat(container: Container, invocation: Invocation): Heartbeat {
  const { renewalMs } = container.configuration;
  const beats = [
    repeat(renewalMs, () => (invocation.hiding = hide(container, invocation, [...invocation.held.values()]))),
    repeat(renewalMs, () => Promise.all([...invocation.held.values()].map((one) => renew(container, one)))),
    repeat(renewalMs, () => invocation.sessions.beat()),
    repeat(EXPIRY_LOOK_MS, async () => stopWhoRanOut(invocation)),
  ];
  return {
    stop: async () => {
      await Promise.all(beats.map((beat) => beat.stop()));
    },
  };
}

/** The first round at once. One that takes longer than the interval puts off the next. `round` never rejects. */
function repeat(everyMs: number, round: () => Promise<unknown>): Heartbeat {
  let running: Promise<void> | undefined;
  const once = async () => {
    await round();
    running = undefined;
  };
  const beat = () => {
    running ??= once();
  };
  beat();
  const timer = setInterval(beat, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** A batch arrives hidden for the queue's own, long time: the first round shortens it. */
async function hide(container: Container, invocation: Invocation, held: readonly HeldMessage[]): Promise<void> {
  if (held.length === 0) return;
  try {
    const messages = held.map(({ message }) => message);
    const lost = await container.queue.extend(messages, container.configuration.visibilitySeconds);
    for (const id of lost) {
      const one = invocation.held.get(id);
      // A running job goes on: its lease protects it, whoever has the message.
      if (one?.lease === undefined) one?.gone.abort("the message is no longer this container's");
    }
  } catch (error) {
    container.log.warn("messages could not be kept hidden", { messages: held.length, error });
  }
}

/** Nobody has taken it perhaps, but somebody may have: who acts on must know. */
function stopWhoRanOut({ held }: Invocation): void {
  const nowMs = Date.now();
  for (const { lease, gone } of held.values()) {
    if (lease !== undefined && nowMs >= lease.expiresAtMs) gone.abort(`the lease ran out at ${lease.expiresAtMs}`);
  }
}

async function renew(container: Container, held: HeldMessage): Promise<void> {
  const { lease } = held;
  if (lease === undefined) return;
  try {
    const renewed = await container.leases.renew(lease, container.configuration.leaseMs, Date.now());
    if (held.lease?.fence !== lease.fence) return;
    if (renewed.kind === "done") held.lease = renewed.value;
    else held.gone.abort(`fence ${lease.fence} is over; ${renewed.record?.owner.container ?? "nobody"} holds the job`);
  } catch (error) {
    container.log.warn("lease could not be renewed", { key: lease.key, error });
    if (Date.now() >= lease.expiresAtMs) held.gone.abort(`the lease ran out at ${lease.expiresAtMs} without renewal`);
  }
}

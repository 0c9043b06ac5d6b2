import type { Container } from "./container.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";

export interface Heartbeat {
  /** Settles when it is known whether the fleet is drained: only then more jobs may be taken. Never rejects. */
  readonly looked: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps what this container holds: messages hidden, leases renewed. A dead container stops beating, and everything it
 * held is free again after `visibilitySeconds` and `leaseMs`.
 */
export function startHeartbeat(container: Container, invocation: Invocation): Heartbeat {
  const looked = lookForDrain(container, invocation);
  let beating: Promise<void> = beat(container, invocation, looked);
  const timer = setInterval(() => {
    beating = beating.then(() => beat(container, invocation, lookForDrain(container, invocation)));
  }, container.configuration.renewalMs);
  return {
    looked,
    stop: async () => {
      clearInterval(timer);
      await beating;
    },
  };
}

/** One round. Never throws: what fails now is tried again by the next one, before anything has run out. */
async function beat(container: Container, invocation: Invocation, looked: Promise<void>): Promise<void> {
  const held = [...invocation.held.values()];
  invocation.hiding = hide(container, invocation, held);
  const renewed = held.map((one) => renew(container, one));
  await Promise.all([invocation.hiding, looked, invocation.sessions.beat(), ...renewed]);
}

/** Event sources that are switched off start no new invocation; this one mustn't go on refilling by itself. */
async function lookForDrain(container: Container, invocation: Invocation): Promise<void> {
  if (container.configuration.refillMs === 0 || !invocation.takesMore) return;
  try {
    const drain = await container.drainFlag.read();
    if (drain === undefined) return;
    invocation.takesMore = false;
    container.log.info("the fleet is drained: no more jobs are taken", { sinceMs: drain.sinceMs });
  } catch (error) {
    container.log.warn("the drain flag could not be read", { error });
  }
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

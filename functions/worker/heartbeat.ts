import type { Container } from "./container.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";

/**
 * Keeps what this container holds: messages hidden, leases renewed. A dead container stops beating, and everything it
 * held is free again after `visibilitySeconds` and `leaseMs`.
 */
export function startHeartbeat(container: Container, invocation: Invocation): { stop(): Promise<void> } {
  let beating: Promise<void> = beat(container, invocation);
  const timer = setInterval(() => {
    beating = beating.then(() => beat(container, invocation));
  }, container.configuration.renewalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await beating;
    },
  };
}

/** One round. Never throws: what fails now is tried again by the next one, before anything has run out. */
async function beat(container: Container, invocation: Invocation): Promise<void> {
  const held = [...invocation.held.values()];
  invocation.hiding = hide(container, invocation, held);
  await Promise.all([invocation.hiding, ...held.map((one) => renew(container, one))]);
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

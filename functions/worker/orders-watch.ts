import { killOrderFor, type FleetOrders } from "../core/fleet/fleet-orders.ts";
import type { Container } from "./container.ts";
import type { Invocation } from "./invocation.ts";

export interface OrdersWatch {
  /** Settles when the orders have been read once: only then more jobs may be taken. Never rejects. */
  readonly looked: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads what operators have ordered of the fleet, every `ordersMs`. Event sources that are switched off start no new
 * invocation; this one mustn't go on refilling by itself. One read each time.
 */
export function watchOrders(container: Container, invocation: Invocation): OrdersWatch {
  let reading = look(container, invocation);
  const timer = setInterval(() => {
    reading = reading.then(() => look(container, invocation));
  }, container.configuration.ordersMs);
  return {
    looked: reading,
    stop: async () => {
      clearInterval(timer);
      await reading;
    },
  };
}

async function look(container: Container, invocation: Invocation): Promise<void> {
  try {
    follow(container, invocation, await container.orders.read());
  } catch (error) {
    container.log.warn("the fleet's orders could not be read", { error });
  }
}

function follow({ log }: Container, invocation: Invocation, orders: FleetOrders): void {
  if (orders.drain !== undefined && invocation.takesMore) {
    invocation.takesMore = false;
    log.info("the fleet is drained: no more jobs are taken", { sinceMs: orders.drain.sinceMs });
  }
  for (const job of invocation.roster.jobs) {
    const order = killOrderFor(orders, job.id, job.heldSinceMs);
    if (order === undefined) continue;
    log.info("job killed by an operator", { job: job.id, by: order.by });
    job.kill(order);
  }
}

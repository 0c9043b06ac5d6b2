/** What an operator has ordered of the whole fleet. One record; containers read it every few seconds. */
export interface FleetOrders {
  /** The fleet shall come to rest: containers finish the jobs in hand and take no more. */
  readonly drain?: { readonly sinceMs: number };
  /** Jobs whose attempts are to end now, with the time of the order. An attempt taken later isn't meant. */
  readonly kills: readonly KillOrder[];
  /** Every attempt that was taken before is to end. */
  readonly killAll?: { readonly atMs: number; readonly by: string };
}

export interface KillOrder {
  readonly job: string;
  readonly atMs: number;
  /** Who asked, in plain words. */
  readonly by: string;
}

/** So many kill orders stand at once. One is over when its job has ended, or after `KILL_ORDER_MAX_MS`. */
export const KILL_ORDERS_MAX = 200;
export const KILL_ORDER_MAX_MS = 15 * 60_000;

/**
 * Switching the event sources off starts no new invocation; this tells the running ones, which take jobs from the queues
 * themselves. Every call is one request, but `kill`: a second one where old orders are to be cleared away, two more for the
 * first order of a fleet, at the limit, or where the order stands already.
 * Throws `StoreUnavailable` after the SDK's retries.
 */
export interface FleetOrderStore {
  /** Strongly consistent. */
  read(): Promise<FleetOrders>;
  /** Idempotent: the first time stands. */
  drain(nowMs: number): Promise<{ readonly sinceMs: number }>;
  /** Ends the drain. Idempotent. */
  resume(): Promise<void>;
  /** Idempotent: the latest time stands. `full` when `KILL_ORDERS_MAX` orders stand that aren't over. */
  kill(order: KillOrder): Promise<{ readonly kind: "ordered" } | { readonly kind: "full" }>;
  /** Idempotent: the latest time stands. */
  killAll(atMs: number, by: string): Promise<void>;
}

/** Whether an attempt taken at a time is meant by an order. */
export function killOrderFor(
  orders: FleetOrders,
  job: string,
  acquiredAtMs: number,
): { readonly by: string; readonly atMs: number } | undefined {
  const order = orders.kills.find((one) => one.job === job && one.atMs >= acquiredAtMs);
  if (order !== undefined) return order;
  return orders.killAll !== undefined && orders.killAll.atMs >= acquiredAtMs ? orders.killAll : undefined;
}

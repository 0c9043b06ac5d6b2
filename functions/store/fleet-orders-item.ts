import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { FleetOrders, KillOrder } from "../core/fleet/fleet-orders.ts";
import { LEASES_TABLE } from "./leases-table.ts";

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * No job's, session's or phase's key begins like this. The item has no time to live: a drained fleet stays so until told
 * otherwise.
 */
export const ORDERS_KEY = { [LEASES_TABLE.partitionKey.name]: { S: "fleet#drain" } };

/** Every attribute of the item of the fleet's orders: the only place that spells their names. */
export const ORDER_ATTRIBUTE = {
  drainSinceMs: "drainSinceMs",
  /** A map by job id, so that orders given at once change different places. */
  kills: "kills",
  killAllAtMs: "killAllAtMs",
  killAllBy: "killAllBy",
} as const;

/** The members of one order in the map. */
export const KILL_MEMBER = { atMs: "atMs", by: "by" } as const;

export function killAttribute({ atMs, by }: KillOrder): AttributeValue {
  return { M: { [KILL_MEMBER.atMs]: { N: String(atMs) }, [KILL_MEMBER.by]: { S: by } } };
}

export function ordersFromItem(item: Item = {}): FleetOrders {
  const sinceMs = numberIn(item[ORDER_ATTRIBUTE.drainSinceMs]);
  const killAllAtMs = numberIn(item[ORDER_ATTRIBUTE.killAllAtMs]);
  const kills = Object.entries(item[ORDER_ATTRIBUTE.kills]?.M ?? {}).map(([job, { M }]): KillOrder => ({
    job,
    atMs: numberIn(M?.[KILL_MEMBER.atMs]) ?? 0,
    by: M?.[KILL_MEMBER.by]?.S ?? "",
  }));
  return {
    ...(sinceMs !== undefined && { drain: { sinceMs } }),
    kills,
    ...(killAllAtMs !== undefined && { killAll: { atMs: killAllAtMs, by: item[ORDER_ATTRIBUTE.killAllBy]?.S ?? "" } }),
  };
}

function numberIn(attribute: AttributeValue | undefined): number | undefined {
  return attribute?.N === undefined ? undefined : Number(attribute.N);
}

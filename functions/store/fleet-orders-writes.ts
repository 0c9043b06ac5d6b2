import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import { KILL_ORDERS_MAX, type KillOrder } from "../core/fleet/fleet-orders.ts";
import { KILL_MEMBER, killAttribute, ORDER_ATTRIBUTE, ORDERS_KEY } from "./fleet-orders-item.ts";

export type OrderWrite = Omit<UpdateItemCommandInput, "TableName">;

/** So many old orders go in one write: an expression has at most 4 KB and 300 operators. */
const CLEARED_PER_WRITE = 50;

export function drainWrite(nowMs: number): OrderWrite {
  return {
    Key: ORDERS_KEY,
    UpdateExpression: "SET #since = if_not_exists(#since, :nowMs)",
    ExpressionAttributeNames: { "#since": ORDER_ATTRIBUTE.drainSinceMs },
    ExpressionAttributeValues: { ":nowMs": { N: String(nowMs) } },
    ReturnValues: "ALL_NEW",
  };
}

export function resumeWrite(): OrderWrite {
  return {
    Key: ORDERS_KEY,
    UpdateExpression: "REMOVE #since",
    ExpressionAttributeNames: { "#since": ORDER_ATTRIBUTE.drainSinceMs },
  };
}

export function killAllWrite(atMs: number, by: string): OrderWrite {
  return {
    Key: ORDERS_KEY,
    UpdateExpression: "SET #at = :atMs, #by = :by",
    ConditionExpression: "attribute_not_exists(#at) OR #at < :atMs",
    ExpressionAttributeNames: { "#at": ORDER_ATTRIBUTE.killAllAtMs, "#by": ORDER_ATTRIBUTE.killAllBy },
    ExpressionAttributeValues: { ":atMs": { N: String(atMs) }, ":by": { S: by } },
  };
}

/** The first order of all: a place within a map can't be set before there is a map. */
export function firstKillWrite(order: KillOrder): OrderWrite {
  return {
    Key: ORDERS_KEY,
    UpdateExpression: "SET #kills = :kills",
    ConditionExpression: "attribute_not_exists(#kills)",
    ExpressionAttributeNames: { "#kills": ORDER_ATTRIBUTE.kills },
    ExpressionAttributeValues: { ":kills": { M: { [order.job]: killAttribute(order) } } },
  };
}

const CONDITION = {
  thereAreOrders: "attribute_exists(#kills)",
  isNewerOrder: "(attribute_not_exists(#kills.#job) OR #kills.#job.#at < :atMs)",
  hasRoom: "(attribute_exists(#kills.#job) OR size(#kills) < :room)",
} as const;

/**
 * Sets one order's own place in the map, which leaves everybody else's alone, and clears some old ones away with it.
 * @param old orders that are over; cleared if nobody has given them anew
 */
export function killWrite(order: KillOrder, old: readonly KillOrder[] = []): OrderWrite {
  const clearing = clearingOf(old.filter(({ job }) => job !== order.job));
  const { thereAreOrders, isNewerOrder, hasRoom } = CONDITION;
  const removes = clearing.places.length === 0 ? "" : ` REMOVE ${clearing.places.join(", ")}`;
  return {
    Key: ORDERS_KEY,
    UpdateExpression: `SET #kills.#job = :order${removes}`,
    ConditionExpression: [thereAreOrders, isNewerOrder, hasRoom, ...clearing.conditions].join(" AND "),
    ExpressionAttributeNames: { ...clearing.names, "#at": KILL_MEMBER.atMs, "#job": order.job },
    ExpressionAttributeValues: {
      ...clearing.values,
      ":order": killAttribute(order),
      ":atMs": { N: String(order.atMs) },
      ":room": { N: String(KILL_ORDERS_MAX + clearing.places.length) },
    },
    ReturnValues: "ALL_NEW",
  };
}

/** @param old at least one */
export function clearWrite(old: readonly KillOrder[]): OrderWrite {
  const clearing = clearingOf(old);
  return {
    Key: ORDERS_KEY,
    UpdateExpression: `REMOVE ${clearing.places.join(", ")}`,
    ConditionExpression: clearing.conditions.join(" AND "),
    ExpressionAttributeNames: { ...clearing.names, "#at": KILL_MEMBER.atMs },
    ExpressionAttributeValues: clearing.values,
  };
}

function clearingOf(old: readonly KillOrder[]) {
  const cleared = old.slice(0, CLEARED_PER_WRITE);
  const entries = cleared.map((order, index) => ({ ...order, place: `#kills.#o${index}`, value: `:o${index}` }));
  return {
    places: entries.map(({ place }) => place),
    conditions: entries.map(({ place, value }) => `${place}.#at = ${value}`),
    names: {
      "#kills": ORDER_ATTRIBUTE.kills,
      ...Object.fromEntries(cleared.map(({ job }, index) => [`#o${index}`, job])),
    },
    values: Object.fromEntries(entries.map(({ value, atMs }) => [value, { N: String(atMs) }])),
  };
}

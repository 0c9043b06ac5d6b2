import { randomUUID } from "node:crypto";

import { GetItemCommand, PutItemCommand, UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  KILL_ORDER_MAX_MS,
  KILL_ORDERS_MAX,
  killOrderFor,
  type FleetOrderStore,
  type KillOrder,
} from "../../../functions/core/fleet/fleet-orders.ts";
import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { DynamoDbFleetOrders } from "../../../functions/store/fleet-orders.ts";
import { ORDERS_KEY } from "../../../functions/store/fleet-orders-item.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";

let stores: LeaseStores;
beforeAll(async () => {
  stores = await startLeaseStores();
});
afterAll(() => stores.stop());

async function ordersStand() {
  const { client, table, store } = await stores.create();
  return { client, table, store, orders: new DynamoDbFleetOrders(client, table) };
}

const order = (job: string, atMs: number, by = "an operator"): KillOrder => ({ job, atMs, by });

const jobsIn = async (orders: Pick<FleetOrderStore, "read">) =>
  (await orders.read()).kills.map(({ job }) => job).toSorted();

describe("draining", () => {
  it("is said once and for all, until it ends, and is no lease", async () => {
    const { orders, store } = await ordersStand();
    expect(await orders.read()).toEqual({ kills: [] });
    await orders.resume();
    expect(await orders.read()).toEqual({ kills: [] });
    expect(await orders.drain(1_000)).toEqual({ sinceMs: 1_000 });
    expect(await orders.drain(2_000)).toEqual({ sinceMs: 1_000 });
    expect(await orders.read()).toEqual({ drain: { sinceMs: 1_000 }, kills: [] });
    expect(await store.listHeld(10)).toEqual([]);
    await orders.resume();
    await orders.resume();
    expect(await orders.read()).toEqual({ kills: [] });
  });

  it("keeps a drain of a stack that was deployed before there were other orders", async () => {
    const { orders, client, table } = await ordersStand();
    const Item = { pk: { S: "fleet#drain" }, drainSinceMs: { N: "5" } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    expect(await orders.read()).toEqual({ drain: { sinceMs: 5 }, kills: [] });
  });

  it("and killing leave each other alone", async () => {
    const { orders } = await ordersStand();
    await orders.kill(order("a", 1));
    await orders.drain(2);
    await orders.killAll(3, "b");
    await orders.resume();
    expect(await orders.read()).toEqual({ kills: [order("a", 1)], killAll: { atMs: 3, by: "b" } });
  });
});

describe("kill orders", () => {
  it("name jobs whose ids look like paths, and whom they come from", async () => {
    const { orders } = await ordersStand();
    const ids = ["a.b.c", "a[0]", "#kills", ":order", "job-1", "__proto__", "a", "constructor"];
    for (const id of ids) expect(await orders.kill(order(id, 7, "Ann"))).toEqual({ kind: "ordered" });
    expect(await jobsIn(orders)).toEqual(ids.toSorted());
    expect((await orders.read()).kills).toContainEqual(order("a.b.c", 7, "Ann"));
  });

  it("the latest time stands, for one job and for all", async () => {
    const { orders } = await ordersStand();
    for (const atMs of [5, 9, 7]) expect(await orders.kill(order("a", atMs))).toEqual({ kind: "ordered" });
    for (const atMs of [5, 9, 7]) await orders.killAll(atMs, `by ${atMs}`);
    expect(await orders.read()).toEqual({ kills: [order("a", 9)], killAll: { atMs: 9, by: "by 9" } });
  });

  it("mean attempts that were taken before, and no later one", async () => {
    const { orders } = await ordersStand();
    await orders.kill(order("a", 100));
    const one = await orders.read();
    expect(killOrderFor(one, "a", 100)).toMatchObject({ atMs: 100 });
    expect(killOrderFor(one, "a", 101)).toBeUndefined();
    expect(killOrderFor(one, "b", 50)).toBeUndefined();
    await orders.killAll(200, "Ann");
    expect(killOrderFor(await orders.read(), "b", 150)).toMatchObject({ atMs: 200, by: "Ann" });
  });

  it("stop at the limit, and old ones make room, fifty at a time", async () => {
    const { orders } = await ordersStand();
    for (let index = 0; index < KILL_ORDERS_MAX; index += 1) await orders.kill(order(`job-${index}`, 1_000 + index));
    expect(await orders.kill(order("one-more", 2_000))).toEqual({ kind: "full" });
    expect(await orders.kill(order("job-3", 2_000))).toEqual({ kind: "ordered" });
    expect((await orders.read()).kills).toHaveLength(KILL_ORDERS_MAX);

    const laterMs = 1_100 + KILL_ORDER_MAX_MS;
    expect(await orders.kill(order("one-more", laterMs))).toEqual({ kind: "ordered" });
    expect((await orders.read()).kills).toHaveLength(KILL_ORDERS_MAX + 1 - 50);
    // With room again, each kill clears what is over, in a request of its own.
    await orders.kill(order("another", laterMs));
    await orders.kill(order("and-another", laterMs));
    const left = (await orders.read()).kills;
    expect(left.filter(({ atMs }) => laterMs - atMs > KILL_ORDER_MAX_MS)).toEqual([]);
    expect(left).toContainEqual(order("job-3", 2_000));
    expect(left).toHaveLength(KILL_ORDERS_MAX - 99 + 3);
  }, 60_000);

  it("cost one request each, but the first of all and those that clear", async () => {
    const { orders, client } = await ordersStand();
    const sent: string[] = [];
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          sent.push(commandName ?? "");
          return next(args);
        },
      { step: "initialize" },
    );
    await orders.kill(order("first", 0));
    expect(sent.splice(0)).toHaveLength(3);
    await orders.kill(order("second", 1));
    expect(sent.splice(0)).toEqual(["UpdateItemCommand"]);
    await orders.kill(order("third", KILL_ORDER_MAX_MS + 10));
    expect(sent.splice(0)).toEqual(["UpdateItemCommand", "UpdateItemCommand"]);
    await orders.read();
    expect(sent.splice(0)).toEqual(["GetItemCommand"]);
  });

  it("a table that isn't there is said as unavailable", async () => {
    const { client } = await ordersStand();
    const orders = new DynamoDbFleetOrders(client, `nowhere-${randomUUID()}`);
    await expect(orders.read()).rejects.toThrow(StoreUnavailable);
    await expect(orders.kill(order("a", 1))).rejects.toThrow(StoreUnavailable);
  });
});

/** Known to be bad: reads the map, adds to it, and writes all of it. */
function wholeMapOrders(
  client: DynamoDBClient,
  table: string,
  pause: () => Promise<void>,
): Pick<FleetOrderStore, "kill"> {
  return {
    async kill({ job, atMs, by }) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: ORDERS_KEY, ConsistentRead: true }),
      );
      await pause();
      const kills = { M: { ...Item?.["kills"]?.M, [job]: { M: { atMs: { N: String(atMs) }, by: { S: by } } } } };
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: ORDERS_KEY,
          UpdateExpression: "SET kills = :kills",
          ExpressionAttributeValues: { ":kills": kills },
        }),
      );
      return { kind: "ordered" };
    },
  };
}

/** Resolves for all when as many have come. */
function meetingOf(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) resolve();
    return promise;
  };
}

describe("orders given at once", () => {
  const ids = Array.from({ length: 30 }, (_, index) => `job-${String(index).padStart(2, "0")}`);

  it("all stand, the first ones of a table too", async () => {
    const { orders } = await ordersStand();
    const answers = await Promise.all(ids.map((id, index) => orders.kill(order(id, index))));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["ordered"]));
    expect(await jobsIn(orders)).toEqual(ids);
  });

  it("all stand while old ones are cleared, and one that is given anew isn't cleared away", async () => {
    const { orders } = await ordersStand();
    for (const id of ids) await orders.kill(order(id, 1));
    const nowMs = KILL_ORDER_MAX_MS + 100;
    const anew = ["job-00", "job-29", "new-1", "new-2", "new-3"];
    await Promise.all(anew.map((id) => orders.kill(order(id, nowMs))));
    await orders.kill(order("last", nowMs + 1));
    expect(await jobsIn(orders)).toEqual([...anew, "last"].toSorted());
  });

  it("never pass the limit together", async () => {
    const { orders } = await ordersStand();
    const many = Array.from({ length: KILL_ORDERS_MAX + 20 }, (_, index) => order(`job-${index}`, 1_000));
    await Promise.all(many.slice(0, KILL_ORDERS_MAX - 5).map((one) => orders.kill(one)));
    const answers = await Promise.all(many.slice(KILL_ORDERS_MAX - 5).map((one) => orders.kill(one)));
    expect(answers.filter(({ kind }) => kind === "ordered")).toHaveLength(5);
    expect((await orders.read()).kills).toHaveLength(KILL_ORDERS_MAX);
  }, 60_000);

  it("are lost by a store that writes the whole map", async () => {
    const { orders, client, table } = await ordersStand();
    const bad = wholeMapOrders(client, table, meetingOf(2));
    await Promise.all([bad.kill(order("a", 1)), bad.kill(order("b", 1))]);
    expect(await jobsIn(orders)).toHaveLength(1);
  });
});

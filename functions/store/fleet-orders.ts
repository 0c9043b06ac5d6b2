import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

import {
  KILL_ORDER_MAX_MS,
  KILL_ORDERS_MAX,
  type FleetOrders,
  type FleetOrderStore,
  type KillOrder,
} from "../core/fleet/fleet-orders.ts";
import { StoreUnavailable } from "../core/job/store-failures.ts";
import { ORDERS_KEY, ordersFromItem } from "./fleet-orders-item.ts";
import {
  clearWrite,
  drainWrite,
  firstKillWrite,
  killAllWrite,
  killWrite,
  resumeWrite,
  type OrderWrite,
} from "./fleet-orders-writes.ts";

/** Others who give orders at the same moment may make a write come too late; each round then knows what they wrote. */
const KILL_ROUNDS = 10;

/** The fleet's orders as one item of the leases table. Each kill order is a place of its own in a map: none overwrites another. */
export class DynamoDbFleetOrders implements FleetOrderStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<FleetOrders> {
    const request = new GetItemCommand({ TableName: this.#table, Key: ORDERS_KEY, ConsistentRead: true });
    try {
      return ordersFromItem((await this.#client.send(request)).Item);
    } catch (cause) {
      throw new StoreUnavailable("read the fleet's orders", cause);
    }
  }

  async drain(nowMs: number): Promise<{ readonly sinceMs: number }> {
    const written = await this.#write("drain the fleet", drainWrite(nowMs));
    return written?.drain ?? { sinceMs: nowMs };
  }

  async resume(): Promise<void> {
    await this.#write("resume the fleet", resumeWrite());
  }

  async killAll(atMs: number, by: string): Promise<void> {
    await this.#write("order the end of all jobs", killAllWrite(atMs, by));
  }

  async kill(order: KillOrder): Promise<{ readonly kind: "ordered" } | { readonly kind: "full" }> {
    let orders = await this.#write(KILL, killWrite(order));
    if (orders !== undefined) {
      await this.#clear(oldOrders(orders, order));
      return { kind: "ordered" };
    }
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      orders = await this.read();
      if (orders.kills.some(({ job, atMs }) => job === order.job && atMs >= order.atMs)) return { kind: "ordered" };
      const old = oldOrders(orders, order);
      if (orders.kills.length >= KILL_ORDERS_MAX && old.length === 0) return { kind: "full" };
      const write = orders.kills.length === 0 ? firstKillWrite(order) : killWrite(order, old);
      if ((await this.#write(KILL, write)) !== undefined) return { kind: "ordered" };
    }
    throw new StoreUnavailable(KILL, "others change the orders without a pause");
  }

  /** Who comes too late leaves it to the next. */
  async #clear(old: readonly KillOrder[]): Promise<void> {
    if (old.length > 0) await this.#write("clear old orders", clearWrite(old));
  }

  /** Undefined where the write's condition refused it. */
  async #write(operation: string, write: OrderWrite): Promise<FleetOrders | undefined> {
    try {
      const { Attributes } = await this.#client.send(new UpdateItemCommand({ ...write, TableName: this.#table }));
      return ordersFromItem(Attributes);
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException) return undefined;
      throw new StoreUnavailable(operation, cause);
    }
  }
}

const KILL = "order a job's end";

function oldOrders({ kills }: FleetOrders, { job, atMs }: KillOrder): KillOrder[] {
  return kills.filter((one) => one.job !== job && atMs - one.atMs > KILL_ORDER_MAX_MS);
}

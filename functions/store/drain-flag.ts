import { GetItemCommand, UpdateItemCommand, type AttributeValue, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { Drain, DrainFlag } from "../core/capacity/drain-flag.ts";
import { StoreUnavailable } from "../core/job/store-failures.ts";
import { LEASES_TABLE } from "./leases-table.ts";

/** No job's, session's or phase's key begins like this. It has no time to live: a drained fleet stays so until told otherwise. */
const KEY = { [LEASES_TABLE.partitionKey.name]: { S: "fleet#drain" } };
const SINCE = "drainSinceMs";

/** The drain flag as one small item of the leases table. */
export class DynamoDbDrainFlag implements DrainFlag {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<Drain | undefined> {
    const request = new GetItemCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true });
    const { Item } = await answered("read the drain flag", this.#client.send(request));
    return drainOf(Item);
  }

  async set(nowMs: number): Promise<Drain> {
    const request = new UpdateItemCommand({
      TableName: this.#table,
      Key: KEY,
      UpdateExpression: "SET #since = if_not_exists(#since, :nowMs)",
      ExpressionAttributeNames: { "#since": SINCE },
      ExpressionAttributeValues: { ":nowMs": { N: String(nowMs) } },
      ReturnValues: "ALL_NEW",
    });
    const { Attributes } = await answered("set the drain flag", this.#client.send(request));
    return drainOf(Attributes) ?? { sinceMs: nowMs };
  }

  async clear(): Promise<void> {
    const request = new UpdateItemCommand({
      TableName: this.#table,
      Key: KEY,
      UpdateExpression: "REMOVE #since",
      ExpressionAttributeNames: { "#since": SINCE },
    });
    await answered("clear the drain flag", this.#client.send(request));
  }
}

function drainOf(item: Record<string, AttributeValue> | undefined): Drain | undefined {
  const sinceMs = item?.[SINCE]?.N;
  return sinceMs === undefined ? undefined : { sinceMs: Number(sinceMs) };
}

async function answered<Answer>(operation: string, request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (cause) {
    throw new StoreUnavailable(operation, cause);
  }
}

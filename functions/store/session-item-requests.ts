import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type PutItemCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";

import { StoreUnavailable } from "../core/job/store-failures.ts";
import type { Item } from "./lease-item.ts";
import { SESSION_ATTRIBUTE } from "./session-item.ts";
import { sessionKey, type SessionItemWrite } from "./session-writes.ts";

/** A refused write brings the stored item along, where there is one. */
export type Written = { readonly kind: "done" | "refused"; readonly item: Item | undefined };

/** The requests to one sessions table. Whatever fails but a condition is `StoreUnavailable`. */
export class SessionItemRequests {
  readonly #client: DynamoDBClient;
  readonly #TableName: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#TableName = table;
  }

  async update(operation: string, write: SessionItemWrite): Promise<Written> {
    const command = new UpdateItemCommand({ ...write, TableName: this.#TableName });
    return this.#written(operation, write.Key, async () => (await this.#client.send(command)).Attributes);
  }

  async put(operation: string, input: Omit<PutItemCommandInput, "TableName">): Promise<Written> {
    const command = new PutItemCommand({ ...input, TableName: this.#TableName });
    return this.#written(operation, input.Item, async () => {
      await this.#client.send(command);
      return undefined;
    });
  }

  /** One strongly consistent read. */
  async item(name: string): Promise<Item | undefined> {
    const input = { TableName: this.#TableName, Key: sessionKey(name), ConsistentRead: true };
    return (await unavailable("read", this.#client.send(new GetItemCommand(input)))).Item;
  }

  async query(operation: string, input: Omit<QueryCommandInput, "TableName">): Promise<readonly Item[]> {
    const command = new QueryCommand({ ...input, TableName: this.#TableName });
    return (await unavailable(operation, this.#client.send(command))).Items ?? [];
  }

  async *scan(operation: string, input: Omit<ScanCommandInput, "TableName">): AsyncGenerator<Item> {
    let ExclusiveStartKey: Item | undefined;
    do {
      const command = new ScanCommand({ ...input, TableName: this.#TableName, ExclusiveStartKey });
      const answer = await unavailable(operation, this.#client.send(command));
      yield* answer.Items ?? [];
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }

  async #written(operation: string, key: Item | undefined, send: () => Promise<Item | undefined>): Promise<Written> {
    try {
      return { kind: "done", item: await send() };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw new StoreUnavailable(operation, error);
      // No record came along where there is none, and from an emulator that doesn't send it.
      return { kind: "refused", item: error.Item ?? (await this.item(key?.[SESSION_ATTRIBUTE.name]?.S ?? "")) };
    }
  }
}

async function unavailable<Answer>(operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw new StoreUnavailable(operation, error);
  }
}

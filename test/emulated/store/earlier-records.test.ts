import { PutItemCommand, type AttributeValue, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import {
  createLeasesTable,
  emulatedDynamoDbClient,
  startDynamoDb,
  type DynamoDbEmulator,
} from "../../setup/emulators.ts";

const TABLE = "leases";
let dynamo: DynamoDbEmulator;
let client: DynamoDBClient;
let leases: DynamoDbLeaseStore;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  client = emulatedDynamoDbClient(dynamo.endpoint);
  await createLeasesTable(client, TABLE);
  leases = new DynamoDbLeaseStore(client, TABLE, 30);
});
afterAll(async () => {
  client.destroy();
  await dynamo.stop();
});

/** As version 0.3 wrote it: no id, no history, and a checkpoint that says its sequence only. */
async function put(key: string, change: Record<string, AttributeValue>): Promise<void> {
  const numbers = { fence: 3, attempt: 1, countedAttempts: 1, acquiredAtMs: 1, renewedAtMs: 1, expiresAtMs: 2 };
  const Item = {
    pk: { S: key },
    leaseState: { S: "released" },
    container: { S: "c" },
    invocation: { S: "i" },
    checkpoint: { B: new Uint8Array([1, 2, 3]) },
    checkpointSequence: { N: "7" },
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { N: String(value) }])),
    ...change,
  };
  await client.send(new PutItemCommand({ TableName: TABLE, Item }));
}

test("a finished job of an earlier version is told from one that may run", async () => {
  await put("job#finished", { leaseState: { S: "finished" } });
  const request = { key: "job#finished", owner: { container: "c2", invocation: "i2" }, durationMs: 1_000 } as const;
  expect(await leases.take(request, Date.now())).toMatchObject({
    kind: "finished",
    record: { id: "job#finished", history: [] },
  });
});

test("a job of an earlier version starts over, and its next checkpoint passes the old one", async () => {
  await put("job#released", {});
  const request = { key: "job#released", owner: { container: "c2", invocation: "i2" }, durationMs: 60_000 } as const;
  const taken = await leases.take(request, Date.now());
  expect(taken).toMatchObject({
    kind: "taken",
    history: [],
    checkpoint: { sequence: 7, stage: "", body: { kind: "inline", sealed: false } },
  });
  if (taken.kind !== "taken") return;
  const body = { kind: "inline", packed: new Uint8Array([9]), sealed: false } as const;
  const next = { sequence: 8, stage: "walk", attempt: 1, workedMs: 0, body };
  expect(await leases.checkpoint(taken.lease, next, Date.now())).toMatchObject({ kind: "done" });
});

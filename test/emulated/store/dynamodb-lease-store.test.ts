import { GetItemCommand, ScanCommand, type BatchGetItemCommandOutput } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { keyOf } from "../../../functions/store/lease-writes.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { RETENTION_DAYS, startLeaseStores, type CreatedStore, type LeaseStores } from "../../setup/lease-stores.ts";
import {
  CIRCUMSTANCES,
  DURATION_MS,
  INLINE,
  KEY,
  NOW_MS,
  OBJECT,
  checkpointOf,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
} from "../contract/lease-fixtures.ts";

const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

describe("the DynamoDB lease store", () => {
  let stores: LeaseStores;
  beforeAll(async () => {
    stores = await startLeaseStores();
  });
  afterAll(async () => stores.stop());

  let created: CreatedStore;
  beforeEach(async () => {
    created = await stores.create();
  });

  async function storedItem() {
    const { client, table } = created;
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: keyOf(KEY), ConsistentRead: true }));
    return answer.Item ?? {};
  }

  async function indexedKeys(): Promise<unknown[]> {
    const { client, table } = created;
    const answer = await client.send(new ScanCommand({ TableName: table, IndexName: LEASES_TABLE.heldIndex.name }));
    return (answer.Items ?? []).map((item) => item["pk"]?.S);
  }

  test("keeps in the index only what is held", async () => {
    const { store } = created;
    const lease = await taken(store, takeRequest());
    expect(await indexedKeys()).toEqual([KEY]);
    await store.release(lease, { reason: "failed", countsAsAttempt: true }, NOW_MS);
    expect(await indexedKeys()).toEqual([]);
    await store.finish(await taken(store, takeRequest()), jobResult("failed"), NOW_MS);
    expect(await indexedKeys()).toEqual([]);
    await taken(store, takeRequest({ redriveOfFence: 2 }));
    expect(await indexedKeys()).toEqual([KEY]);
  });

  test("marks every record as garbage a retention after its last use, in seconds", async () => {
    const { store } = created;
    const garbageAt = async () => Number((await storedItem())["garbageAtEpochSeconds"]?.N);
    const lease = await taken(store, takeRequest(), NOW_MS + 1);
    expect(await garbageAt()).toBe((NOW_MS + DURATION_MS) / 1_000 + 1 + RETENTION_SECONDS);
    await store.renew(lease, DURATION_MS, NOW_MS + 5_000);
    expect(await garbageAt()).toBe((NOW_MS + 5_000 + DURATION_MS) / 1_000 + RETENTION_SECONDS);
    await store.finish(lease, jobResult("completed"), NOW_MS + 7_000);
    expect(await garbageAt()).toBe((NOW_MS + 7_000) / 1_000 + RETENTION_SECONDS);
  });

  test("stores a checkpoint's body in one form only, and its other fields in the clear", async () => {
    const { store } = created;
    const lease = await taken(store, takeRequest());
    const stored = async () =>
      Object.fromEntries(Object.entries(await storedItem()).filter(([name]) => name.startsWith("checkpoint")));
    const common = {
      checkpointStage: { S: "list" },
      checkpointSavedAtMs: { N: String(NOW_MS) },
      checkpointAttempt: { N: "1" },
      checkpointWorkedMs: { N: "900" },
    };
    const object = {
      checkpointObject: { S: "checkpoints/shop!3A42/1-2-x" },
      checkpointBytes: { N: "40000" },
      checkpointSealed: { BOOL: true },
    };
    const inline = { checkpointBody: { B: Uint8Array.of(31, 139, 0, 255) }, checkpointSealed: { BOOL: false } };
    for (const [index, [body, attributes]] of (
      [
        [INLINE, inline],
        [OBJECT, object],
        [INLINE, inline],
      ] as const
    ).entries()) {
      await store.checkpoint(lease, checkpointOf(index, { body }), NOW_MS);
      expect(await stored()).toEqual({ ...common, checkpointSequence: { N: String(index) }, ...attributes });
    }
  });

  test("stores a short history as text, a long one packed, and one list for both ends of a job", async () => {
    const { store } = created;
    const lease = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    expect((await storedItem())["history"]?.L).toEqual([{ S: expect.stringMatching(/^\[\{.*"kind":"taken".*\}\]$/u) }]);
    const long = Array.from({ length: 40 }, (_, index) => endedEvent(index));
    await store.note(lease, long, NOW_MS);
    const packed = (await storedItem())["history"]?.L;
    expect(packed).toEqual([{ B: expect.any(Uint8Array) }]);
    expect(packed?.[0]?.B?.byteLength).toBeLessThan(JSON.stringify(long).length / 8);
    await store.finish(lease, jobResult("failed"), NOW_MS);
    expect(await storedItem()).toMatchObject({ finishedHistory: { L: packed } });
    expect(await storedItem()).not.toHaveProperty("history");
    await taken(store, takeRequest({ redriveOfFence: 1 }));
    expect(await storedItem()).not.toHaveProperty("finishedHistory");
  });

  test("keeps no list of takes for keys that aren't jobs, so that theirs can't grow", async () => {
    const { store, client, table } = created;
    const key = "session#shop-1";
    await store.release(await taken(store, takeRequest({ key })), { reason: "done", countsAsAttempt: false }, NOW_MS);
    await taken(store, takeRequest({ key, circumstances: CIRCUMSTANCES }));
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: keyOf(key), ConsistentRead: true }));
    expect(Item).toMatchObject({ fence: { N: "2" } });
    expect(Item).not.toHaveProperty("history");
  });

  test("asks again for the keys that a batch read left out", async () => {
    const { store, client } = created;
    const keys = Array.from({ length: 30 }, (_, index): LeaseKey => `job#${index}`);
    await Promise.all(keys.map(async (key) => taken(store, takeRequest({ key }))));
    const asked: number[] = [];
    answerPartly(client, (size) => {
      asked.push(size);
      return 12;
    });
    const records = await store.readMany(keys);
    expect(records.map(({ key }) => key)).toEqual(keys);
    expect(asked).toEqual([30, 18, 6]);
  });

  test("gives up on keys that stay unprocessed", async () => {
    const { store, client } = created;
    answerPartly(client, () => 0);
    await expect(store.readMany([KEY])).rejects.toThrow("readMany: 1 keys stay unprocessed");
  });

  test("throws StoreUnavailable, with the cause, for every call on a table that isn't there", async () => {
    const store = new DynamoDbLeaseStore(created.client, "no-such-table", RETENTION_DAYS);
    const lease = await taken(created.store, takeRequest());
    const calls = [
      async () => store.take(takeRequest(), NOW_MS),
      async () => store.renew(lease, DURATION_MS, NOW_MS),
      async () => store.release(lease, { reason: "failed", countsAsAttempt: true }, NOW_MS),
      async () => store.finish(lease, jobResult("completed"), NOW_MS),
      async () => store.checkpoint(lease, checkpointOf(1), NOW_MS),
      async () => store.note(lease, [], NOW_MS),
      async () => store.read(KEY),
      async () => store.readMany([KEY]),
      async () => store.listHeld(1),
    ];
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ name: "StoreUnavailable", cause: { name: "ResourceNotFoundException" } });
    }
  });

  test("throws StoreUnavailable where nobody listens", async () => {
    const client = emulatedDynamoDbClient("http://127.0.0.1:1");
    const store = new DynamoDbLeaseStore(client, "leases", RETENTION_DAYS);
    await expect(store.read(KEY)).rejects.toThrow(/^read: .*ECONNREFUSED/u);
    client.destroy();
  });

  test.each([14, 0, 20.5, Number.NaN])("refuses a retention of %s days", (retentionDays) => {
    expect(() => new DynamoDbLeaseStore(created.client, "leases", retentionDays)).toThrow(
      `retentionDays must be a whole number from 15 on, because SQS may deliver a message for 14 days (got ${retentionDays})`,
    );
  });
});

/** Cuts the answers of BatchGetItem, as DynamoDB does at 16 MB and under load. */
function answerPartly(client: CreatedStore["client"], answered: (asked: number) => number): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (context["commandName"] !== "BatchGetItemCommand") return answer;
      const output = answer.output as BatchGetItemCommandOutput;
      const requested = (args.input as { RequestItems: Record<string, { Keys: Record<string, { S: string }>[] }> })
        .RequestItems;
      for (const [table, { Keys }] of Object.entries(requested)) {
        const count = answered(Keys.length);
        const kept = new Set(Keys.slice(0, count).map((key) => key["pk"]?.S));
        const items = output.Responses?.[table] ?? [];
        output.Responses = { [table]: items.filter((item) => kept.has(item["pk"]?.S ?? "")) };
        if (count < Keys.length) output.UnprocessedKeys = { [table]: { Keys: Keys.slice(count) } };
      }
      return answer;
    },
    { step: "initialize", name: "answerPartly" },
  );
}

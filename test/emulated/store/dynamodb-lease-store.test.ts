import { GetItemCommand, ScanCommand, type BatchGetItemCommandOutput } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { keyOf } from "../../../functions/store/lease-writes.ts";
import { LEASES_TABLE } from "../../../functions/store/leases-table.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { RETENTION_DAYS, startLeaseStores, type CreatedStore, type LeaseStores } from "../../setup/lease-stores.ts";
import { DURATION_MS, KEY, NOW_MS, jobResult, taken, takeRequest } from "../contract/lease-fixtures.ts";

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
    await store.release(lease, "failed", true, NOW_MS);
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

  test("stores a long checkpoint packed, a short one as text", async () => {
    const { store } = created;
    const lease = await taken(store, takeRequest());
    await store.checkpoint(lease, { sequence: 1, stage: "list", cursor: "short" }, NOW_MS);
    expect((await storedItem())["checkpoint"]?.S).toContain('"cursor":"short"');
    await store.checkpoint(lease, { sequence: 2, stage: "list", cursor: "long ".repeat(4_000) }, NOW_MS);
    expect((await storedItem())["checkpoint"]?.B?.byteLength).toBeLessThan(1_024);
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
      async () => store.release(lease, "failed", true, NOW_MS),
      async () => store.finish(lease, jobResult("completed"), NOW_MS),
      async () => store.checkpoint(lease, { sequence: 1, stage: "list", cursor: 1 }, NOW_MS),
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

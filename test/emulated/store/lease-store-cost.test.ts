import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { HELD_PARTITIONS } from "../../../functions/core/lease/lease-store.ts";
import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import type { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import {
  CIRCUMSTANCES,
  DURATION_MS,
  KEY,
  NOW_MS,
  OBJECT,
  OTHER,
  checkpointOf,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
  takenEvent,
} from "../contract/lease-fixtures.ts";

describe("requests of the DynamoDB lease store", () => {
  let stores: LeaseStores;
  beforeAll(async () => {
    stores = await startLeaseStores();
  });
  afterAll(async () => stores.stop());

  let store: DynamoDbLeaseStore;
  let requests: RequestCount;
  beforeEach(async () => {
    const created = await stores.create();
    store = created.store;
    requests = countRequests(created.client);
  });

  test("a short job costs two writes: take and finish", async () => {
    const lease = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    await store.finish(lease, jobResult("completed"), NOW_MS, [takenEvent(lease), endedEvent(1)]);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  test("a redrive costs one write", async () => {
    await store.finish(await taken(store, takeRequest()), jobResult("failed"), NOW_MS);
    requests.take();
    await taken(store, takeRequest({ redriveOfFence: 1, circumstances: CIRCUMSTANCES }));
    expect(requests.take()).toEqual(["UpdateItem"]);
  });

  test("renew, checkpoint, note and release cost one write each", async () => {
    const lease = await taken(store, takeRequest());
    requests.take();
    await store.renew(lease, DURATION_MS, NOW_MS);
    await store.checkpoint(lease, checkpointOf(1), NOW_MS);
    await store.checkpoint(lease, checkpointOf(2, { body: OBJECT }), NOW_MS);
    await store.note(lease, [endedEvent(1)], NOW_MS);
    await store.release(lease, { reason: "preempted", countsAsAttempt: false }, NOW_MS);
    expect(requests.take()).toEqual(Array.from({ length: 5 }, () => "UpdateItem"));
  });

  test("losing costs one write and no read, and the losing record comes along", async () => {
    const lease = await taken(store, takeRequest());
    requests.take();
    expect((await store.take(takeRequest({ owner: OTHER }), NOW_MS)).kind).toBe("held");
    expect((await store.renew({ ...lease, owner: OTHER }, DURATION_MS, NOW_MS)).kind).toBe("lost");
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  test("a write under a lease of which nothing is stored costs a read besides", async () => {
    const lease = await taken(store, takeRequest());
    requests.take();
    await store.renew({ ...lease, key: "job#never" }, DURATION_MS, NOW_MS);
    expect(requests.take()).toEqual(["UpdateItem", "GetItem"]);
  });

  test("reads: one for a key, one for 100 keys, one query for each partition of the index", async () => {
    const keys = Array.from({ length: 250 }, (_, index): LeaseKey => `job#${index}`);
    await store.read(KEY);
    expect(requests.take()).toEqual(["GetItem"]);
    await store.readMany(keys);
    expect(requests.take()).toEqual(["BatchGetItem", "BatchGetItem", "BatchGetItem"]);
    await store.listHeld(10);
    expect(requests.take()).toEqual(Array.from({ length: HELD_PARTITIONS }, () => "Query"));
  });
});

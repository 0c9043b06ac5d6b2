import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { startAnswerDroppingProxy, type AnswerDroppingProxy } from "../../setup/answer-dropping-proxy.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { RETENTION_DAYS, startLeaseStores, type LeaseStores } from "../../setup/lease-stores.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import {
  CIRCUMSTANCES,
  DURATION_MS,
  INLINE,
  KEY,
  NOW_MS,
  OBJECT,
  ONE,
  OTHER,
  checkpointOf,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
  takenEvent,
} from "../contract/lease-fixtures.ts";

/**
 * The write is carried out and its answer lost; the SDK sends it again, and finds its own work. What must come out is
 * what would have come out had the answer arrived.
 */
describe("a write whose answer is lost", () => {
  let stores: LeaseStores;
  let proxy: AnswerDroppingProxy;
  beforeAll(async () => {
    stores = await startLeaseStores();
    proxy = await startAnswerDroppingProxy(stores.endpoint);
  });
  afterAll(async () => {
    await proxy.stop();
    await stores.stop();
  });

  let store: DynamoDbLeaseStore;
  let requests: RequestCount;
  let stop: () => void;
  beforeEach(async () => {
    const { table } = await stores.create();
    const client = emulatedDynamoDbClient(proxy.endpoint);
    requests = countRequests(client);
    store = new DynamoDbLeaseStore(client, table, RETENTION_DAYS);
    stop = () => client.destroy();
  });
  afterEach(() => {
    stop();
  });

  async function losing<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    requests.take();
    proxy.dropAnswers(1);
    const answer = await write();
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
    return answer;
  }

  test("take is taken, with one fence and one attempt", async () => {
    const take = await losing(async () => store.take(takeRequest({ messageId: "m-1" }), NOW_MS));
    expect(take).toMatchObject({ kind: "taken", lease: { fence: 1, attempt: 1, owner: ONE } });
    expect(await store.read(KEY)).toMatchObject({ state: "held", fence: 1, attempts: 1 });
  });

  test("take that another one won is held, even by the same owner for the same message at the same moment", async () => {
    await taken(store, takeRequest({ messageId: "m-1" }));
    const take = await losing(async () => store.take(takeRequest({ messageId: "m-1" }), NOW_MS));
    expect(take.kind).toBe("held");
  });

  test("take of a redriven key is taken", async () => {
    await store.finish(await taken(store, takeRequest()), jobResult("failed"), NOW_MS);
    const take = await losing(async () => store.take(takeRequest({ redriveOfFence: 1 }), NOW_MS));
    expect(take).toMatchObject({ kind: "taken", lease: { fence: 2, attempt: 1 } });
  });

  test("renew is done", async () => {
    const lease = await taken(store, takeRequest());
    const renewed = await losing(async () => store.renew(lease, DURATION_MS, NOW_MS + 5));
    expect(renewed).toMatchObject({ kind: "done", value: { expiresAtMs: NOW_MS + 5 + DURATION_MS } });
  });

  test("release is done, and gives one attempt back, not two", async () => {
    await store.release(await taken(store, takeRequest()), { reason: "failed", countsAsAttempt: true }, NOW_MS);
    const lease = await taken(store, takeRequest());
    expect(
      (await losing(async () => store.release(lease, { reason: "preempted", countsAsAttempt: false }, NOW_MS))).kind,
    ).toBe("done");
    expect(await store.read(KEY)).toMatchObject({ state: "released", attempts: 1 });
  });

  test.each(["x", "x".repeat(50_000)])("finish is done", async (output) => {
    const lease = await taken(store, takeRequest());
    const result = jobResult("completed", { output });
    expect((await losing(async () => store.finish(lease, result, NOW_MS))).kind).toBe("done");
    expect((await store.read(KEY))?.result).toEqual(result);
  });

  test("finish under a lease that was lost is lost", async () => {
    const lease = await taken(store, takeRequest());
    await taken(store, takeRequest({ owner: OTHER }), NOW_MS * 2);
    expect((await losing(async () => store.finish(lease, jobResult("completed"), NOW_MS))).kind).toBe("lost");
  });

  test.each([INLINE, OBJECT])("checkpoint is done", async (body) => {
    const lease = await taken(store, takeRequest());
    expect((await losing(async () => store.checkpoint(lease, checkpointOf(1, { body }), NOW_MS))).kind).toBe("done");
    expect((await store.checkpoint(lease, checkpointOf(1, { body, stage: "other" }), NOW_MS)).kind).toBe("lost");
  });

  test("take's event stands once in the history, and the answer has it", async () => {
    const take = await losing(async () => store.take(takeRequest({ circumstances: CIRCUMSTANCES }), NOW_MS));
    const history = take.kind === "taken" && [takenEvent(take.lease)];
    expect(take).toMatchObject({ kind: "taken", history });
    expect((await store.read(KEY))?.history).toEqual(history);
  });

  test("note is done", async () => {
    const lease = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    const history = [takenEvent(lease), endedEvent(1)];
    expect((await losing(async () => store.note(lease, history, NOW_MS))).kind).toBe("done");
    expect((await store.read(KEY))?.history).toEqual(history);
  });

  test("release without a history marks once that the attempt was given back", async () => {
    const first = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    const release = { reason: "preempted", countsAsAttempt: false };
    expect((await losing(async () => store.release(first, release, NOW_MS))).kind).toBe("done");
    const second = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    expect((await store.read(KEY))?.history).toEqual([takenEvent(first), takenEvent(second)]);
  });

  test("finish keeps the history that was stored", async () => {
    const lease = await taken(store, takeRequest({ circumstances: CIRCUMSTANCES }));
    expect((await losing(async () => store.finish(lease, jobResult("failed"), NOW_MS))).kind).toBe("done");
    expect((await store.read(KEY))?.history).toEqual([takenEvent(lease)]);
  });

  test("with every answer lost the store is unavailable, and the lease ends at its expiry", async () => {
    proxy.dropAnswers(100);
    await expect(store.take(takeRequest(), NOW_MS)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.dropAnswers(0);
    expect((await store.take(takeRequest({ owner: OTHER }), NOW_MS)).kind).toBe("held");
    expect(await taken(store, takeRequest({ owner: OTHER }), NOW_MS * 2)).toMatchObject({ fence: 2, attempt: 2 });
  });
});

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { startAnswerDroppingProxy, type AnswerDroppingProxy } from "../../setup/answer-dropping-proxy.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import { startSessionStores, type SessionStores } from "../../setup/session-stores.ts";
import { changeUpdates } from "../contract/change-updates.ts";
import {
  DURATION_MS,
  NAME,
  NOW_MS,
  ONE,
  OTHER,
  PAST_EXPIRY_MS,
  RETIRED,
  SEALED,
  created,
  definition,
  stored,
  takeRequest,
  taken,
} from "../session-contract/session-fixtures.ts";

/**
 * The write is carried out and its answer lost; the SDK sends it again, and finds its own work. What must come out is
 * what would have come out had the answer arrived.
 */
describe("a session write whose answer is lost", () => {
  let stores: SessionStores;
  let proxy: AnswerDroppingProxy;
  beforeAll(async () => {
    stores = await startSessionStores();
    proxy = await startAnswerDroppingProxy(stores.endpoint);
  });
  afterAll(async () => {
    await proxy.stop();
    await stores.stop();
  });

  let store: DynamoDbSessionStore;
  let requests: RequestCount;
  let client: DynamoDBClient;
  /** Another container's store: it has seen nothing yet. */
  let stranger: () => DynamoDbSessionStore;
  beforeEach(async () => {
    const { table } = await stores.create();
    client = emulatedDynamoDbClient(proxy.endpoint);
    requests = countRequests(client);
    stranger = () => new DynamoDbSessionStore(client, table);
    store = stranger();
  });
  afterEach(() => {
    client.destroy();
  });

  async function losing<Answer>(write: () => Promise<Answer>, ...also: string[]): Promise<Answer> {
    requests.take();
    proxy.dropAnswers(1);
    const answer = await write();
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem", ...also]);
    return answer;
  }

  test("create is created, and exists for anybody else", async () => {
    proxy.dropAnswers(1);
    expect(await store.create(definition(), { sealed: SEALED }, NOW_MS)).toEqual({ kind: "created" });
    expect(requests.take()).toEqual(["PutItem", "PutItem"]);
    proxy.dropAnswers(1);
    expect(await store.create(definition(), { sealed: SEALED }, NOW_MS)).toEqual({ kind: "exists" });
  });

  test("take is taken, with one fence", async () => {
    await created(store);
    const take = await losing(async () => store.take(takeRequest(), NOW_MS));
    expect(take).toMatchObject({ kind: "taken", lease: { fence: 1, owner: ONE } });
    expect(await stored(store)).toMatchObject({ fence: 1, holder: { owner: ONE } });
  });

  test("take of one elected by fence is taken, not overtaken by itself", async () => {
    await created(store);
    const take = await losing(async () => store.take(takeRequest({ ifFence: 0 }), NOW_MS));
    expect(take.kind).toBe("taken");
  });

  test("take that another one won is held, even by the same owner at the same moment", async () => {
    await created(store);
    await taken(store);
    expect((await losing(async () => store.take(takeRequest(), NOW_MS))).kind).toBe("held");
  });

  test("renew is done", async () => {
    await created(store);
    const lease = await taken(store);
    const renewed = await losing(async () => store.renew(lease, DURATION_MS, NOW_MS + 5));
    expect(renewed).toMatchObject({ kind: "done", lease: { expiresAtMs: NOW_MS + 5 + DURATION_MS } });
  });

  test("save is done once: one revision, one use", async () => {
    await created(store);
    const lease = await taken(store);
    const saved = await losing(async () => store.save(lease, { sealed: SEALED, loggedIn: true, uses: 1 }, NOW_MS));
    expect(saved).toMatchObject({ kind: "done", record: { revision: 1, uses: 1, loginFence: 1, fencedOut: 0 } });
  });

  test("release is done once", async () => {
    await created(store);
    const lease = await taken(store);
    const released = await losing(async () => store.release(lease, { sealed: SEALED, uses: 1 }, NOW_MS));
    expect(released).toMatchObject({ kind: "done", record: { revision: 1, uses: 1, fencedOut: 0 } });
    expect(await stored(store)).toEqual(released.record);
  });

  test("save and release of a late writer are fenced out, and counted once each", async () => {
    await created(store);
    const late = await taken(store);
    await taken(store, { owner: OTHER }, PAST_EXPIRY_MS);
    for (const call of ["save", "release"] as const) {
      const answer = await losing(async () => store[call](late, { uses: 1 }, NOW_MS), "UpdateItem");
      expect(answer.kind).toBe("fenced-out");
    }
    expect(await stored(store)).toMatchObject({ fencedOut: 2, uses: 0 });
  });

  test("a late writer is counted once, also where the answer to the count is lost", async () => {
    await created(store);
    const late = await taken(store);
    await taken(store, { owner: OTHER }, PAST_EXPIRY_MS);
    changeUpdates(client, (input) => {
      if (input.UpdateExpression?.includes("#fencedOut") === true) proxy.dropAnswers(1);
      return input;
    });
    requests.take();
    expect((await store.save(late, { uses: 1 }, NOW_MS)).kind).toBe("fenced-out");
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
    expect((await stored(store)).fencedOut).toBe(1);
  });

  test("amend is done once: neither stale by its own revision nor used twice", async () => {
    await created(store);
    const basis = await stored(store);
    const amended = await losing(async () => store.amend(NAME, basis, { sealed: SEALED, uses: 1 }, NOW_MS));
    expect(amended).toMatchObject({ kind: "done", record: { revision: 1, uses: 1 } });
    const again = await losing(async () => store.amend(NAME, { loginFence: 0, revision: 1 }, { uses: 1 }, NOW_MS));
    expect(again).toMatchObject({ kind: "done", record: { revision: 1, uses: 2 } });
  });

  test("an operator's word is said once: one fence, one revision", async () => {
    await created(store);
    const ruling = await losing(async () => store.setCondition(NAME, RETIRED));
    expect(ruling).toMatchObject({ kind: "done", record: { fence: 1, revision: 1, condition: RETIRED } });
  });

  test("a take of an unseen session of a pool, with either answer lost, is one take", async () => {
    for (const [index, lost] of [1, 2].entries()) {
      const name = `${index}`;
      await created(store, { name, pool: "p" });
      const unknowing = stranger();
      proxy.dropAnswers(lost);
      expect(await unknowing.take(takeRequest({ name }), NOW_MS)).toMatchObject({ kind: "taken", lease: { fence: 1 } });
    }
  });

  test("with every answer lost the store is unavailable, and the lease ends at its expiry", async () => {
    await created(store);
    proxy.dropAnswers(100);
    await expect(store.take(takeRequest(), NOW_MS)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.dropAnswers(0);
    expect((await store.take(takeRequest({ owner: OTHER }), NOW_MS)).kind).toBe("held");
    expect(await taken(store, { owner: OTHER }, PAST_EXPIRY_MS)).toMatchObject({ fence: 2 });
  });
});

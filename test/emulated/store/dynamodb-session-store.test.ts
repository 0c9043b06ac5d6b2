import { DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { StoreUnavailable } from "../../../functions/core/job/store-failures.ts";
import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { sessionKey } from "../../../functions/store/session-writes.ts";
import { emulatedDynamoDbClient } from "../../setup/emulators.ts";
import { startSessionStores, type CreatedSessionStore, type SessionStores } from "../../setup/session-stores.ts";
import { changeUpdates } from "../contract/change-updates.ts";
import { indexedPlaces } from "../session-contract/indexed-places.ts";
import {
  DURATION_MS,
  NAME,
  NOW_MS,
  POOL,
  RETIRED,
  SEALED,
  created,
  definition,
  stored,
  takeRequest,
  taken,
} from "../session-contract/session-fixtures.ts";

describe("the DynamoDB session store", () => {
  let stores: SessionStores;
  beforeAll(async () => {
    stores = await startSessionStores();
  });
  afterAll(async () => stores.stop());

  let fresh: CreatedSessionStore;
  beforeEach(async () => {
    fresh = await stores.create();
  });

  async function storedItem() {
    const { client, table } = fresh;
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: sessionKey(NAME) }));
    return answer.Item ?? {};
  }

  test("puts a session that was removed and made again into the pool that it is in now", async () => {
    const { store, client, table, stranger } = fresh;
    await created(store, { pool: "old" });
    await taken(store);
    await client.send(new DeleteItemCommand({ TableName: table, Key: sessionKey(NAME) }));
    await created(stranger(), { pool: "new", order: "round-robin" });
    const lease = await taken(store, {}, NOW_MS + 1);
    expect(await indexedPlaces(fresh)).toEqual({ [NAME]: `held#new ${lease.expiresAtMs}` });
    await store.release(lease, {}, NOW_MS + 2);
    expect(await indexedPlaces(fresh)).toEqual({ [NAME]: `ready#new ${NOW_MS + 1}` });
  });

  test("keeps sessions of no pool out of the index", async () => {
    const { store } = fresh;
    await created(store);
    const lease = await taken(store);
    await store.renew(lease, DURATION_MS, NOW_MS);
    await store.save(lease, { condition: RETIRED }, NOW_MS);
    await store.release(lease, { condition: { kind: "ready" } }, NOW_MS);
    await store.setCondition(NAME, { kind: "ready" });
    expect(await indexedPlaces(fresh)).toEqual({});
  });

  test("leaves nothing of a holder or of an old condition in the item", async () => {
    const { store } = fresh;
    await created(store, { pool: POOL });
    const before = Object.keys(await storedItem());
    const lease = await taken(store);
    await store.save(lease, { condition: RETIRED }, NOW_MS);
    await store.release(lease, { condition: { kind: "ready" } }, NOW_MS);
    const added = Object.keys(await storedItem()).filter((name) => !before.includes(name));
    expect(added.toSorted()).toEqual(["takenBy", "writeMark1"]);
  });

  test("knows its own writes by marks that don't add up: however often it is used, four", async () => {
    const { store } = fresh;
    await created(store);
    for (let index = 0; index < 10; index += 1) {
      await store.release(await taken(store, {}, NOW_MS + index), { uses: 1 }, NOW_MS + index);
    }
    const marks = Object.keys(await storedItem()).filter((name) => name.startsWith("writeMark"));
    expect(marks).toHaveLength(4);
  });

  test("says which attribute of a broken item is wrong, and nothing of its state", async () => {
    const { store, client, table } = fresh;
    const Item = { ...sessionKey(NAME), site: { S: "shop.example" }, policy: { N: "1" }, sealed: { B: SEALED } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    await expect(store.read(NAME)).rejects.toThrow(`session item ${NAME}: policy must be a string`);
  });

  test("gives up on a write that DynamoDB refuses for no reason that the record shows", async () => {
    const { store } = await stores.create((client) =>
      changeUpdates(client, (input) => ({
        ...input,
        ConditionExpression: `${input.ConditionExpression} AND attribute_not_exists(#fence)`,
      })),
    );
    await created(store);
    await expect(store.take(takeRequest(), NOW_MS)).rejects.toThrow(/^take: session anna changed during each of/u);
  });

  test("throws StoreUnavailable, with the cause, for every call on a table that isn't there", async () => {
    const store = new DynamoDbSessionStore(fresh.client, "no-such-table");
    await created(fresh.store);
    const lease = await taken(fresh.store);
    const record = await stored(fresh.store);
    const calls = [
      async () => store.create(definition(), undefined, NOW_MS),
      async () => store.read(NAME),
      async () => store.list(),
      async () => store.ready(POOL, 1),
      async () => store.expired(POOL, 1, NOW_MS),
      async () => store.due(POOL, 1, NOW_MS),
      async () => store.take(takeRequest(), NOW_MS),
      async () => store.renew(lease, DURATION_MS, NOW_MS),
      async () => store.save(lease, {}, NOW_MS),
      async () => store.release(lease, {}, NOW_MS),
      async () => store.amend(NAME, record, { uses: 1 }, NOW_MS),
      async () => store.setCondition(NAME, RETIRED),
    ];
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ name: "StoreUnavailable", cause: { name: "ResourceNotFoundException" } });
    }
  });

  test("throws StoreUnavailable where nobody listens", async () => {
    const client = emulatedDynamoDbClient("http://127.0.0.1:1");
    await expect(new DynamoDbSessionStore(client, "sessions").read(NAME)).rejects.toThrow(/^read: .*ECONNREFUSED/u);
    client.destroy();
  });
});

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import { startSessionStores, type CreatedSessionStore, type SessionStores } from "../../setup/session-stores.ts";
import { indexedPlaces } from "../session-contract/indexed-places.ts";
import {
  DURATION_MS,
  NAME,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  POOL,
  RETIRED,
  SEALED,
  created,
  definition,
  stored,
  takeRequest,
  taken,
  unhealthy,
} from "../session-contract/session-fixtures.ts";

const TWENTY_KB = new Uint8Array(20 * 1024).fill(7);

describe("requests of the DynamoDB session store", () => {
  let stores: SessionStores;
  beforeAll(async () => {
    stores = await startSessionStores();
  });
  afterAll(async () => stores.stop());

  let store: DynamoDbSessionStore;
  let stranger: CreatedSessionStore["stranger"];
  let requests: RequestCount;
  let units: UnitCount;
  let table: Pick<CreatedSessionStore, "client" | "table">;
  beforeEach(async () => {
    const fresh = await stores.create();
    ({ store, stranger } = fresh);
    table = fresh;
    requests = countRequests(fresh.client);
    units = countUnits(fresh.client);
  });

  test("an exclusive job by name costs two writes, the state in and out included", async () => {
    await store.create(definition(), { sealed: TWENTY_KB }, NOW_MS);
    const worker = stranger();
    requests.take();
    const lease = await taken(worker);
    await worker.release(lease, { sealed: TWENTY_KB, uses: 1 }, NOW_MS + 1);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  test("an exclusive job by pool costs one query and two writes, in a container that never saw the session too", async () => {
    await created(store, { pool: POOL });
    const worker = stranger();
    for (const nowMs of [NOW_MS, NOW_MS + 2]) {
      requests.take();
      const [name] = await worker.ready(POOL, 5);
      const lease = await taken(worker, { name: name ?? "" }, nowMs);
      await worker.release(lease, { sealed: SEALED, uses: 1 }, nowMs + 1);
      expect(requests.take()).toEqual(["Query", "UpdateItem", "UpdateItem"]);
    }
  });

  test("a job by the name of a session that is in a pool costs one refused write more, once for each container", async () => {
    await created(store, { pool: POOL });
    const worker = stranger();
    requests.take();
    await worker.release(await taken(worker), { uses: 1 }, NOW_MS + 1);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
    await worker.release(await taken(worker, {}, NOW_MS + 2), { uses: 1 }, NOW_MS + 3);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  test("a session of pages costs two writes and a renewal now and then, however many jobs", async () => {
    await created(store, { policy: "pages", pages: 5 });
    requests.take();
    const lease = await taken(store);
    await store.renew(lease, DURATION_MS, NOW_MS + 1);
    await store.release(lease, { sealed: SEALED, uses: 40 }, NOW_MS + 2);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
  });

  test("a shared job costs one read, and one write where it tells of its use", async () => {
    await store.create(definition({ policy: "shared" }), { sealed: SEALED }, NOW_MS);
    requests.take();
    const record = await stored(store);
    await store.amend(NAME, record, { sealed: SEALED, uses: 1 }, NOW_MS + 1);
    expect(requests.take()).toEqual(["GetItem", "UpdateItem"]);
  });

  test("losing costs one write and no read, and the losing record comes along", async () => {
    await created(store);
    const lease = await taken(store);
    const basis = { loginFence: 0, revision: 7 };
    requests.take();
    expect((await store.take(takeRequest({ owner: OTHER }), NOW_MS)).kind).toBe("held");
    expect((await store.renew({ ...lease, owner: OTHER }, DURATION_MS, NOW_MS)).kind).toBe("fenced-out");
    expect((await store.release({ ...lease, owner: OTHER }, {}, NOW_MS)).kind).toBe("fenced-out");
    expect((await store.amend(NAME, basis, { uses: 1 }, NOW_MS)).kind).toBe("stale");
    expect((await store.create(definition(), undefined, NOW_MS)).kind).toBe("exists");
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem", "UpdateItem", "UpdateItem", "PutItem"]);
  });

  test("a late writer costs one write more: it is counted", async () => {
    await created(store);
    const late = await taken(store);
    await taken(store, { owner: OTHER }, PAST_EXPIRY_MS);
    requests.take();
    await store.save(late, { sealed: SEALED }, PAST_EXPIRY_MS);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
    await store.release(late, { sealed: SEALED }, PAST_EXPIRY_MS);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
    await store.amend(NAME, { loginFence: 9, revision: 0 }, { uses: 1 }, PAST_EXPIRY_MS);
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  test("a session that isn't there costs a read besides", async () => {
    await store.take(takeRequest(), NOW_MS);
    expect(requests.take()).toEqual(["UpdateItem", "GetItem"]);
  });

  test("reads: one for a session, one query for each look into a pool, a scan for all", async () => {
    await store.read(NAME);
    expect(requests.take()).toEqual(["GetItem"]);
    await store.ready(POOL, 5);
    await store.expired(POOL, 5, NOW_MS);
    await store.due(POOL, 5, NOW_MS);
    expect(requests.take()).toEqual(["Query", "Query", "Query"]);
    await store.list();
    expect(requests.take()).toEqual(["Scan"]);
  });

  test("an operator's word costs one write, in a pool that was never seen two", async () => {
    await created(store, { pool: POOL });
    requests.take();
    await store.setCondition(NAME, RETIRED);
    expect(requests.take()).toEqual(["UpdateItem"]);
    await stranger().setCondition(NAME, { kind: "ready" });
    expect(requests.take()).toEqual(["UpdateItem", "UpdateItem"]);
  });

  /**
   * DynamoDB charges a change of an index key two write units: the old entry's removal and the new one's. dynalite
   * doesn't report the index's part, so it is read off the index.
   */
  async function indexUnits(write: () => Promise<unknown>): Promise<number> {
    const before = await indexedPlaces(table);
    await write();
    const after = await indexedPlaces(table);
    if (before[NAME] === after[NAME]) return 0;
    return (before[NAME] === undefined ? 0 : 1) + (after[NAME] === undefined ? 0 : 1);
  }

  test("write units: one for each KB of the record, state included, and two where the place in the pool changes", async () => {
    await store.create(definition({ pool: POOL }), { sealed: TWENTY_KB }, NOW_MS);
    expect(units.take()).toBe(21);
    const lease = await taken(store);
    expect(units.take()).toBe(21);
    await store.save(lease, { sealed: SEALED }, NOW_MS);
    // The greater of the record before and after.
    expect(units.take()).toBe(21);
    await store.save(lease, { uses: 1 }, NOW_MS + 1);
    expect(units.take()).toBe(1);
    expect(await indexUnits(async () => store.save(lease, { sealed: SEALED, uses: 1 }, NOW_MS + 2))).toBe(0);
    expect(await indexUnits(async () => store.renew(lease, DURATION_MS, NOW_MS + 3))).toBe(2);
    expect(await indexUnits(async () => store.release(lease, {}, NOW_MS + 4))).toBe(2);
    expect(await indexUnits(async () => store.setCondition(NAME, unhealthy(NOW_MS)))).toBe(2);
    expect(await indexUnits(async () => store.setCondition(NAME, RETIRED))).toBe(1);
  });

  test("read units: one for each 4 KB of the record; a look into a pool half a unit", async () => {
    await store.create(definition({ pool: POOL }), { sealed: TWENTY_KB }, NOW_MS);
    units.take();
    await store.read(NAME);
    expect(units.take()).toBe(6);
    await store.ready(POOL, 10);
    expect(units.take()).toBe(0.5);
  });
});

interface UnitCount {
  /** Units since the last call. */
  take(): number;
}

/** Has every answer say what it cost. */
function countUnits(client: DynamoDBClient): UnitCount {
  let units = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      units += ConsumedCapacity?.CapacityUnits ?? 0;
      return answer;
    },
    { step: "initialize", name: "countUnits" },
  );
  return {
    take() {
      const counted = units;
      units = 0;
      return counted;
    },
  };
}

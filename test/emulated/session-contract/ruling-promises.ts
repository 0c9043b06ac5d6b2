import assert from "node:assert/strict";

import type { Promised } from "./promised.ts";
import {
  DURATION_MS,
  NAME,
  NOW_MS,
  POOL,
  RETIRED,
  SEALED,
  created,
  definition,
  ruled,
  stored,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

/** What an operator's word does. */
export const RULING_PROMISES: readonly Promised[] = [
  {
    guarantee: 2,
    name: "an operator's word ends the lease, raises fence and revision by one, and changes nothing else",
    async show(store, other) {
      await store.create(definition({ pool: POOL }), { sealed: SEALED }, NOW_MS);
      const lease = await taken(store);
      await store.save(lease, { condition: unhealthy(NOW_MS + 5) }, NOW_MS);
      for (const condition of [{ kind: "ready" }, unhealthy(NOW_MS + 7, ""), RETIRED, { kind: "ready" }] as const) {
        const { holder: _holder, ...before } = await stored(store);
        const record = { ...before, condition, fence: before.fence + 1, revision: before.revision + 1 };
        assert.deepEqual(await other.setCondition(NAME, condition, NOW_MS + 1), { kind: "done", record });
        assert.deepEqual(await stored(store), record);
        const refused = { kind: "fenced-out", record };
        assert.deepEqual(await store.renew(lease, DURATION_MS, NOW_MS + 2), refused);
        assert.equal((await store.amend(NAME, before, { sealed: SEALED }, NOW_MS)).kind, "stale");
      }
    },
  },
  {
    guarantee: 2,
    name: "an operator's word on a session that nobody created is unknown and creates none",
    async show(store) {
      assert.deepEqual(await store.setCondition(NAME, RETIRED, NOW_MS), { kind: "unknown" });
      assert.equal(await store.read(NAME), undefined);
    },
  },
  {
    guarantee: 6,
    name: "an operator's word moves the session in its pool, seen or not",
    async show(store, other) {
      await created(store, { pool: POOL, order: "round-robin" });
      await taken(store);
      await ruled(other, unhealthy(NOW_MS + 5));
      assert.deepEqual(await store.due(POOL, 5, NOW_MS + 4), []);
      assert.deepEqual(await store.due(POOL, 5, NOW_MS + 5), [NAME]);
      await ruled(store, RETIRED);
      const lists = [store.ready(POOL, 5), store.due(POOL, 5, NOW_MS * 2), store.expired(POOL, 5, NOW_MS * 2)];
      assert.deepEqual(await Promise.all(lists), [[], [], []]);
      await ruled(other, { kind: "ready" });
      assert.deepEqual(await store.ready(POOL, 5), [NAME]);
    },
  },
];

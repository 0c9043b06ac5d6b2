import assert from "node:assert/strict";

import type { Promised } from "./promised.ts";
import {
  NAME,
  NOW_MS,
  OTHER,
  POOL,
  SEALED,
  created,
  definition,
  stored,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

/** Guarantees 3 and 5: writing without a lease. */
export const AMEND_PROMISES: readonly Promised[] = [
  {
    guarantee: 3,
    name: "amend writes on the revision that it read, and raises it with each state",
    async show(store, other) {
      await store.create(definition({ policy: "shared", pool: POOL }), { sealed: SEALED }, NOW_MS);
      const before = await stored(store);
      const sealed = Uint8Array.of(5);
      const errorScore = { value: 1, atMs: NOW_MS + 1 };
      const first = await other.amend(NAME, before, { sealed, uses: 1, errorScore }, NOW_MS + 1);
      const after = { ...before, sealed, uses: 1, errorScore, revision: 2, lastUsedAtMs: NOW_MS + 1 };
      assert.deepEqual(first, { kind: "done", record: after });
      const condition = unhealthy(NOW_MS + 9);
      const second = await store.amend(NAME, after, { condition }, NOW_MS + 2);
      assert.deepEqual(second, { kind: "done", record: { ...after, condition } });
      assert.deepEqual(await stored(store), { ...after, condition });
    },
  },
  {
    guarantee: 3,
    name: "amend on an older revision is stale and writes nothing, not even a count",
    async show(store, other) {
      await store.create(definition({ pool: POOL }), { sealed: SEALED }, NOW_MS);
      const basis = await stored(store);
      await store.amend(NAME, basis, { sealed: Uint8Array.of(5) }, NOW_MS + 1);
      const record = await stored(store);
      for (const late of [store, other]) {
        const stale = await late.amend(NAME, basis, { sealed: Uint8Array.of(6), uses: 1 }, NOW_MS + 2);
        assert.deepEqual(stale, { kind: "stale", record });
        assert.deepEqual(await stored(store), record);
      }
    },
  },
  {
    guarantee: 3,
    name: "amend of what was seen under an earlier login is fenced out and counted, whatever the revision",
    async show(store, other) {
      await store.create(definition({ pool: POOL }), { sealed: SEALED }, NOW_MS);
      const basis = await stored(store);
      await store.release(await taken(store), { loggedIn: true, sealed: Uint8Array.of(5) }, NOW_MS + 1);
      let record = await stored(store);
      for (const revision of [basis.revision, record.revision]) {
        const refused = await other.amend(NAME, { ...basis, revision }, { sealed: SEALED, uses: 1 }, NOW_MS + 2);
        record = { ...record, fencedOut: record.fencedOut + 1 };
        assert.deepEqual(refused, { kind: "fenced-out", record });
        assert.deepEqual(await stored(store), record);
      }
    },
  },
  {
    guarantee: 3,
    name: "amend of a session that nobody created is fenced out and creates none",
    async show(store) {
      const basis = { loginFence: 0, revision: 0 };
      const refused = { kind: "fenced-out", record: undefined };
      assert.deepEqual(await store.amend(NAME, basis, { uses: 1 }, NOW_MS), refused);
      assert.equal(await store.read(NAME), undefined);
    },
  },
  {
    guarantee: 3,
    name: "amend leaves the lease of whoever refreshes alone, and its place in the pool",
    async show(store, other) {
      await created(store, { policy: "shared", pool: POOL });
      await other.read(NAME);
      const lease = await taken(store, { purpose: "refresh" });
      const before = await stored(store);
      const done = await other.amend(NAME, before, { sealed: SEALED, uses: 1 }, NOW_MS + 1);
      const after = { ...before, sealed: SEALED, revision: 1, uses: 1, lastUsedAtMs: NOW_MS + 1 };
      assert.deepEqual(done, { kind: "done", record: after });
      assert.deepEqual(await store.ready(POOL, 5), []);
      assert.equal((await store.renew(lease, 10, NOW_MS + 2)).kind, "done");
      assert.deepEqual(await other.ready(POOL, 5), []);
      assert.equal((await store.release(lease, {}, NOW_MS + 3)).kind, "done");
      assert.deepEqual(await other.ready(POOL, 5), [NAME]);
    },
  },
  {
    guarantee: 3,
    name: "of 20 simultaneous amendments of one revision one is done; retried on what they read none is lost",
    async show(store, other) {
      await store.create(definition({ pool: POOL }), { sealed: Uint8Array.of() }, NOW_MS);
      const first = await stored(store);
      let firstTries = 0;
      await Promise.all(
        Array.from({ length: 20 }, async (_, writer) => {
          let basis = first;
          for (let attempt = 1; ; attempt += 1) {
            const sealed = Uint8Array.of(...(basis.sealed ?? []), writer);
            const amended = await (writer % 2 === 0 ? store : other).amend(NAME, basis, { sealed, uses: 1 }, NOW_MS);
            if (amended.kind === "done" && attempt === 1) firstTries += 1;
            if (amended.kind === "done") return;
            assert.equal(amended.kind, "stale");
            basis = amended.record;
          }
        }),
      );
      const { sealed, uses, revision, fencedOut } = await stored(store);
      assert.equal(firstTries, 1);
      assert.deepEqual(
        [...(sealed ?? [])].toSorted((a, b) => a - b),
        [...Array.from({ length: 20 }).keys()],
      );
      assert.deepEqual([uses, revision, fencedOut], [20, 21, 0]);
    },
  },
  {
    guarantee: 3,
    name: "two amendments that say the same at the same moment are two",
    async show(store, other) {
      await created(store);
      const basis = await stored(store);
      await store.amend(NAME, basis, { uses: 1 }, NOW_MS);
      await other.amend(NAME, basis, { uses: 1 }, NOW_MS);
      await store.amend(NAME, basis, { uses: 1 }, NOW_MS);
      assert.equal((await stored(store)).uses, 3);
    },
  },
  {
    guarantee: 3,
    name: "amend on a session whose holder died doesn't free it",
    async show(store, other) {
      await created(store, { pool: POOL });
      await taken(store, { owner: OTHER });
      const record = await stored(other);
      await other.amend(NAME, record, { condition: unhealthy(NOW_MS) }, NOW_MS + 1);
      assert.deepEqual((await stored(store)).holder, record.holder);
      assert.deepEqual(await store.due(POOL, 5, NOW_MS + 1), []);
    },
  },
];

import assert from "node:assert/strict";

import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { POOL_ORDERS, type PoolOrder } from "../../../functions/core/session/session.ts";
import type { Promised } from "./promised.ts";
import {
  DURATION_MS,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  POOL,
  RETIRED,
  created,
  ruled,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

const IN_THE_OPEN: readonly Promised[] = [
  ...POOL_ORDERS.map((order): Promised => ({
    guarantee: 6,
    name: `ready sessions come in the order ${order}`,
    async show(store, other) {
      for (const name of ["a", "b", "c"]) await created(store, { name, pool: POOL, order });
      // Leased in the order c, a, b; given back in the order a, b, c.
      const [c, a, b] = [
        await taken(store, { name: "c" }, NOW_MS + 1),
        await taken(other, { name: "a" }, NOW_MS + 2),
        await taken(store, { name: "b" }, NOW_MS + 3),
      ];
      assert.deepEqual(await store.ready(POOL, 5), []);
      for (const [index, lease] of [a, b, c].entries()) await other.release(lease, {}, NOW_MS + 10 + index);
      const expected: Record<PoolOrder, string[]> = {
        "least-recently-used": ["a", "b", "c"],
        "round-robin": ["c", "a", "b"],
        "until-failure": ["c", "b", "a"],
      };
      assert.deepEqual(await store.ready(POOL, 5), expected[order]);
      assert.deepEqual(await other.ready(POOL, 2), expected[order].slice(0, 2));
      // A new one is the first to be used where work is spread, and the last one where it isn't.
      await created(other, { name: "new", pool: POOL, order });
      const place = order === "until-failure" ? 3 : 0;
      assert.deepEqual(await store.ready(POOL, 5), expected[order].toSpliced(place, 0, "new"));
    },
  })),
  ...POOL_ORDERS.map((order): Promised => ({
    guarantee: 6,
    name: `24 jobs over three sessions go round as the order ${order} says`,
    async show(store, other) {
      const names = ["a", "b", "c"];
      for (const [index, name] of names.entries()) {
        await created(store, { name, pool: POOL, order });
        await worked(store, name, NOW_MS + index);
      }
      const used: string[] = [];
      for (let nowMs = NOW_MS + 10; used.length < 24; nowMs += 1) {
        const worker = used.length % 2 === 0 ? store : other;
        const [first] = await worker.ready(POOL, 1);
        assert.ok(first !== undefined);
        await worked(worker, first, nowMs);
        used.push(first);
      }
      const expected = used.map((_, index) => (order === "until-failure" ? "c" : names[index % 3]));
      assert.deepEqual(used, expected);
    },
  })),
  {
    guarantee: 6,
    name: "ready answers neither held nor unhealthy nor retired ones, nor another pool's, nor those of none",
    async show(store, other) {
      for (const name of ["ready", "held", "expired", "ill", "retired"]) await created(store, { name, pool: POOL });
      await created(store, { name: "alone" });
      await created(store, { name: "near", pool: `${POOL}#` });
      await created(store, { name: "far", pool: `ready#${POOL}` });
      await taken(other, { name: "held" }, PAST_EXPIRY_MS);
      await taken(store, { name: "expired" });
      await taken(store, { name: "alone" });
      await ruled(store, unhealthy(NOW_MS), "ill");
      await ruled(other, RETIRED, "retired");
      assert.deepEqual(await other.ready(POOL, 10), ["ready"]);
      assert.deepEqual(await other.ready("nobody's", 10), []);
      assert.deepEqual(await store.expired(POOL, 10, PAST_EXPIRY_MS), ["expired"]);
      assert.deepEqual(await store.due(POOL, 10, PAST_EXPIRY_MS), ["ill"]);
    },
  },
  {
    guarantee: 6,
    name: "a dead holder's session is found again when its lease is over by more than the margin, soonest first",
    async show(store, other) {
      for (const name of ["a", "b", "c"]) await created(store, { name, pool: POOL });
      const b = await taken(store, { name: "b" }, NOW_MS);
      await taken(store, { name: "a" }, NOW_MS + 1);
      await taken(store, { name: "c" }, NOW_MS + 2);
      assert.deepEqual(await other.expired(POOL, 5, PAST_EXPIRY_MS - 1), []);
      assert.deepEqual(await other.expired(POOL, 5, PAST_EXPIRY_MS), ["b"]);
      assert.deepEqual(await other.expired(POOL, 5, PAST_EXPIRY_MS + 9), ["b", "a", "c"]);
      assert.deepEqual(await other.expired(POOL, 1, PAST_EXPIRY_MS + 9), ["b"]);
      await store.renew(b, DURATION_MS, NOW_MS + 5);
      assert.deepEqual(await other.expired(POOL, 5, PAST_EXPIRY_MS + 4), ["a", "c"]);
      const next = await taken(other, { name: "a", owner: OTHER }, PAST_EXPIRY_MS + 4);
      assert.equal(next.fence, 2);
      assert.deepEqual(await store.expired(POOL, 5, PAST_EXPIRY_MS + 4), ["c"]);
    },
  },
  {
    guarantee: 6,
    name: "an unhealthy session is due from its re-check on, soonest first, and isn't while somebody checks it",
    async show(store, other) {
      for (const name of ["a", "b"]) await created(store, { name, pool: POOL });
      const lease = await taken(store, { name: "a" });
      await store.release(lease, { condition: unhealthy(NOW_MS + 20) }, NOW_MS);
      await ruled(other, unhealthy(NOW_MS + 10), "b");
      assert.deepEqual(await other.due(POOL, 5, NOW_MS + 9), []);
      assert.deepEqual(await other.due(POOL, 5, NOW_MS + 10), ["b"]);
      assert.deepEqual(await other.due(POOL, 5, NOW_MS + 20), ["b", "a"]);
      assert.deepEqual(await other.due(POOL, 1, NOW_MS + 20), ["b"]);
      const check = await taken(other, { name: "b", recheck: true }, NOW_MS + 20);
      assert.deepEqual(await store.due(POOL, 5, NOW_MS + 20), ["a"]);
      // Given back as ill as it was: due again at the same moment.
      await other.release(check, {}, NOW_MS + 21);
      assert.deepEqual(await store.due(POOL, 5, NOW_MS + 21), ["b", "a"]);
      const again = await taken(store, { name: "b", recheck: true }, NOW_MS + 22);
      await store.release(again, { condition: { kind: "ready" } }, NOW_MS + 23);
      assert.deepEqual([await store.due(POOL, 5, NOW_MS + 23), await store.ready(POOL, 5)], [["a"], ["b"]]);
    },
  },
  {
    guarantee: 6,
    name: "a session that its holder retires leaves the pool for good",
    async show(store) {
      await created(store, { name: "a", pool: POOL });
      const lease = await taken(store, { name: "a" });
      await store.save(lease, { condition: RETIRED }, NOW_MS);
      assert.equal((await store.renew(lease, DURATION_MS, NOW_MS + 1)).kind, "done");
      const lists = async () => [
        await store.ready(POOL, 5),
        await store.expired(POOL, 5, NOW_MS * 2),
        await store.due(POOL, 5, NOW_MS * 2),
      ];
      assert.deepEqual(await lists(), [[], [], []]);
      await store.release(lease, {}, NOW_MS + 2);
      assert.deepEqual(await lists(), [[], [], []]);
    },
  },
];

/** What one container believes of a session, and another changes behind its back. */
const BEHIND_ITS_BACK: readonly Promised[] = [
  {
    guarantee: 6,
    name: "a session released by a container that thinks it ready, while it is ill, stands with the ill",
    async show(store, other) {
      await created(store, { name: "a", pool: POOL });
      const lease = await taken(store, { name: "a" });
      await other.save(lease, { condition: unhealthy(NOW_MS + 5) }, NOW_MS);
      await store.release(lease, {}, NOW_MS + 1);
      assert.deepEqual([await other.ready(POOL, 5), await other.due(POOL, 5, NOW_MS + 5)], [[], ["a"]]);
    },
  },
  {
    guarantee: 6,
    name: "a session renewed by a container that thinks it ready, while it is retired, stays out of the pool",
    async show(store, other) {
      await created(store, { name: "a", pool: POOL });
      const lease = await taken(store, { name: "a" });
      await other.save(lease, { condition: RETIRED }, NOW_MS);
      assert.equal((await store.renew(lease, DURATION_MS, NOW_MS + 1)).kind, "done");
      assert.deepEqual(await other.expired(POOL, 5, NOW_MS * 2), []);
    },
  },
  {
    guarantee: 6,
    name: "a session given back by an operator who knows only its pool stands where its order says",
    async show(store, other) {
      for (const [index, name] of ["a", "b"].entries()) {
        await created(store, { name, pool: POOL, order: "until-failure" });
        await worked(store, name, NOW_MS + index);
      }
      assert.deepEqual(await other.ready(POOL, 5), ["b", "a"]);
      await ruled(other, { kind: "ready" }, "b");
      assert.deepEqual(await store.ready(POOL, 5), ["b", "a"]);
    },
  },
  {
    guarantee: 6,
    name: "a shared session used by a container that thinks it held, while it is free, stands with the ready",
    async show(store, other) {
      for (const name of ["a", "b"]) await created(store, { name, pool: POOL });
      await worked(store, "b", NOW_MS + 1);
      const lease = await taken(store, { name: "a" });
      await other.release(lease, {}, NOW_MS + 2);
      const basis = { loginFence: 0, revision: 0 };
      assert.equal((await store.amend("a", basis, { uses: 1 }, NOW_MS + 3)).kind, "done");
      await worked(other, "b", NOW_MS + 4);
      assert.deepEqual(await other.ready(POOL, 5), ["a", "b"]);
    },
  },
];

/** Guarantee 6: what the index answers. */
export const POOL_PROMISES: readonly Promised[] = [...IN_THE_OPEN, ...BEHIND_ITS_BACK];

async function worked(store: SessionStore, name: string, nowMs: number): Promise<void> {
  const lease = await taken(store, { name }, nowMs);
  assert.equal((await store.release(lease, { uses: 1 }, nowMs)).kind, "done");
}

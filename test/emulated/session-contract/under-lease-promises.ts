import assert from "node:assert/strict";

import type { SessionChange } from "../../../functions/core/session/session-store.ts";
import type { Promised } from "./promised.ts";
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
  ruled,
  stored,
  takeRequest,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

const CHANGE: SessionChange = { sealed: SEALED, uses: 1 };

/** Guarantees 2 and 5: what may be written under a lease, and what it leaves behind. */
export const UNDER_LEASE_PROMISES: readonly Promised[] = [
  ...(["renew", "save", "release", "release empty"] as const).map((call): Promised => ({
    guarantee: 2,
    name: `${call} is refused to whoever was fenced out, and changes nothing but the count`,
    async show(store, other) {
      await created(store, { pool: POOL });
      const late = await taken(store);
      // The same owner takes over its own lease, so that the fence alone can tell the two apart.
      const current = await taken(other, {}, PAST_EXPIRY_MS);
      let expected = await stored(store);
      const counts = call === "save" || call === "release";
      for (const lease of [late, { ...current, owner: OTHER }, { ...current, fence: 3 }]) {
        const answer = {
          renew: async () => store.renew(lease, DURATION_MS, PAST_EXPIRY_MS + 1),
          save: async () => store.save(lease, CHANGE, PAST_EXPIRY_MS + 1),
          release: async () => store.release(lease, CHANGE, PAST_EXPIRY_MS + 1),
          "release empty": async () => store.release(lease, { sealed: undefined }, PAST_EXPIRY_MS + 1),
        }[call];
        if (counts) expected = { ...expected, fencedOut: expected.fencedOut + 1 };
        assert.deepEqual(await answer(), { kind: "fenced-out", record: expected });
        assert.deepEqual(await stored(store), expected);
      }
    },
  })),
  {
    guarantee: 2,
    name: "nothing is written under a lease of a session that never was",
    async show(store) {
      await created(store);
      const lease = { ...(await taken(store)), session: "never" };
      const refused = { kind: "fenced-out", record: undefined };
      assert.deepEqual(await store.renew(lease, DURATION_MS, NOW_MS), refused);
      assert.deepEqual(await store.save(lease, CHANGE, NOW_MS), refused);
      assert.deepEqual(await store.release(lease, CHANGE, NOW_MS), refused);
      assert.equal(await store.read("never"), undefined);
    },
  },
  {
    guarantee: 2,
    name: "nothing is written under a lease that was given back",
    async show(store) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      await store.release(lease, {}, NOW_MS + 1);
      const record = await stored(store);
      assert.deepEqual(await store.renew(lease, DURATION_MS, NOW_MS + 2), { kind: "fenced-out", record });
      const counted = { ...record, fencedOut: 1 };
      assert.deepEqual(await store.save(lease, CHANGE, NOW_MS + 2), { kind: "fenced-out", record: counted });
      assert.deepEqual(await stored(store), counted);
    },
  },
  {
    guarantee: 2,
    name: "renewing moves the expiry, and an expired lease that nobody took is still its holder's",
    async show(store, other) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      const renewed = { ...lease, renewedAtMs: PAST_EXPIRY_MS, expiresAtMs: PAST_EXPIRY_MS + 5_000 };
      // By a store that never saw the session: whoever has the lease may write.
      assert.deepEqual(await other.renew(lease, 5_000, PAST_EXPIRY_MS), { kind: "done", lease: renewed });
      assert.deepEqual((await stored(store)).holder, renewed);
      assert.equal((await store.take(takeRequest({ owner: OTHER }), PAST_EXPIRY_MS)).kind, "held");
      // The lease as it was before it was renewed is good as well: the fence counts.
      assert.equal((await store.release(lease, {}, PAST_EXPIRY_MS)).kind, "done");
    },
  },
  {
    guarantee: 5,
    name: "save writes what it is given, keeps the lease, and raises the revision with each state",
    async show(store, other) {
      await store.create(definition({ pool: POOL }), { sealed: SEALED }, NOW_MS);
      const lease = await taken(store);
      const taking = await stored(store);
      const condition = unhealthy(NOW_MS + 50);
      const sealed = Uint8Array.of(4);
      const first = await store.save(lease, { sealed, condition }, NOW_MS + 1);
      const saved = { ...taking, sealed, condition, revision: 2 };
      assert.deepEqual(first, { kind: "done", record: saved });
      const errorScore = { value: 1.25, atMs: NOW_MS + 2 };
      const second = await other.save(lease, { errorScore, uses: 3, condition: RETIRED }, NOW_MS + 2);
      const scored = { ...saved, errorScore, uses: 3, condition: RETIRED };
      assert.deepEqual(second, { kind: "done", record: scored });
      const third = await store.save(lease, { loggedIn: true, sealed: SEALED, uses: 2, condition }, NOW_MS + 3);
      const login = { loginFence: 1, loggedInAtMs: NOW_MS + 3, revision: 3, uses: 5, sealed: SEALED, condition };
      assert.deepEqual(third, { kind: "done", record: { ...scored, ...login } });
      assert.deepEqual(await stored(store), { ...scored, ...login });
    },
  },
  {
    guarantee: 5,
    name: "release writes what it is given, ends the lease, and tells when",
    async show(store, other) {
      await created(store, { pool: POOL });
      const { holder: _holder, ...free } = { ...(await stored(store)), fence: 1, lastLeasedAtMs: NOW_MS };
      const lease = await taken(store);
      const change = { sealed: SEALED, loggedIn: true, uses: 1, condition: unhealthy(NOW_MS + 9) };
      const left = {
        ...free,
        sealed: SEALED,
        revision: 1,
        loginFence: 1,
        loggedInAtMs: NOW_MS + 1,
        uses: 1,
        condition: change.condition,
        lastUsedAtMs: NOW_MS + 1,
      };
      assert.deepEqual(await other.release(lease, change, NOW_MS + 1), { kind: "done", record: left });
      assert.deepEqual(await stored(store), left);
      const again = await taken(store, { recheck: true }, NOW_MS + 9);
      const ready = { kind: "ready" } as const;
      const released = await store.release(again, { condition: ready }, NOW_MS + 10);
      const good = { ...left, fence: 2, lastLeasedAtMs: NOW_MS + 9, lastUsedAtMs: NOW_MS + 10, condition: ready };
      assert.deepEqual(released, { kind: "done", record: good });
    },
  },
  {
    guarantee: 2,
    name: "a container frozen past its lease, thawed, and writing is counted, and the session is intact",
    async show(store, other) {
      await created(store, { pool: POOL });
      const frozen = await taken(store);
      const next = await taken(other, { owner: OTHER }, PAST_EXPIRY_MS);
      await other.release(next, { sealed: SEALED }, PAST_EXPIRY_MS + 1);
      const before = await stored(other);
      assert.equal((await store.save(frozen, { sealed: Uint8Array.of(9) }, PAST_EXPIRY_MS + 2)).kind, "fenced-out");
      assert.equal((await store.release(frozen, { loggedIn: true }, PAST_EXPIRY_MS + 3)).kind, "fenced-out");
      assert.deepEqual(await stored(other), { ...before, fencedOut: 2 });
    },
  },
  {
    guarantee: 2,
    name: "a lease that an operator ended writes nothing more",
    async show(store, other) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      const record = await ruled(other, RETIRED);
      assert.deepEqual([record.fence, record.holder], [2, undefined]);
      assert.equal((await store.release(lease, CHANGE, NOW_MS + 1)).kind, "fenced-out");
      assert.deepEqual((await store.read(NAME))?.condition, RETIRED);
    },
  },
];

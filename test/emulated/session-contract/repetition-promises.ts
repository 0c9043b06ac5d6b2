import assert from "node:assert/strict";

import type { Promised } from "./promised.ts";
import {
  DURATION_MS,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  POOL,
  SEALED,
  created,
  stored,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

/** Guarantee 4: the same write twice is one write. */
export const REPETITION_PROMISES: readonly Promised[] = [
  {
    guarantee: 4,
    name: "the last write under a lease, repeated word for word, is done again and changes nothing more",
    async show(store, other) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      const score = { value: 0.5, atMs: NOW_MS };
      const writes = [
        async () => store.renew(lease, DURATION_MS, NOW_MS + 1),
        async () => store.save(lease, { sealed: SEALED, loggedIn: true, uses: 1 }, NOW_MS + 2),
        async () => other.save(lease, { uses: 1, errorScore: score }, NOW_MS + 3),
        async () => store.release(lease, { sealed: SEALED, uses: 1, condition: unhealthy(NOW_MS) }, NOW_MS + 4),
      ];
      for (const write of writes) {
        const first = await write();
        const record = await stored(store);
        assert.equal(first.kind, "done");
        assert.deepEqual(await write(), first);
        assert.deepEqual(await stored(store), record);
      }
      const { uses, revision, fencedOut } = await stored(store);
      assert.deepEqual([uses, revision, fencedOut], [3, 2, 0]);
    },
  },
  {
    guarantee: 4,
    name: "what differs in a word is another write",
    async show(store) {
      await created(store);
      const lease = await taken(store);
      await store.save(lease, { uses: 1, sealed: Uint8Array.of(1) }, NOW_MS);
      await store.save(lease, { uses: 1, sealed: Uint8Array.of(2) }, NOW_MS);
      await store.save(lease, { uses: 1, sealed: Uint8Array.of(2) }, NOW_MS + 1);
      const { uses, revision, sealed } = await stored(store);
      assert.deepEqual([uses, revision, sealed], [3, 3, Uint8Array.of(2)]);
    },
  },
  {
    guarantee: 4,
    name: "an earlier write under a lease isn't the last one any more",
    async show(store) {
      await created(store);
      const lease = await taken(store);
      const save = async () => store.save(lease, { sealed: SEALED }, NOW_MS);
      await save();
      await store.release(lease, {}, NOW_MS + 1);
      assert.equal((await save()).kind, "fenced-out");
    },
  },
  {
    guarantee: 4,
    name: "the first release of a lease stands, whatever the second says",
    async show(store) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      await store.release(lease, { uses: 1 }, NOW_MS + 1);
      const record = await stored(store);
      const second = await store.release(lease, { uses: 1, condition: unhealthy(NOW_MS) }, NOW_MS + 2);
      assert.deepEqual(second, { kind: "done", record });
      assert.deepEqual(await stored(store), record);
    },
  },
  {
    guarantee: 4,
    name: "a release is known again after others held the session, and isn't counted as a late writer's",
    async show(store, other) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      const release = async () => store.release(lease, { sealed: SEALED, uses: 1 }, NOW_MS + 1);
      await release();
      const next = await taken(other, { owner: OTHER }, NOW_MS + 2);
      await other.save(next, { uses: 1 }, NOW_MS + 3);
      const record = await stored(other);
      assert.deepEqual(await release(), { kind: "done", record });
      await other.release(next, {}, NOW_MS + 4);
      assert.equal((await release()).kind, "done");
      assert.equal((await stored(other)).fencedOut, 0);
    },
  },
  {
    guarantee: 4,
    name: "a write that was refused is refused again, and counted again",
    async show(store, other) {
      await created(store, { pool: POOL });
      const late = await taken(store);
      await taken(other, { owner: OTHER }, PAST_EXPIRY_MS);
      for (const count of [1, 2]) {
        assert.equal((await store.save(late, { uses: 1 }, PAST_EXPIRY_MS)).kind, "fenced-out");
        assert.equal((await stored(store)).fencedOut, count);
      }
    },
  },
];

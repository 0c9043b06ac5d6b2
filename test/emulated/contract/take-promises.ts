import assert from "node:assert/strict";

import {
  CIRCUMSTANCES,
  DURATION_MS,
  KEY,
  NOW_MS,
  ONE,
  OTHER,
  PAST_EXPIRY_MS,
  jobResult,
  taken,
  takeRequest,
} from "./lease-fixtures.ts";
import type { Promised } from "./promised.ts";

/** Guarantees 1, 3 and 10: who may take a key, and that it is only ever one, and once. */
export const TAKE_PROMISES: readonly Promised[] = [
  {
    guarantee: 1,
    name: "a new key is taken with fence 1 and attempt 1",
    async show(store) {
      const description = {
        jobClass: "discovery",
        strategy: "recipe",
        site: "shop.example",
        messageId: "m-1",
      } as const;
      const times = { acquiredAtMs: NOW_MS, renewedAtMs: NOW_MS, expiresAtMs: NOW_MS + DURATION_MS };
      const take = await store.take(takeRequest(description), NOW_MS);
      assert.equal(take.kind, "taken");
      const lease = { key: KEY, id: take.lease.id, owner: ONE, fence: 1, attempt: 1, ...times };
      assert.deepEqual(take, { kind: "taken", lease, history: [] });
      assert.deepEqual(await store.read(KEY), { ...lease, state: "held", attempts: 1, ...description, history: [] });
    },
  },
  {
    guarantee: 1,
    name: "a held key isn't taken until its expiry is over by more than the margin",
    async show(store) {
      const lease = await taken(store, takeRequest());
      for (const nowMs of [NOW_MS, lease.expiresAtMs, lease.expiresAtMs + 1, PAST_EXPIRY_MS - 1]) {
        const take = await store.take(takeRequest({ owner: OTHER }), nowMs);
        assert.deepEqual(take, { kind: "held", record: { ...lease, state: "held", attempts: 1, history: [] } });
      }
      assert.equal((await taken(store, takeRequest({ owner: OTHER }), PAST_EXPIRY_MS)).fence, 2);
    },
  },
  {
    guarantee: 1,
    name: "a released key is taken at once, with the next fence and only the new description",
    async show(store) {
      const lease = await taken(store, takeRequest({ site: "old.example", messageId: "m-1" }));
      await store.release(lease, { reason: "failed", countsAsAttempt: true }, NOW_MS);
      const next = await taken(store, takeRequest({ owner: OTHER, messageId: "m-2" }), NOW_MS + 1);
      assert.deepEqual([next.fence, next.attempt, next.owner], [2, 2, OTHER]);
      assert.deepEqual(await store.read(KEY), { ...next, state: "held", attempts: 2, messageId: "m-2", history: [] });
    },
  },
  {
    guarantee: 1,
    name: "a redrive takes a failed key under its very fence, once, with attempts from 1",
    async show(store) {
      const lease = await taken(store, takeRequest());
      await store.finish(lease, jobResult("failed"), NOW_MS);
      for (const redriveOfFence of [undefined, 2, 7]) {
        assert.equal((await store.take(takeRequest({ redriveOfFence }), NOW_MS)).kind, "finished");
      }
      const again = await taken(store, takeRequest({ redriveOfFence: 1 }));
      assert.deepEqual([again.fence, again.attempt], [2, 1]);
      assert.deepEqual(await store.read(KEY), { ...again, state: "held", attempts: 1, history: [] });
      assert.equal((await store.take(takeRequest({ redriveOfFence: 1, owner: OTHER }), NOW_MS)).kind, "held");
      await store.finish(again, jobResult("failed", { fence: 2 }), NOW_MS);
      assert.equal((await store.take(takeRequest({ redriveOfFence: 1 }), NOW_MS)).kind, "finished");
    },
  },
  {
    guarantee: 1,
    name: "a redriven message that is given back is taken by the common rule",
    async show(store) {
      await store.finish(await taken(store, takeRequest()), jobResult("crashed"), NOW_MS);
      const again = await taken(store, takeRequest({ redriveOfFence: 1 }));
      await store.release(again, { reason: "failed", countsAsAttempt: true }, NOW_MS);
      assert.equal((await taken(store, takeRequest({ redriveOfFence: 1 }))).attempt, 2);
    },
  },
  {
    guarantee: 1,
    name: "a redrive never runs a completed job",
    async show(store) {
      await store.finish(await taken(store, takeRequest()), jobResult("completed"), NOW_MS);
      assert.equal((await store.take(takeRequest({ redriveOfFence: 1 }), NOW_MS)).kind, "finished");
    },
  },
  {
    guarantee: 3,
    name: "of 50 simultaneous takes exactly one is taken, whether the key is new, released or expired",
    async show(store) {
      for (const [round, nowMs] of [NOW_MS, NOW_MS + 1, PAST_EXPIRY_MS + 1].entries()) {
        const takes = await Promise.all(
          Array.from({ length: 50 }, async (_, index) =>
            store.take(takeRequest({ owner: { container: `container-${index}`, invocation: "i" } }), nowMs),
          ),
        );
        const winners = takes.flatMap((take) => (take.kind === "taken" ? [take.lease] : []));
        assert.equal(winners.length, 1);
        assert.equal(winners[0]?.fence, round + 1);
        assert.equal(takes.filter((take) => take.kind === "held").length, 49);
        if (round === 0) await store.release(winners[0], { reason: "failed", countsAsAttempt: true }, nowMs);
      }
    },
  },
  {
    guarantee: 10,
    name: "a take repeated under its id finds its own lease, also where that has expired meanwhile",
    async show(store) {
      const circumstances = CIRCUMSTANCES;
      const first = await store.take(takeRequest({ takeId: "t-1", circumstances }), NOW_MS);
      for (const nowMs of [NOW_MS, NOW_MS + 5_000, PAST_EXPIRY_MS]) {
        assert.deepEqual(await store.take(takeRequest({ takeId: "t-1", circumstances }), nowMs), first);
      }
      assert.equal((await store.take(takeRequest({ takeId: "t-2" }), NOW_MS)).kind, "held");
      assert.deepEqual((await store.read(KEY))?.attempts, 1);
    },
  },
  {
    guarantee: 10,
    name: "a copy of a take that comes when its lease is over takes nothing",
    async show(store) {
      const lease = await taken(store, takeRequest({ takeId: "t-1" }));
      await store.release(lease, { reason: "failed", countsAsAttempt: true }, NOW_MS);
      assert.equal((await store.take(takeRequest({ takeId: "t-1" }), NOW_MS)).kind, "held");
      const next = await taken(store, takeRequest({ takeId: "t-2", owner: OTHER }), NOW_MS);
      assert.deepEqual([next.fence, next.attempt], [2, 2]);
      await store.finish(next, jobResult("completed"), NOW_MS);
      assert.equal((await store.take(takeRequest({ takeId: "t-2" }), NOW_MS)).kind, "finished");
    },
  },
  {
    guarantee: 3,
    name: "of simultaneous takes by one owner for one message exactly one is taken",
    async show(store) {
      const takes = await Promise.all(
        Array.from({ length: 10 }, async () => store.take(takeRequest({ messageId: "m-1" }), NOW_MS)),
      );
      assert.equal(takes.filter((take) => take.kind === "taken").length, 1);
      assert.equal((await store.take(takeRequest({ messageId: "m-1" }), NOW_MS)).kind, "held");
    },
  },
];

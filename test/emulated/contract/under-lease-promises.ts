import assert from "node:assert/strict";

import {
  HISTORY_DETAIL_MAX_CHARACTERS,
  HISTORY_MAX_EVENTS,
  trimmedHistory,
} from "../../../functions/core/job/job-history.ts";
import { TooLarge } from "../../../functions/core/job/store-failures.ts";
import { CHECKPOINT_INLINE_MAX_BYTES } from "../../../functions/core/checkpoint/checkpoint.ts";
import { RESULT_MAX_BYTES } from "../../../functions/core/lease/lease-store.ts";
import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import {
  DURATION_MS,
  KEY,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  checkpointOf,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
} from "./lease-fixtures.ts";
import type { Promised } from "./promised.ts";

/** Guarantees 2, 4, 6 and 9: what may be written under a lease, and what stays of it. */
export const UNDER_LEASE_PROMISES: readonly Promised[] = [
  ...(["renew", "release", "finish", "checkpoint", "note"] as const).map((call): Promised => ({
    guarantee: 2,
    name: `${call} is refused to whoever was fenced out, and changes nothing`,
    async show(store) {
      const late = await taken(store, takeRequest());
      // The same owner takes over its own lease, so that the fence alone can tell the two apart.
      const current = await taken(store, takeRequest(), PAST_EXPIRY_MS);
      const stored = { ...current, state: "held", attempts: 2, history: [] };
      const lost = { kind: "lost", record: stored };
      const history = [endedEvent(1)];
      for (const lease of [late, { ...current, owner: OTHER }, { ...current, fence: 3 }]) {
        const answer = {
          renew: async () => store.renew(lease, DURATION_MS, PAST_EXPIRY_MS + 1),
          release: async () =>
            store.release(lease, { reason: "failed", countsAsAttempt: false, history }, PAST_EXPIRY_MS + 1),
          finish: async () => store.finish(lease, jobResult("completed"), PAST_EXPIRY_MS + 1, history),
          checkpoint: async () => store.checkpoint(lease, checkpointOf(1), PAST_EXPIRY_MS + 1),
          note: async () => store.note(lease, history, PAST_EXPIRY_MS + 1),
        }[call];
        assert.deepEqual(await answer(), lost);
        assert.deepEqual(await store.read(KEY), stored);
      }
    },
  })),
  {
    guarantee: 2,
    name: "nothing is written under a lease that was given back, or that never was",
    async show(store) {
      const lease = await taken(store, takeRequest());
      await store.release(lease, { reason: "preempted", countsAsAttempt: true }, NOW_MS);
      const record = await store.read(KEY);
      assert.deepEqual(await store.renew(lease, DURATION_MS, NOW_MS), { kind: "lost", record });
      assert.deepEqual(await store.finish(lease, jobResult("completed"), NOW_MS), { kind: "lost", record });
      assert.deepEqual(await store.note(lease, [endedEvent(1)], NOW_MS), { kind: "lost", record });
      const never = { ...lease, key: "job#never" as LeaseKey };
      assert.deepEqual(await store.renew(never, DURATION_MS, NOW_MS), { kind: "lost", record: undefined });
      assert.equal(await store.read(never.key), undefined);
    },
  },
  {
    guarantee: 2,
    name: "a renewal that was overtaken by a later one doesn't shorten the lease",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const renewed = await store.renew(lease, DURATION_MS, NOW_MS + 2_000);
      assert.deepEqual(await store.renew(lease, DURATION_MS, NOW_MS + 1_000), renewed);
      assert.equal((await store.read(KEY))?.expiresAtMs, NOW_MS + 2_000 + DURATION_MS);
    },
  },
  {
    guarantee: 2,
    name: "renewing moves the expiry, and an expired lease that nobody took is still its holder's",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const renewed = { ...lease, renewedAtMs: PAST_EXPIRY_MS, expiresAtMs: PAST_EXPIRY_MS + 5_000 };
      assert.deepEqual(await store.renew(lease, 5_000, PAST_EXPIRY_MS), { kind: "done", value: renewed });
      assert.deepEqual(await store.read(KEY), { ...renewed, state: "held", attempts: 1, history: [] });
      assert.equal((await store.take(takeRequest({ owner: OTHER }), PAST_EXPIRY_MS)).kind, "held");
    },
  },
  {
    guarantee: 4,
    name: "a finished key keeps its result, whoever comes and however late",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const result = jobResult("completed", { output: { products: ["Ä 🍐", null, 0.1] }, tags: {} });
      assert.deepEqual(await store.finish(lease, result, NOW_MS), { kind: "done", value: undefined });
      const record = { ...lease, state: "finished", attempts: 1, result, history: [] };
      for (const nowMs of [NOW_MS, PAST_EXPIRY_MS, NOW_MS * 2]) {
        assert.deepEqual(await store.take(takeRequest({ owner: OTHER }), nowMs), { kind: "finished", record });
      }
      assert.deepEqual(await store.finish(lease, jobResult("failed"), NOW_MS), { kind: "lost", record });
      assert.deepEqual(await store.read(KEY), record);
    },
  },
  {
    guarantee: 4,
    name: "result, checkpoint and history of the greatest size fit together; one byte more is TooLarge and changes nothing",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const result = jobResult("failed", { output: "" });
      const room = RESULT_MAX_BYTES - JSON.stringify(result).length;
      const before = await store.read(KEY);
      const packed = new Uint8Array(CHECKPOINT_INLINE_MAX_BYTES + 1).fill(7);
      const point = (bytes: Uint8Array) => checkpointOf(1, { body: { kind: "inline", packed: bytes, sealed: true } });
      await assert.rejects(store.checkpoint(lease, point(packed), NOW_MS), TooLarge);
      const output = incompressible(room + 1);
      await assert.rejects(store.finish(lease, { ...result, output }, NOW_MS), TooLarge);
      assert.deepEqual(await store.read(KEY), before);
      const detail = (index: number) => incompressible(4 * HISTORY_DETAIL_MAX_CHARACTERS, index + 1);
      const history = Array.from({ length: HISTORY_MAX_EVENTS + 20 }, (_, index) =>
        endedEvent(index, { detail: detail(index), browser: detail(index).slice(0, 100) }),
      );
      await store.checkpoint(lease, point(packed.subarray(1)), NOW_MS);
      await store.finish(lease, { ...result, output: output.slice(1) }, NOW_MS, history);
      const record = await store.read(KEY);
      assert.deepEqual(record?.checkpoint, { ...point(packed.slice(1)), savedAtMs: NOW_MS });
      assert.equal(record.result?.output, output.slice(1));
      assert.deepEqual(record.history, trimmedHistory(history));
    },
  },
  {
    guarantee: 6,
    name: "the last write under a lease, repeated word for word, is done again and changes nothing more",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const writes = [
        async () => store.renew(lease, DURATION_MS, NOW_MS + 1),
        async () => store.checkpoint(lease, checkpointOf(1), NOW_MS + 2),
        async () => store.note(lease, [endedEvent(1)], NOW_MS + 2),
        async () =>
          store.release(lease, { reason: "out-of-time", countsAsAttempt: false, history: [endedEvent(1)] }, NOW_MS + 3),
      ];
      for (const write of writes) {
        const first = await write();
        const record = await store.read(KEY);
        assert.equal(first.kind, "done");
        assert.deepEqual(await write(), first);
        assert.deepEqual(await store.read(KEY), record);
      }
      const again = await taken(store, takeRequest());
      const history = [endedEvent(1), endedEvent(2, { outcome: "completed" })];
      const finish = async () => store.finish(again, jobResult("completed", { output: { a: 1 } }), NOW_MS + 4, history);
      assert.equal((await finish()).kind, "done");
      const record = await store.read(KEY);
      assert.deepEqual(record?.history, history);
      assert.equal((await finish()).kind, "done");
      assert.deepEqual(await store.read(KEY), record);
    },
  },
  {
    guarantee: 9,
    name: "attempts: counted by take, given back on request, kept for a dead container",
    async show(store) {
      const first = await taken(store, takeRequest());
      await store.release(first, { reason: "preempted", countsAsAttempt: false }, NOW_MS);
      assert.equal((await store.read(KEY))?.attempts, 0);
      const second = await taken(store, takeRequest());
      assert.deepEqual([second.fence, second.attempt], [2, 1]);
      await store.release(second, { reason: "failed", countsAsAttempt: true }, NOW_MS);
      const third = await taken(store, takeRequest());
      assert.equal(third.attempt, 2);
      const afterDeath = await taken(store, takeRequest({ owner: OTHER }), PAST_EXPIRY_MS);
      assert.deepEqual([afterDeath.fence, afterDeath.attempt], [4, 3]);
      await store.finish(afterDeath, jobResult("failed"), PAST_EXPIRY_MS);
      assert.equal((await store.read(KEY))?.attempts, 3);
    },
  },
];

/** Text of one byte a character that gzip makes little of. The same on every run. */
function incompressible(length: number, seed = 1): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCodePoint(0x5d + (state % 34));
  }).join("");
}

import assert from "node:assert/strict";

import {
  INLINE,
  NOW_MS,
  OBJECT,
  OTHER,
  PAST_EXPIRY_MS,
  KEY,
  checkpointOf,
  jobResult,
  taken,
  takeRequest,
} from "./lease-fixtures.ts";
import type { Promised } from "./promised.ts";

const DONE = { kind: "done", value: undefined };

/** Guarantee 5: what a job has got to. */
export const CHECKPOINT_PROMISES: readonly Promised[] = [
  {
    guarantee: 5,
    name: "checkpoints move forward only, and the next take brings the last one",
    async show(store) {
      const lease = await taken(store, takeRequest());
      assert.deepEqual(await store.checkpoint(lease, checkpointOf(1), NOW_MS), DONE);
      const third = checkpointOf(3, { stage: "page", workedMs: 2_000.5 });
      assert.deepEqual(await store.checkpoint(lease, third, NOW_MS + 1), DONE);
      const checkpoint = { ...third, savedAtMs: NOW_MS + 1 };
      const record = { ...lease, state: "held", attempts: 1, checkpoint, history: [] };
      for (const sequence of [1, 2, 3]) {
        const late = await store.checkpoint(lease, checkpointOf(sequence, { stage: "late" }), NOW_MS + 2);
        assert.deepEqual(late, { kind: "lost", record });
      }
      const next = await store.take(takeRequest({ owner: OTHER }), PAST_EXPIRY_MS);
      assert.equal(next.kind, "taken");
      assert.deepEqual(next.checkpoint, checkpoint);
      assert.equal((await store.checkpoint(next.lease, third, PAST_EXPIRY_MS)).kind, "lost");
      assert.deepEqual(await store.checkpoint(next.lease, checkpointOf(4, { attempt: 2 }), PAST_EXPIRY_MS), DONE);
    },
  },
  {
    guarantee: 5,
    name: "the last checkpoint outlives release, expiry and redrive",
    async show(store) {
      const first = await taken(store, takeRequest());
      await store.checkpoint(first, checkpointOf(1, { body: OBJECT }), NOW_MS);
      const checkpoint = { ...checkpointOf(1, { body: OBJECT }), savedAtMs: NOW_MS };
      await store.release(first, { reason: "preempted", countsAsAttempt: false }, NOW_MS);
      await taken(store, takeRequest());
      const expired = await store.take(takeRequest({ owner: OTHER }), PAST_EXPIRY_MS);
      assert.equal(expired.kind, "taken");
      assert.deepEqual(expired.checkpoint, checkpoint);
      await store.finish(expired.lease, jobResult("failed"), PAST_EXPIRY_MS);
      assert.deepEqual((await store.read(KEY))?.checkpoint, checkpoint);
      const redriven = await store.take(takeRequest({ redriveOfFence: 3 }), PAST_EXPIRY_MS);
      assert.deepEqual(redriven.kind === "taken" && redriven.checkpoint, checkpoint);
    },
  },
  {
    guarantee: 5,
    name: "a body in the record and one in an object take each other's place",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const other = { kind: "inline", packed: Uint8Array.of(0), sealed: true } as const;
      for (const [index, body] of [INLINE, OBJECT, other, { ...OBJECT, sealed: false }].entries()) {
        await store.checkpoint(lease, checkpointOf(index, { body }), NOW_MS);
        assert.deepEqual((await store.read(KEY))?.checkpoint?.body, body);
      }
    },
  },
  {
    guarantee: 6,
    name: "a checkpoint that differs in any field from the stored one of its sequence is no repetition",
    async show(store) {
      for (const body of [INLINE, OBJECT]) {
        const lease = await taken(store, takeRequest({ key: `job#${body.kind}` }));
        const point = checkpointOf(2, { body });
        for (let time = 0; time < 2; time += 1) assert.deepEqual(await store.checkpoint(lease, point, NOW_MS), DONE);
        const others = [
          { ...point, sequence: 1 },
          { ...point, stage: "other" },
          { ...point, attempt: 2 },
          { ...point, workedMs: 901 },
          { ...point, body: { ...body, sealed: !body.sealed } },
          { ...point, body: body.kind === "inline" ? OBJECT : INLINE },
          { ...point, body: { ...body, packed: Uint8Array.of(31, 139, 0, 254), key: "checkpoints/other", bytes: 1 } },
        ];
        for (const [index, other] of others.entries()) {
          assert.equal((await store.checkpoint(lease, other, NOW_MS)).kind, "lost", `${body.kind} ${index}`);
        }
        assert.equal((await store.checkpoint(lease, point, NOW_MS + 1)).kind, "lost");
        assert.deepEqual(await store.checkpoint(lease, point, NOW_MS), DONE);
      }
    },
  },
];

import assert from "node:assert/strict";

import {
  HISTORY_DETAIL_MAX_CHARACTERS,
  HISTORY_MAX_EVENTS,
  trimmedHistory,
} from "../../../functions/core/job/job-history.ts";
import {
  CIRCUMSTANCES,
  DURATION_MS,
  KEY,
  NOW_MS,
  OTHER,
  PAST_EXPIRY_MS,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
  takenEvent,
} from "./lease-fixtures.ts";
import type { Promised } from "./promised.ts";

const TOLD = takeRequest({ circumstances: CIRCUMSTANCES });

/** Guarantees 7 and 8: what happened to a job, and by what name it goes. */
export const HISTORY_PROMISES: readonly Promised[] = [
  {
    guarantee: 8,
    name: "the id is given by the first take, and stays through release, expiry, finish and redrive",
    async show(store) {
      const { id, ...first } = await taken(store, takeRequest());
      assert.match(id, /^.+$/u);
      await store.release({ id, ...first }, { reason: "failed", countsAsAttempt: true }, NOW_MS);
      const second = await taken(store, takeRequest());
      const third = await taken(store, takeRequest({ owner: OTHER }), PAST_EXPIRY_MS);
      const renewed = await store.renew(third, DURATION_MS, PAST_EXPIRY_MS);
      await store.finish(third, jobResult("failed"), PAST_EXPIRY_MS);
      const finished = await store.read(KEY);
      const fourth = await taken(store, takeRequest({ redriveOfFence: 3 }), PAST_EXPIRY_MS);
      const renewedId = renewed.kind === "done" && renewed.value.id;
      assert.deepEqual([second.id, third.id, renewedId, finished?.id, fourth.id], [id, id, id, id, id]);
      assert.notEqual((await taken(store, takeRequest({ key: "job#other" }))).id, id);
    },
  },
  {
    guarantee: 7,
    name: "take adds its event, also after containers that wrote nothing more",
    async show(store) {
      const first = await taken(store, TOLD);
      assert.deepEqual((await store.read(KEY))?.history, [takenEvent(first)]);
      const second = await taken(store, { ...TOLD, owner: OTHER }, PAST_EXPIRY_MS);
      const third = await store.take(TOLD, PAST_EXPIRY_MS * 2);
      assert.equal(third.kind, "taken");
      assert.deepEqual([second.fence, third.lease.fence, third.lease.attempt], [2, 3, 3]);
      assert.deepEqual(third.history, [takenEvent(first), takenEvent(second), takenEvent(third.lease)]);
      assert.deepEqual((await store.read(KEY))?.history, third.history);
    },
  },
  {
    guarantee: 7,
    name: "take's events keep their numbers beside takes that tell nothing and releases that bring no history",
    async show(store) {
      const leases = [await taken(store, TOLD)];
      const give = async (countsAsAttempt: boolean) =>
        store.release(leases.at(-1) ?? assert.fail(), { reason: "failed", countsAsAttempt }, NOW_MS);
      for (const counted of [false, true, false, false]) {
        await give(counted);
        leases.push(await taken(store, TOLD));
      }
      await give(false);
      assert.deepEqual((await store.read(KEY))?.history, leases.map(takenEvent));
      await taken(store, takeRequest());
      leases.push(await taken(store, { ...TOLD, owner: OTHER }, PAST_EXPIRY_MS));
      assert.deepEqual(
        leases.map(({ fence, attempt }) => [fence, attempt]),
        [
          [1, 1],
          [2, 1],
          [3, 2],
          [4, 2],
          [5, 2],
          [7, 3],
        ],
      );
      assert.deepEqual((await store.read(KEY))?.history, leases.map(takenEvent));
    },
  },
  {
    guarantee: 7,
    name: "note, release and finish put their history in the stored one's place, else it stays",
    async show(store) {
      const first = await taken(store, TOLD);
      const noted = [takenEvent(first), endedEvent(1, { outcome: "crashed", lost: "browser", detail: "Ä 🍐" })];
      assert.deepEqual(await store.note(first, noted, NOW_MS), { kind: "done", value: undefined });
      assert.deepEqual(await store.read(KEY), { ...first, state: "held", attempts: 1, history: noted });
      await store.release(first, { reason: "failed", countsAsAttempt: false }, NOW_MS);
      assert.deepEqual((await store.read(KEY))?.history, noted);
      const second = await taken(store, TOLD);
      assert.deepEqual((await store.read(KEY))?.history, [...noted, takenEvent(second)]);
      await store.release(second, { reason: "failed", countsAsAttempt: true, history: [endedEvent(2)] }, NOW_MS);
      assert.deepEqual((await store.read(KEY))?.history, [endedEvent(2)]);
      const third = await taken(store, TOLD);
      await store.note(third, [], NOW_MS);
      assert.deepEqual((await store.read(KEY))?.history, []);
      await store.finish(third, jobResult("failed"), NOW_MS, [endedEvent(3)]);
      assert.deepEqual((await store.read(KEY))?.history, [endedEvent(3)]);
    },
  },
  {
    guarantee: 7,
    name: "a finished job keeps its history, and a redrive begins a new one",
    async show(store) {
      const first = await taken(store, TOLD);
      await store.finish(first, jobResult("failed"), NOW_MS);
      assert.deepEqual((await store.read(KEY))?.history, [takenEvent(first)]);
      const again = await store.take({ ...TOLD, redriveOfFence: 1 }, NOW_MS + 1);
      assert.equal(again.kind, "taken");
      assert.deepEqual([again.lease.fence, again.lease.attempt], [2, 1]);
      assert.deepEqual(again.history, [takenEvent(again.lease)]);
      await store.finish(again.lease, jobResult("failed"), NOW_MS + 1, [endedEvent(2)]);
      const quiet = await store.take(takeRequest({ redriveOfFence: 2 }), NOW_MS + 2);
      assert.deepEqual(quiet.kind === "taken" && quiet.history, []);
    },
  },
  {
    guarantee: 7,
    name: "a history is kept within its limits",
    async show(store) {
      const many = Array.from({ length: HISTORY_MAX_EVENTS + 9 }, (_, index) =>
        endedEvent(index, { detail: "ü".repeat(HISTORY_DETAIL_MAX_CHARACTERS + index) }),
      );
      const lease = await taken(store, TOLD);
      await store.note(lease, many, NOW_MS);
      const kept = trimmedHistory(many);
      assert.equal(kept.length, HISTORY_MAX_EVENTS);
      assert.deepEqual((await store.read(KEY))?.history, kept);
      const second = await taken(store, { ...TOLD, owner: OTHER }, PAST_EXPIRY_MS);
      const third = await store.take(TOLD, PAST_EXPIRY_MS * 2);
      assert.equal(third.kind, "taken");
      assert.deepEqual(third.history, trimmedHistory([...many, takenEvent(second), takenEvent(third.lease)]));
    },
  },
  {
    guarantee: 7,
    name: "keys of other kinds have no history of takes",
    async show(store) {
      const take = await store.take({ ...TOLD, key: "session#shop-1" }, NOW_MS);
      assert.deepEqual(take.kind === "taken" && take.history, []);
    },
  },
];

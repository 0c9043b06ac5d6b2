import assert from "node:assert/strict";

import type { LeaseKey } from "../../../functions/core/lease/lease.ts";
import {
  CIRCUMSTANCES,
  KEY,
  NOW_MS,
  checkpointOf,
  endedEvent,
  jobResult,
  taken,
  takeRequest,
} from "./lease-fixtures.ts";
import type { Promised } from "./promised.ts";

/** What the reads answer. */
export const READ_PROMISES: readonly Promised[] = [
  {
    guarantee: 0,
    name: "readMany answers 250 keys in their order, each once, without those that have no record",
    async show(store) {
      const keys = Array.from({ length: 250 }, (_, index): LeaseKey => `job#${index}`);
      await Promise.all(
        keys.filter((_, index) => index % 5 !== 0).map(async (key) => taken(store, takeRequest({ key }))),
      );
      const records = await store.readMany([...keys, ...keys]);
      assert.deepEqual(
        records.map(({ key }) => key),
        keys.filter((_, index) => index % 5 !== 0),
      );
      assert.deepEqual(await store.readMany([]), []);
    },
  },
  {
    guarantee: 0,
    name: "listHeld gives held leases only, soonest expiry first, without checkpoints and histories, up to the limit",
    async show(store) {
      const order = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
      const leases = await Promise.all(
        order.map(async (place) =>
          taken(store, takeRequest({ key: `job#${place}`, durationMs: 1_000 + place, circumstances: CIRCUMSTANCES })),
        ),
      );
      const ofPlace = (place: number) => leases[order.indexOf(place)] ?? assert.fail();
      await store.release(ofPlace(0), { reason: "failed", countsAsAttempt: true }, NOW_MS);
      await store.finish(ofPlace(1), jobResult("completed"), NOW_MS);
      await store.renew(ofPlace(2), 5_000, NOW_MS);
      await store.checkpoint(ofPlace(3), checkpointOf(1), NOW_MS);
      await store.note(ofPlace(3), [endedEvent(1)], NOW_MS);
      const held = await store.listHeld(100);
      const expected = [...Array.from({ length: 37 }, (_, index) => index + 3), 2].map((place) => `job#${place}`);
      assert.deepEqual(
        held.map(({ key }) => key),
        expected,
      );
      assert.deepEqual(held[0], { ...ofPlace(3), state: "held", attempts: 1, history: [] });
      assert.deepEqual(await store.listHeld(5), held.slice(0, 5));
    },
  },
  {
    guarantee: 0,
    name: "what the caller changes later doesn't reach the record",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const output = { products: ["pear"] };
      await store.finish(lease, jobResult("completed", { output }), NOW_MS);
      output.products.push("plum");
      assert.deepEqual((await store.read(KEY))?.result?.output, { products: ["pear"] });
    },
  },
  {
    guarantee: 0,
    name: "the bytes of a checkpoint are everybody's own copy",
    async show(store) {
      const lease = await taken(store, takeRequest());
      const packed = Uint8Array.of(1, 2, 3);
      await store.checkpoint(lease, checkpointOf(1, { body: { kind: "inline", packed, sealed: true } }), NOW_MS);
      const stored = { kind: "inline", packed: Uint8Array.of(1, 2, 3), sealed: true };
      packed[0] = 9;
      for (let reading = 0; reading < 2; reading += 1) {
        const body = (await store.read(KEY))?.checkpoint?.body;
        assert.deepEqual(body, stored);
        if (body?.kind === "inline") body.packed.fill(9);
      }
    },
  },
];

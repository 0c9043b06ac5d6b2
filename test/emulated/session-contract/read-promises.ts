import assert from "node:assert/strict";

import { TooLarge } from "../../../functions/core/job/store-failures.ts";
import { SEALED_MAX_BYTES } from "../../../functions/core/session/session-store.ts";
import type { SessionDefinition } from "../../../functions/core/session/session.ts";
import type { Promised } from "./promised.ts";
import {
  NAME,
  NOW_MS,
  POOL,
  RETIRED,
  SEALED,
  created,
  definition,
  newRecord,
  ruled,
  stored,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

const WHOLE: SessionDefinition = {
  ...definition(),
  policy: "pages",
  pool: POOL,
  order: "round-robin",
  login: { strategy: "recipe-login", input: { start: "https://shop.example/", deep: { list: [1, null, "Ä 🍐"] } } },
  endpoint: "ws://127.0.0.1:9222/",
  pages: 5,
  maxAgeMs: 3_600_000,
  maxUses: 40,
};

/** What `create` writes, and what the reads answer. */
export const READ_PROMISES: readonly Promised[] = [
  {
    guarantee: 0,
    name: "a new session is read as it was defined, everything else at its beginning",
    async show(store, other) {
      assert.equal(await store.read(NAME), undefined);
      assert.deepEqual(await store.create(WHOLE, undefined, NOW_MS), { kind: "created" });
      assert.deepEqual(await other.read(NAME), newRecord(WHOLE));
    },
  },
  {
    guarantee: 0,
    name: "a session created with a state has it, is logged in, and is at revision 1",
    async show(store) {
      await store.create(definition(), { sealed: SEALED }, NOW_MS);
      assert.deepEqual(await store.read(NAME), newRecord({ sealed: SEALED, loggedInAtMs: NOW_MS, revision: 1 }));
    },
  },
  {
    guarantee: 0,
    name: "a name is created once; the second changes nothing, of 20 at once one is created",
    async show(store, other) {
      await created(store);
      const lease = await taken(store);
      const before = await stored(store);
      assert.deepEqual(await other.create(WHOLE, { sealed: SEALED }, NOW_MS + 1), { kind: "exists" });
      assert.deepEqual(await stored(store), before);
      assert.deepEqual(before.holder, lease);
      const atOnce = await Promise.all(
        Array.from({ length: 20 }, async () => store.create(definition({ name: "berta" }), undefined, NOW_MS)),
      );
      assert.equal(atOnce.filter(({ kind }) => kind === "created").length, 1);
    },
  },
  {
    guarantee: 0,
    name: "sealed state of the greatest size fits beside the rest; one byte more is TooLarge and changes nothing",
    async show(store) {
      const greatest = new Uint8Array(SEALED_MAX_BYTES).fill(7);
      const over = new Uint8Array(SEALED_MAX_BYTES + 1);
      await assert.rejects(store.create(WHOLE, { sealed: over }, NOW_MS), TooLarge);
      assert.equal(await store.read(NAME), undefined);
      await store.create(WHOLE, { sealed: greatest }, NOW_MS);
      const lease = await taken(store);
      const before = await stored(store);
      await assert.rejects(store.save(lease, { sealed: over }, NOW_MS), TooLarge);
      await assert.rejects(store.release(lease, { sealed: over }, NOW_MS), TooLarge);
      const basis = { loginFence: 0, revision: 1 };
      await assert.rejects(store.amend(NAME, basis, { sealed: over }, NOW_MS), TooLarge);
      assert.deepEqual(await stored(store), before);
      assert.equal(
        (await store.release(lease, { sealed: greatest, condition: unhealthy(NOW_MS) }, NOW_MS)).kind,
        "done",
      );
      assert.deepEqual((await stored(store)).sealed, greatest);
    },
  },
  {
    guarantee: 0,
    name: "list answers every session by name, without its state, also where they pass a page of DynamoDB",
    async show(store) {
      const big = new Uint8Array(200 * 1024).fill(1);
      const names = ["g", "b", "h", "a", "f", "c", "e", "d"];
      await Promise.all(names.map(async (name) => store.create({ ...WHOLE, name }, { sealed: big }, NOW_MS)));
      await taken(store, { name: "a" });
      await ruled(store, unhealthy(NOW_MS + 5), "b");
      await ruled(store, RETIRED, "c");
      const listed = await store.list();
      assert.deepEqual(
        listed.map(({ name }) => name),
        names.toSorted(),
      );
      for (const record of listed) {
        const { sealed, ...rest } = await stored(store, record.name);
        assert.equal(sealed?.byteLength, big.byteLength);
        assert.deepEqual(record, rest);
      }
    },
  },
  {
    guarantee: 0,
    name: "what the caller changes later doesn't reach the record",
    async show(store) {
      const sealed = Uint8Array.of(1);
      const login = { strategy: "recipe-login", input: { user: "anna" } };
      await store.create(definition({ login }), { sealed }, NOW_MS);
      sealed[0] = 9;
      login.input.user = "berta";
      const record = await stored(store);
      assert.deepEqual([record.sealed, record.login?.input], [Uint8Array.of(1), { user: "anna" }]);
      record.sealed?.fill(7);
      assert.deepEqual((await stored(store)).sealed, Uint8Array.of(1));
    },
  },
];

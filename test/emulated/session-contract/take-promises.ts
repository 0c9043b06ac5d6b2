import assert from "node:assert/strict";

import { sessionTakeable } from "../../../functions/core/session/session-rules.ts";
import type { SessionTakeRequest } from "../../../functions/core/session/session-store.ts";
import type { SessionCondition } from "../../../functions/core/session/session.ts";
import type { Promised } from "./promised.ts";
import {
  DURATION_MS,
  NAME,
  NOW_MS,
  ONE,
  OTHER,
  PAST_EXPIRY_MS,
  POOL,
  RETIRED,
  SEALED,
  created,
  definition,
  newRecord,
  ruled,
  stored,
  takeRequest,
  taken,
  unhealthy,
} from "./session-fixtures.ts";

const READY: SessionCondition = { kind: "ready" };

/** Guarantee 1: who may take a session, and that it is only ever one. */
export const TAKE_PROMISES: readonly Promised[] = [
  {
    guarantee: 1,
    name: "a take answers the session as it left it, the state included",
    async show(store) {
      await store.create(definition({ pool: POOL }), { sealed: SEALED }, NOW_MS);
      const times = { acquiredAtMs: NOW_MS + 1, renewedAtMs: NOW_MS + 1, expiresAtMs: NOW_MS + 1 + DURATION_MS };
      const lease = { session: NAME, owner: ONE, fence: 1, purpose: "refresh", ...times } as const;
      const record = newRecord({
        pool: POOL,
        sealed: SEALED,
        loggedInAtMs: NOW_MS,
        revision: 1,
        fence: 1,
        lastLeasedAtMs: NOW_MS + 1,
        holder: lease,
      });
      const take = await store.take(takeRequest({ purpose: "refresh" }), NOW_MS + 1);
      assert.deepEqual(take, { kind: "taken", lease, record });
      assert.deepEqual(await store.read(NAME), record);
    },
  },
  {
    guarantee: 1,
    name: "a name that nobody created is unknown, and stays so",
    async show(store) {
      assert.deepEqual(await store.take(takeRequest(), NOW_MS), { kind: "unknown" });
      assert.equal(await store.read(NAME), undefined);
    },
  },
  {
    guarantee: 1,
    name: "a held session isn't taken until its expiry is over by more than the margin",
    async show(store, other) {
      await created(store, { pool: POOL });
      const lease = await taken(store);
      const record = await stored(store);
      for (const nowMs of [NOW_MS, lease.expiresAtMs, lease.expiresAtMs + 1, PAST_EXPIRY_MS - 1]) {
        assert.deepEqual(await other.take(takeRequest({ owner: OTHER }), nowMs), { kind: "held", record });
      }
      const next = await taken(other, { owner: OTHER }, PAST_EXPIRY_MS);
      assert.deepEqual([next.fence, next.owner], [2, OTHER]);
      assert.deepEqual((await stored(store)).holder, next);
    },
  },
  {
    guarantee: 1,
    name: "takes follow the rule in every condition, seen or not",
    async show(store, other) {
      const conditions = [READY, unhealthy(NOW_MS + 10), RETIRED];
      const requests: Partial<SessionTakeRequest>[] = [
        {},
        { recheck: true },
        { ifFence: 1 },
        { ifFence: 7 },
        { ifFence: 2, recheck: true },
      ];
      let count = 0;
      for (const condition of conditions) {
        for (const held of [false, true]) {
          for (const request of requests) {
            for (const nowMs of [NOW_MS + 9, NOW_MS + 10, PAST_EXPIRY_MS]) {
              const name = `${(count += 1)}`;
              const pool = count % 2 === 0 ? POOL : undefined;
              await created(store, pool === undefined ? { name } : { name, pool });
              await ruled(store, READY, name);
              const lease = held ? await taken(store, { name }) : undefined;
              if (lease === undefined) await ruled(store, condition, name);
              else await store.save(lease, { condition }, NOW_MS);
              const before = await stored(store, name);
              const rule = sessionTakeable(before, request, nowMs);
              const take = await (count % 3 === 0 ? store : other).take(takeRequest({ name, ...request }), nowMs);
              assert.equal(take.kind, rule === "free" ? "taken" : rule);
              if (take.kind === "taken") assert.equal(take.lease.fence, before.fence + 1);
              else assert.deepEqual(take, { kind: rule, record: before });
              if (take.kind !== "taken") assert.deepEqual(await stored(store, name), before);
            }
          }
        }
      }
    },
  },
  {
    guarantee: 1,
    name: "of refreshers that saw the same fence one is elected, the others are overtaken",
    async show(store, other) {
      await created(store, { policy: "shared", pool: POOL });
      const { fence } = await stored(store);
      const refresh = takeRequest({ purpose: "refresh", ifFence: fence });
      const lease = await taken(store, refresh);
      assert.equal((await other.take({ ...refresh, owner: OTHER }, NOW_MS)).kind, "overtaken");
      await store.release(lease, { loggedIn: true, sealed: SEALED }, NOW_MS + 1);
      const late = await other.take({ ...refresh, owner: OTHER }, NOW_MS + 2);
      assert.equal(late.kind, "overtaken");
      assert.deepEqual(late.record, await stored(store));
    },
  },
  {
    guarantee: 1,
    name: "of 50 simultaneous takes exactly one is taken, whether the session is new, released or expired",
    async show(store, other) {
      await created(store, { pool: POOL });
      for (const [round, nowMs] of [NOW_MS, NOW_MS + 1, PAST_EXPIRY_MS + 1].entries()) {
        const takes = await Promise.all(
          Array.from({ length: 50 }, async (_, index) =>
            (index % 2 === 0 ? store : other).take(
              takeRequest({ owner: { container: `container-${index}`, invocation: "i" } }),
              nowMs,
            ),
          ),
        );
        const winners = takes.flatMap((take) => (take.kind === "taken" ? [take.lease] : []));
        assert.equal(winners.length, 1);
        assert.equal(winners[0]?.fence, round + 1);
        assert.equal(takes.filter((take) => take.kind === "held").length, 49);
        if (round === 0) await store.release(winners[0], {}, nowMs);
      }
    },
  },
  {
    guarantee: 1,
    name: "of simultaneous takes by one owner exactly one is taken",
    async show(store) {
      await created(store);
      const takes = await Promise.all(Array.from({ length: 10 }, async () => store.take(takeRequest(), NOW_MS)));
      assert.equal(takes.filter((take) => take.kind === "taken").length, 1);
      assert.equal((await store.take(takeRequest(), NOW_MS)).kind, "held");
    },
  },
];

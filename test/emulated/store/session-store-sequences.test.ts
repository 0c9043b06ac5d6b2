import assert from "node:assert/strict";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CLOCK_SKEW_MARGIN_MS } from "../../../functions/core/lease/lease-rules.ts";
import { MemorySessionStore } from "../../../functions/core/session/memory-session-store.ts";
import { sessionTakeable } from "../../../functions/core/session/session-rules.ts";
import type { SessionChange, SessionStore } from "../../../functions/core/session/session-store.ts";
import {
  POOL_ORDERS,
  type PoolOrder,
  type SessionCondition,
  type SessionLease,
} from "../../../functions/core/session/session.ts";
import type { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { SESSION_CLAUSE } from "../../../functions/store/session-conditions.ts";
import { startSessionStores, type CreatedSessionStore, type SessionStores } from "../../setup/session-stores.ts";
import { changeUpdates } from "../contract/change-updates.ts";
import { withoutSessionClause } from "../session-contract/change-session-updates.ts";
import { indexedPlaces, placesOf, storedRecords } from "../session-contract/indexed-places.ts";
import { NOW_MS, POOL, RETIRED, definition } from "../session-contract/session-fixtures.ts";

/** What has happened so far in one random sequence. */
interface World {
  nowMs: number;
  readonly memory: MemorySessionStore;
  readonly leases: SessionLease[];
  /** What a writer without a lease last read. */
  readonly bases: Map<string, { readonly loginFence: number; readonly revision: number }>;
  last: Call;
}
/** Two containers, of which neither sees what the other does. */
interface Real {
  readonly containers: readonly DynamoDbSessionStore[];
  readonly created: CreatedSessionStore;
}
type Step = fc.AsyncCommand<World, Real>;
type Call = (store: SessionStore) => Promise<unknown>;

/** Sorted, as the records are. */
const NAMES = ["a", "alone", "b"];
const DURATION_MS = 10_000;

/** Makes a call on memory and on one container; the answer, every record and the index must be the same. */
class OnBoth implements Step {
  readonly #name: string;
  readonly #container: number;
  readonly #call: (world: World) => Call | undefined;
  constructor(name: string, container: number, call: (world: World) => Call | undefined) {
    this.#name = name;
    this.#container = container;
    this.#call = call;
  }
  check(): boolean {
    return true;
  }
  async run(world: World, { containers, created }: Real): Promise<void> {
    // No two calls at one moment: word for word the same only when it is meant.
    world.nowMs += 1;
    const call = this.#call(world);
    const container = containers[this.#container];
    if (call === undefined || container === undefined) return;
    world.last = call;
    const expected = await call(world.memory);
    assert.deepEqual(await call(container), expected);
    const [records, places] = await Promise.all([storedRecords(created), indexedPlaces(created)]);
    const meant = await Promise.all(NAMES.map(async (session) => world.memory.read(session)));
    assert.deepEqual(records, meant);
    assert.deepEqual(places, placesOf(records));
  }
  toString(): string {
    return `${this.#name} by ${this.#container}`;
  }
}

class Wait implements Step {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check(): boolean {
    return true;
  }
  async run(world: World): Promise<void> {
    world.nowMs += this.#ms;
  }
  toString(): string {
    return `wait ${this.#ms} ms`;
  }
}

const container = fc.nat(1);
const name = fc.constantFrom(...NAMES);
const condition = fc.constantFrom<(nowMs: number) => SessionCondition>(
  () => ({ kind: "ready" }),
  (nowMs) => ({ kind: "unhealthy", reason: "403", sinceMs: nowMs, recheckAtMs: nowMs + 5_000, times: 2 }),
  () => RETIRED,
);
const change: fc.Arbitrary<(nowMs: number) => SessionChange> = fc
  .record(
    {
      sealed: fc.nat(255),
      loggedIn: fc.constant(true),
      condition: fc.option(condition, { nil: undefined, freq: 2 }),
      uses: fc.integer({ min: 0, max: 2 }),
      score: fc.nat(3),
    },
    { requiredKeys: [] },
  )
  .map(({ sealed, score, ...given }) => (nowMs) => ({
    ...(sealed === undefined ? {} : { sealed: Uint8Array.of(sealed) }),
    ...(given.loggedIn === undefined ? {} : { loggedIn: true }),
    ...(given.condition === undefined ? {} : { condition: given.condition(nowMs) }),
    ...(given.uses === undefined ? {} : { uses: given.uses }),
    ...(score === undefined ? {} : { errorScore: { value: score / 3, atMs: nowMs } }),
  }));

const take = fc
  .tuple(container, name, fc.boolean(), fc.option(fc.nat(4), { nil: undefined, freq: 3 }))
  .map(([by, session, recheck, ifFence]): Step => {
    const label = `take ${session}${recheck ? " to check it" : ""}${ifFence === undefined ? "" : ` of ${ifFence}`}`;
    return new OnBoth(label, by, ({ nowMs, leases, memory }) => {
      const owner = { container: `container-${by}`, invocation: "i" };
      const request = { name: session, owner, durationMs: DURATION_MS, purpose: "jobs", recheck, ifFence } as const;
      return async (store) => {
        const before = await memory.read(session);
        const answer = await store.take(request, nowMs);
        if (store !== memory || before === undefined) return answer;
        const rule = sessionTakeable(before, request, nowMs);
        assert.equal(answer.kind, rule === "free" ? "taken" : rule);
        if (answer.kind === "taken") leases.push(answer.lease);
        return answer;
      };
    });
  });

/** A call under one of the leases so far, the last ones mostly. */
function underLease(
  label: string,
  call: (store: SessionStore, lease: SessionLease, nowMs: number) => Promise<unknown>,
) {
  return fc.tuple(container, fc.nat(2)).map(
    ([by, back]): Step =>
      new OnBoth(`${label} lease -${back + 1}`, by, ({ leases, nowMs }) => {
        const lease = leases.at(-1 - back);
        return lease === undefined ? undefined : async (store) => call(store, lease, nowMs);
      }),
  );
}

const STEPS: fc.Arbitrary<Step>[] = [
  take,
  take,
  fc
    .constantFrom(1, 5_000, DURATION_MS - 1, CLOCK_SKEW_MARGIN_MS, DURATION_MS + CLOCK_SKEW_MARGIN_MS)
    .map((ms) => new Wait(ms)),
  underLease("renew", async (store, lease, nowMs) => store.renew(lease, DURATION_MS, nowMs)),
  change.chain((changed) =>
    underLease("save under", async (store, lease, nowMs) => store.save(lease, changed(nowMs), nowMs)),
  ),
  change.chain((changed) =>
    underLease("release", async (store, lease, nowMs) => store.release(lease, changed(nowMs), nowMs)),
  ),
  fc.tuple(container, name, condition).map(
    ([by, session, ruling]): Step =>
      new OnBoth(
        `rule on ${session}`,
        by,
        ({ nowMs }) =>
          async (store) =>
            store.setCondition(session, ruling(nowMs), nowMs),
      ),
  ),
  fc.tuple(container, name).map(
    ([by, session]): Step =>
      new OnBoth(`read ${session}`, by, ({ bases }) => async (store) => {
        const record = await store.read(session);
        if (record !== undefined) bases.set(session, { loginFence: record.loginFence, revision: record.revision });
        return record;
      }),
  ),
  fc.tuple(container, name, change).map(
    ([by, session, changed]): Step =>
      new OnBoth(`amend ${session}`, by, ({ nowMs, bases }) => {
        const basis = bases.get(session) ?? { loginFence: 0, revision: 0 };
        const { loggedIn: _loggedIn, ...amendment } = changed(nowMs);
        return async (store) => store.amend(session, basis, amendment, nowMs);
      }),
  ),
  container.map((by): Step => new OnBoth("repeat the last call", by, ({ last }) => last)),
  container.map(
    (by): Step =>
      new OnBoth("look into the pool", by, ({ nowMs }) => async (store) => [
        // Two that were never used stand at one place; which of them is first is nobody's promise.
        (await store.ready(POOL, 10)).toSorted(),
        await store.expired(POOL, 10, nowMs),
        (await store.due(POOL, 10, nowMs)).toSorted(),
      ]),
  ),
];

describe("random sequences of calls from two containers", () => {
  let stores: SessionStores;
  beforeAll(async () => {
    stores = await startSessionStores();
  });
  afterAll(async () => stores.stop());

  async function start(order: PoolOrder, broken?: Parameters<SessionStores["create"]>[0]) {
    const created = await stores.create(broken);
    const memory = new MemorySessionStore();
    for (const store of [memory, created.stranger()]) {
      for (const session of NAMES) {
        const pool = session === "alone" ? {} : { pool: POOL, order };
        await store.create(definition({ name: session, ...pool }), undefined, NOW_MS);
      }
    }
    const model: World = { nowMs: NOW_MS, memory, leases: [], bases: new Map(), last: async (store) => store.list() };
    return { model, real: { containers: [created.store, created.stranger()], created } };
  }

  async function sequences(
    parameters: fc.Parameters<unknown>,
    broken?: Parameters<SessionStores["create"]>[0],
  ): Promise<fc.RunDetails<unknown>> {
    return fc.check(
      fc.asyncProperty(
        fc.constantFrom(...POOL_ORDERS),
        fc.commands(STEPS, { maxCommands: 40, size: "max" }),
        async (order, commands) => {
          const { model, real } = await start(order, broken);
          await fc.asyncModelRun(() => ({ model, real }), commands);
        },
      ),
      { ...parameters, endOnFailure: true },
    );
  }

  test("get the same answers from DynamoDB as from memory, and the index is where the rule says", async () => {
    const details = await sequences({ numRuns: 25 });
    expect(fc.defaultReportMessage(details)).toBeUndefined();
  }, 60_000);

  /** What finds a known-bad store out. Anything but a wrong answer would prove nothing. */
  async function findingOut(broken: Parameters<SessionStores["create"]>[0]): Promise<unknown> {
    const details = await sequences({ numRuns: 150, seed: 1 }, broken);
    return details.errorInstance;
  }

  test.each(["sameFence", "notWritten", "sameRevision", "free", "inNoPool", "inOrder", "conditionAsKnown"] as const)(
    "find out a store without the clause %s",
    async (clause) => {
      const finding = await findingOut((client) => changeUpdates(client, withoutSessionClause(SESSION_CLAUSE[clause])));
      expect(finding).toBeInstanceOf(assert.AssertionError);
    },
  );
});

import { beforeEach, describe, expect, test } from "vitest";

import { TooLarge } from "../../../../functions/core/job/store-failures.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../../../functions/core/lease/lease-rules.ts";
import { MemorySessionStore } from "../../../../functions/core/session/memory-session-store.ts";
import { SEALED_MAX_BYTES } from "../../../../functions/core/session/session-store.ts";
import type { PoolOrder, SessionDefinition, SessionLease } from "../../../../functions/core/session/session.ts";
import { NOW_MS } from "./state-fixtures.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const definition = (name: string, order: PoolOrder = "least-recently-used"): SessionDefinition => ({
  name,
  site: "shop.example",
  policy: "exclusive",
  pool: "customers",
  order,
  pages: 5,
  jobLimitMs: 180_000,
});

let store: MemorySessionStore;
beforeEach(() => {
  store = new MemorySessionStore();
});

async function taken(name = "one", nowMs = NOW_MS, container = "a"): Promise<SessionLease> {
  const owner = { container, invocation: `${container}/1` };
  const take = await store.take({ name, owner, durationMs: 10_000, purpose: "jobs" }, nowMs);
  if (take.kind !== "taken") throw new Error(`not taken: ${take.kind}`);
  return take.lease;
}

describe("one session", () => {
  beforeEach(async () => {
    await store.create(definition("one"), { sealed: bytes(1) }, NOW_MS);
  });

  test("nothing that goes in or comes out changes the record later", async () => {
    const sealed = bytes(7);
    const lease = await taken();
    await store.save(lease, { sealed }, NOW_MS);
    sealed[0] = 8;
    const record = await store.read("one");
    record?.sealed?.fill(9);
    expect((await store.read("one"))?.sealed).toEqual(bytes(7));
    expect(() => Object.assign(record ?? {}, { fence: 99 })).toThrow(TypeError);
  });

  test("a repeated save changes nothing more, and is still known after somebody else's take and save", async () => {
    const lease = await taken();
    const change = { sealed: bytes(2), uses: 1 };
    const first = await store.save(lease, change, NOW_MS + 1);
    expect(await store.save(lease, change, NOW_MS + 1)).toEqual(first);
    expect(first).toMatchObject({ kind: "done", record: { uses: 1, revision: 2 } });
    const heir = await taken("one", NOW_MS + 10_000 + CLOCK_SKEW_MARGIN_MS + 1, "b");
    expect((await store.save(lease, change, NOW_MS + 1)).kind).toBe("done");
    await store.save(heir, { uses: 1 }, NOW_MS + 20_000);
    expect((await store.save(lease, change, NOW_MS + 1)).kind).toBe("done");
    expect(await store.save(lease, change, NOW_MS + 2)).toMatchObject({ kind: "fenced-out", record: { fencedOut: 1 } });
  });

  test("the first release stands", async () => {
    const lease = await taken();
    await store.release(lease, { uses: 1 }, NOW_MS + 5);
    const again = await store.release(lease, { uses: 1, sealed: bytes(3) }, NOW_MS + 6);
    expect(again).toMatchObject({ kind: "done", record: { uses: 1, revision: 1, lastUsedAtMs: NOW_MS + 5 } });
  });

  test("late saves, and late releases with a change, are counted; late renewals and empty releases aren't", async () => {
    const late = await taken();
    await taken("one", NOW_MS + 10_000 + CLOCK_SKEW_MARGIN_MS + 1, "b");
    for (const write of [
      store.renew(late, 10_000, NOW_MS),
      store.release(late, {}, NOW_MS),
      store.release(late, { uses: 1 }, NOW_MS),
      store.save(late, {}, NOW_MS),
    ]) {
      expect((await write).kind).toBe("fenced-out");
    }
    expect(await store.read("one")).toMatchObject({ fencedOut: 2, uses: 0, revision: 1 });
  });

  test("an operator's word ends the lease, and what the holder writes then", async () => {
    const lease = await taken();
    await store.setCondition("one", { kind: "retired", reason: "leaked", sinceMs: NOW_MS }, NOW_MS);
    expect((await store.release(lease, { condition: { kind: "ready" } }, NOW_MS)).kind).toBe("fenced-out");
    expect(await store.read("one")).toMatchObject({ condition: { kind: "retired" }, fence: 2, revision: 2 });
  });

  test("amending is refused by revision and by login, and a login shows in the record", async () => {
    const change = { sealed: bytes(5) };
    expect((await store.amend("one", { loginFence: 0, revision: 1 }, change, NOW_MS)).kind).toBe("done");
    expect((await store.amend("one", { loginFence: 0, revision: 1 }, change, NOW_MS)).kind).toBe("stale");
    await store.release(await taken(), { sealed: bytes(6), loggedIn: true }, NOW_MS + 3);
    const late = await store.amend("one", { loginFence: 0, revision: 2 }, change, NOW_MS);
    expect(late).toMatchObject({
      kind: "fenced-out",
      record: { loginFence: 1, loggedInAtMs: NOW_MS + 3, revision: 3, fencedOut: 1 },
    });
  });

  test("a state that doesn't fit is refused before anything is written", async () => {
    const sealed = new Uint8Array(SEALED_MAX_BYTES + 1);
    const lease = await taken();
    const before = await store.read("one");
    await expect(store.save(lease, { sealed }, NOW_MS)).rejects.toThrow(TooLarge);
    await expect(store.release(lease, { sealed }, NOW_MS)).rejects.toThrow(TooLarge);
    await expect(store.amend("one", { loginFence: 0, revision: 1 }, { sealed }, NOW_MS)).rejects.toThrow(TooLarge);
    await expect(store.create(definition("two"), { sealed }, NOW_MS)).rejects.toThrow(TooLarge);
    expect(await store.read("one")).toEqual(before);
    expect((await store.create(definition("one"), undefined, NOW_MS)).kind).toBe("exists");
  });
});

test.for([
  ["least-recently-used", ["three", "two", "one"]],
  ["round-robin", ["three", "one", "two"]],
  ["until-failure", ["one", "two", "three"]],
] as const)("a pool's order: %s", async ([order, expected]) => {
  for (const name of ["one", "two", "three"]) await store.create(definition(name, order), undefined, NOW_MS);
  const one = await taken("one", NOW_MS + 1);
  const two = await taken("two", NOW_MS + 2);
  await store.release(two, {}, NOW_MS + 3);
  await store.release(one, {}, NOW_MS + 4);
  expect(await store.ready("customers", 10)).toEqual(expected);
  expect(await store.ready("customers", 1)).toEqual(expected.slice(0, 1));
  expect(await store.ready("others", 10)).toEqual([]);
});

test("held sessions are found when their lease is over, unhealthy ones when their check is due", async () => {
  for (const name of ["held", "ill"]) await store.create(definition(name), { sealed: bytes(1) }, NOW_MS);
  const overMs = (await taken("held")).expiresAtMs + CLOCK_SKEW_MARGIN_MS + 1;
  const condition = { kind: "unhealthy", reason: "x", sinceMs: 1, recheckAtMs: NOW_MS + 9, times: 1 } as const;
  await store.setCondition("ill", condition, NOW_MS);
  expect(await store.ready("customers", 10)).toEqual([]);
  expect(await store.expired("customers", 10, overMs - 1)).toEqual([]);
  expect(await store.expired("customers", 10, overMs)).toEqual(["held"]);
  expect(await store.due("customers", 10, NOW_MS + 8)).toEqual([]);
  expect(await store.due("customers", 10, NOW_MS + 9)).toEqual(["ill"]);
  expect((await store.list()).map(({ name, sealed }) => [name, sealed])).toEqual([
    ["held", undefined],
    ["ill", undefined],
  ]);
});

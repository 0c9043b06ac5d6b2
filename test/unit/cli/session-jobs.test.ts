import { expect, test } from "vitest";

import { outgoing } from "../../../cli/jobs/outgoing.ts";
import { readJobs } from "../../../cli/jobs/read-jobs.ts";
import { readSessionPolicies } from "../../../cli/jobs/session-policies.ts";
import { MemorySessionStore } from "../../../functions/core/session/memory-session-store.ts";
import type { SessionStore } from "../../../functions/core/session/session-store.ts";
import { session } from "./sessions/session-fixtures.ts";

const entriesOf = (...jobs: readonly object[]) => readJobs(jobs.map((job) => JSON.stringify(job)).join("\n"));

async function storeOf(): Promise<SessionStore> {
  const store: SessionStore = new MemorySessionStore();
  for (const policy of ["exclusive", "pages", "shared"] as const) {
    await store.create(session(policy, { policy }), undefined, 0);
  }
  await store.create(session("old"), undefined, 0);
  await store.setCondition("old", { kind: "retired", reason: "account closed", sinceMs: 1 }, 1);
  return store;
}

test.each([
  [{ session: "exclusive" }, "session-jobs", "exclusive"],
  [{ session: "pages", priority: "critical" }, "session-jobs", "pages"],
  [{ session: "shared" }, "jobs", "shop.example"],
  [{ session: "shared", priority: "high" }, "express", "shop.example"],
  [{ sessionPool: "exclusive", priority: "high" }, "express", "shop.example"],
  [{ sessionPool: "exclusive" }, "jobs", "shop.example"],
  [{ session: "nobody" }, "jobs", "shop.example"],
  [{ session: "exclusive", id: "with space" }, "jobs", "shop.example"],
  [{ session: "exclusive", id: 7 }, "jobs", "shop.example"],
])("%o travels by %s in the group %s", async (more, queue, group) => {
  const [entry] = entriesOf({ id: "a", site: "shop.example", ...more });
  if (entry === undefined) throw new Error("no entry");
  const { policies } = await readSessionPolicies(await storeOf(), [entry]);
  expect(outgoing(entry, policies)).toMatchObject({ queue, group });
});

test("an unknown and a retired session are named with each of their lines, and each session is read once", async () => {
  const store = await storeOf();
  const read: string[] = [];
  const counted: Pick<SessionStore, "read" | "ready" | "expired" | "due"> = {
    ready: (pool, limit) => store.ready(pool, limit),
    expired: (pool, limit, nowMs) => store.expired(pool, limit, nowMs),
    due: (pool, limit, nowMs) => store.due(pool, limit, nowMs),
    read: (name: string) => {
      read.push(name);
      return store.read(name);
    },
  };
  const entries = entriesOf(
    { id: "a", session: "nobody" },
    { session: "old" },
    { session: "pages" },
    { session: "old" },
  );
  const { errors } = await readSessionPolicies(counted, entries);
  expect(errors).toEqual([
    { line: 1, id: "a", field: "session", rule: "must name a session that exists", value: '"nobody"' },
    { line: 2, field: "session", rule: "must not name a retired session (account closed)", value: '"old"' },
    { line: 4, field: "session", rule: "must not name a retired session (account closed)", value: '"old"' },
  ]);
  expect(read.toSorted()).toEqual(["nobody", "old", "pages"]);
});

test("a pool that nobody is in is named with each of its lines; one with busy or quarantined sessions isn't", async () => {
  const store = await storeOf();
  const nowMs = 1_000;
  for (const name of ["busy", "aside", "gone"]) await store.create(session(name, { pool: name }), undefined, 0);
  const owner = { container: "c", invocation: "i" };
  await store.take({ name: "busy", owner, durationMs: 60_000, purpose: "jobs" }, nowMs);
  const aside = { kind: "unhealthy", reason: "r", sinceMs: 0, recheckAtMs: 9e12, times: 1 } as const;
  await store.setCondition("aside", aside, nowMs);
  await store.setCondition("gone", { kind: "retired", reason: "r", sinceMs: 0 }, nowMs);
  const pools = ["busy", "misspelt", "aside", "gone"].map((sessionPool) => ({ sessionPool }));
  const { errors } = await readSessionPolicies(store, entriesOf(...pools));
  expect(errors.map(({ line, field, value }) => [line, field, value])).toEqual([
    [2, "sessionPool", '"misspelt"'],
    [4, "sessionPool", '"gone"'],
  ]);
});

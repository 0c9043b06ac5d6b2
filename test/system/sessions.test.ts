import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { snapshotOf } from "../../functions/core/session/state/states.ts";
import type { JobResult } from "../../functions/core/job/job-result.ts";
import { leastRecentlyUsedFaults, overlappingLeases } from "./lease-history.ts";
import { replay } from "../unit/shop/replay-members.ts";
import { SessionStack } from "./session-stack.ts";

const SKUS = 40;

function skusOf(stack: SessionStack): readonly string[] {
  return stack.system.shop.truth.products("")?.skus.slice(0, SKUS) ?? [];
}

function wrongRecords(results: readonly JobResult[], asked: ReadonlyMap<string, string>): readonly string[] {
  return results
    .filter(({ id, output }) => (output as { values?: { sku?: string } })?.values?.sku !== asked.get(id))
    .map(({ id }) => id);
}

describe("a pages session", () => {
  let stack: SessionStack;
  beforeAll(async () => {
    stack = await SessionStack.start({ containers: 2, members: { searchLatencyMs: 20 } });
    await stack.create({ name: "member-1", policy: "pages", pages: 5 });
  });
  afterAll(() => stack.close());

  it("serves 200 jobs on five pages with one login, and each gets its own record", async () => {
    const skus = skusOf(stack);
    const asked = new Map(Array.from({ length: 200 }, (_, n) => [`guarded-${n}`, skus[n % SKUS] ?? ""]));
    const jobs = [...asked].map(([id, sku]) => stack.searchJob(id, sku, { session: "member-1" }));
    await stack.system.sendToSession("member-1", jobs);
    const results = await stack.system.results(200, 0);
    expect(results.map(({ kind }) => kind).filter((kind) => kind !== "completed")).toEqual([]);
    expect(new Set(results.map(({ id }) => id)).size).toBe(200);
    expect(wrongRecords(results, asked)).toEqual([]);
    const { events, flights } = stack.system.shop.members.history();
    expect(events.filter(({ kind }) => kind === "login-accepted")).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === "login-refused")).toEqual([]);
    // Several pages were at work at once, or the test shows nothing.
    expect(flights["member-1"]?.mostAtOnce).toBeGreaterThan(1);
  });

  it("shows wrong records where the sections aren't exclusive", async () => {
    const skus = skusOf(stack);
    const asked = new Map(Array.from({ length: 40 }, (_, n) => [`unguarded-${n}`, skus[n % SKUS] ?? ""]));
    const jobs = [...asked].map(([id, sku]) => stack.searchJob(id, sku, { session: "member-1" }, false));
    await stack.system.sendToSession("member-1", jobs);
    const results = await stack.system.results(40, 0);
    expect(wrongRecords(results, asked).length).toBeGreaterThan(0);
  });
});

describe("three exclusive sessions in a pool, two containers", () => {
  let stack: SessionStack;
  const members = ["member-1", "member-2", "member-3"];
  beforeAll(async () => {
    stack = await SessionStack.start({ containers: 2 });
    await stack.create(...members.map((name) => ({ name, pool: "shop" })));
  });
  afterAll(() => stack.close());

  it("runs 60 jobs, each session with one at a time, least recently used first", async () => {
    const skus = skusOf(stack);
    const asked = new Map(Array.from({ length: 60 }, (_, n) => [`pool-${n}`, skus[n % SKUS] ?? ""]));
    await stack.system.send([...asked].map(([id, sku]) => stack.searchJob(id, sku, { sessionPool: "shop" })));
    const results = await stack.system.results(60, 0);
    expect(results.filter(({ kind }) => kind !== "completed")).toEqual([]);
    expect(wrongRecords(results, asked)).toEqual([]);
    expect(new Set(results.map(({ container }) => container)).size).toBe(2);
    const { events, flights } = stack.system.shop.members.history();
    expect(events.filter(({ kind }) => kind === "login-accepted")).toHaveLength(3);
    expect(members.map((name) => flights[name]?.mostAtOnce)).toEqual([1, 1, 1]);
    const history = stack.leaseHistory();
    expect(history.length).toBeGreaterThanOrEqual(60);
    expect(overlappingLeases(history)).toEqual([]);
    expect(leastRecentlyUsedFaults(history)).toEqual([]);
  });

  it("puts a broken one aside, loses none of its jobs, and 40 more go on with two", async () => {
    stack.system.shop.members.revoke("member-2");
    const skus = skusOf(stack);
    const asked = new Map(Array.from({ length: 40 }, (_, n) => [`broken-${n}`, skus[n % SKUS] ?? ""]));
    await stack.system.send([...asked].map(([id, sku]) => stack.searchJob(id, sku, { sessionPool: "shop" })));
    const results = await stack.system.results(40, 0);
    expect(results.filter(({ kind }) => kind !== "completed")).toEqual([]);
    expect(wrongRecords(results, asked)).toEqual([]);
    const broken = await stack.sessions.read("member-2");
    expect(broken?.condition).toMatchObject({ kind: "unhealthy", reason: expect.stringContaining("account locked") });
    const others = await Promise.all(["member-1", "member-3"].map((name) => stack.sessions.read(name)));
    expect(others.map((record) => record?.condition.kind)).toEqual(["ready", "ready"]);
    expect(others.reduce((sum, record) => sum + (record?.uses ?? 0), 0) + (broken?.uses ?? 0)).toBe(100);
    expect(overlappingLeases(stack.leaseHistory())).toEqual([]);
  });
});

describe("a shared session on three containers", () => {
  let stack: SessionStack;
  afterEach(() => stack.close());

  it("logs in once, and every container's jobs work with its cookies, which rotate with each request", async () => {
    // Jobs that take a moment, or two containers are faster than the third one starts.
    const members = { rotation: true, acceptedTokens: 200 };
    stack = await SessionStack.start({ containers: 3, latencyMs: 150, members });
    await stack.create({ name: "member-1", policy: "shared" });
    const names = Array.from({ length: 30 }, (_, n) => `p${n}`);
    const jobs = names.map((name, n) => {
      const steps = [
        { do: "goto", url: `${stack.origin}/members/preference?name=${name}&value=v${n}` },
        { do: "goto", url: `${stack.origin}/members` },
        { do: "extract", fields: { member: { selector: "#member-name" } } },
      ];
      return JSON.stringify({
        v: 1,
        id: name,
        strategy: "recipe",
        site: stack.system.host,
        session: "member-1",
        input: { steps },
      });
    });
    // Both queues, because each may occupy two containers in this stage.
    await Promise.all([stack.system.send(jobs.slice(0, 15)), stack.system.send(jobs.slice(15), "ExpressQueueUrl")]);
    const results = await stack.system.results(30, 0);
    expect(results.filter(({ kind }) => kind !== "completed")).toEqual([]);
    expect(new Set(results.map(({ container }) => container)).size).toBe(3);
    const history = stack.system.shop.members.history();
    expect(history.events.filter(({ kind }) => kind === "login-accepted")).toHaveLength(1);
    expect(history.events.filter(({ kind }) => kind === "login-refused" || kind === "turned-away")).toEqual([]);
    expect(replay(history)).toEqual([]);
    const { cookies } = snapshotOf(await stack.state("member-1"), { nowMs: Date.now() });
    const stored = new Map(cookies.map(({ name, value }) => [name, value]));
    expect(names.map((name) => stored.get(`preference-${name}`))).toEqual(names.map((_, n) => `v${n}`));

    // What lets somebody in stands nowhere in the clear: no log, metric, result or table.
    const secrets = ["member", "member-device"].map((name) => stored.get(name) ?? "");
    expect(secrets.every((secret) => secret.length > 8)).toBe(true);
    const seen = [JSON.stringify(stack.system.lines), JSON.stringify(results), await stack.stored()].join("\n");
    expect([...secrets, "member-1-secret"].filter((secret) => seen.includes(secret))).toEqual([]);
  });
});

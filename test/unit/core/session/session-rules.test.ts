import { describe, expect, test } from "vitest";

import { CLOCK_SKEW_MARGIN_MS } from "../../../../functions/core/lease/lease-rules.ts";
import {
  decayedScore,
  ERROR_SCORE_MAX,
  healthOf,
  holdsSession,
  isOver,
  orderMs,
  poolPlaceOf,
  quarantined,
  scored,
  sessionTakeable,
  staleLogin,
  usedUp,
} from "../../../../functions/core/session/session-rules.ts";
import type { SessionCondition, SessionLease, SessionRecord } from "../../../../functions/core/session/session.ts";
import { NOW_MS } from "./state-fixtures.ts";

const lease: SessionLease = {
  session: "shop-1",
  owner: { container: "a", invocation: "a/1" },
  fence: 3,
  purpose: "jobs",
  acquiredAtMs: NOW_MS,
  renewedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 10_000,
};
const idle: SessionRecord = {
  name: "shop-1",
  site: "shop.example",
  policy: "exclusive",
  pool: "customers",
  order: "least-recently-used",
  pages: 5,
  jobLimitMs: 180_000,
  condition: { kind: "ready" },
  errorScore: { value: 0, atMs: NOW_MS },
  uses: 0,
  createdAtMs: NOW_MS,
  lastUsedAtMs: 5,
  lastLeasedAtMs: 7,
  fence: 3,
  loginFence: 0,
  revision: 0,
  fencedOut: 0,
};
const held: SessionRecord = { ...idle, holder: lease };
const unhealthy: SessionCondition = { kind: "unhealthy", reason: "x", sinceMs: 1, recheckAtMs: NOW_MS, times: 1 };
const retired: SessionCondition = { kind: "retired", reason: "x", sinceMs: 1 };
const FREE_AT_MS = lease.expiresAtMs + CLOCK_SKEW_MARGIN_MS + 1;

test("a lease is over only beyond the skew margin", () => {
  expect(isOver(lease, FREE_AT_MS - 1)).toBe(false);
  expect(isOver(lease, FREE_AT_MS)).toBe(true);
});

describe("takeable", () => {
  const cases: readonly (readonly [string, SessionRecord, Parameters<typeof sessionTakeable>[1], number, string])[] = [
    ["idle", idle, {}, NOW_MS, "free"],
    ["held", held, {}, FREE_AT_MS - 1, "held"],
    ["its holder is over", held, {}, FREE_AT_MS, "free"],
    ["retired", { ...idle, condition: retired }, { recheck: true }, NOW_MS, "not-ready"],
    ["unhealthy", { ...idle, condition: unhealthy }, {}, NOW_MS, "not-ready"],
    ["unhealthy, its check not due", { ...idle, condition: unhealthy }, { recheck: true }, NOW_MS - 1, "not-ready"],
    ["unhealthy, its check due", { ...idle, condition: unhealthy }, { recheck: true }, NOW_MS, "free"],
    ["unhealthy, and being checked", { ...held, condition: unhealthy }, { recheck: true }, NOW_MS, "held"],
    ["nobody held it since", idle, { ifFence: 3 }, NOW_MS, "free"],
    ["somebody held it since", idle, { ifFence: 2 }, NOW_MS, "overtaken"],
    ["somebody holds it since", held, { ifFence: 2 }, NOW_MS, "overtaken"],
    ["the one who was seen holds it", held, { ifFence: 3 }, NOW_MS, "held"],
    ["retired and held since", { ...held, condition: retired }, { ifFence: 2 }, NOW_MS, "not-ready"],
  ];
  test.for(cases)("%s", ([, record, request, nowMs, verdict]) => {
    expect(sessionTakeable(record, request, nowMs)).toBe(verdict);
  });
});

test("a lease holds by owner and fence, however old it is", () => {
  expect(holdsSession(held, { ...lease, expiresAtMs: 0, renewedAtMs: 1 })).toBe(true);
  expect(holdsSession(undefined, lease)).toBe(false);
  expect(holdsSession(idle, lease)).toBe(false);
  expect(holdsSession({ ...held, fence: 4 }, lease)).toBe(false);
  expect(holdsSession(held, { ...lease, owner: { container: "b", invocation: "a/1" } })).toBe(false);
  expect(holdsSession(held, { ...lease, owner: { container: "a", invocation: "a/2" } })).toBe(false);
});

test("health is the condition, and for a ready one what its holder does", () => {
  expect(healthOf(idle, NOW_MS)).toBe("idle");
  expect(healthOf(held, NOW_MS)).toBe("busy");
  expect(healthOf({ ...held, holder: { ...lease, purpose: "refresh" } }, NOW_MS)).toBe("refreshing");
  expect(healthOf(held, FREE_AT_MS)).toBe("idle");
  expect(healthOf({ ...held, condition: unhealthy }, NOW_MS)).toBe("unhealthy");
  expect(healthOf({ ...held, condition: retired }, NOW_MS)).toBe("retired");
});

test("a place in the pool's index", () => {
  expect(poolPlaceOf(idle)).toEqual({ list: "ready", sortMs: 5 });
  expect(poolPlaceOf({ ...idle, order: "round-robin" })).toEqual({ list: "ready", sortMs: 7 });
  expect(poolPlaceOf({ ...idle, order: "until-failure" })).toEqual({ list: "ready", sortMs: -5 });
  expect(poolPlaceOf(held)).toEqual({ list: "held", sortMs: lease.expiresAtMs });
  expect(poolPlaceOf({ ...held, condition: unhealthy })).toEqual({ list: "held", sortMs: lease.expiresAtMs });
  expect(poolPlaceOf({ ...idle, condition: unhealthy })).toEqual({ list: "unhealthy", sortMs: NOW_MS });
  expect(poolPlaceOf({ ...held, condition: retired })).toBeUndefined();
  expect(poolPlaceOf({ ...idle, pool: undefined })).toBeUndefined();
});

test("a session that was never used has a place that a store can keep", () => {
  expect(Object.is(orderMs("until-failure", 0, 0), 0)).toBe(true);
});

describe("the error score", () => {
  test("halves in ten minutes, and never grows by a clock that goes back", () => {
    expect(decayedScore({ value: 2, atMs: NOW_MS }, NOW_MS + 600_000)).toBe(1);
    expect(decayedScore({ value: 2, atMs: NOW_MS }, NOW_MS - 600_000)).toBe(2);
    expect(scored({ value: 2, atMs: NOW_MS }, "failure", NOW_MS - 1)).toEqual({ value: 3, atMs: NOW_MS });
  });

  test("is over the limit after three failures within minutes, not over an hour", () => {
    const after = (gapMs: number) => {
      let score = { value: 0, atMs: NOW_MS };
      for (let count = 1; count <= 3; count += 1) score = scored(score, "failure", NOW_MS + count * gapMs);
      return score.value;
    };
    expect(after(60_000)).toBeGreaterThan(ERROR_SCORE_MAX);
    expect(after(20 * 60_000)).toBeLessThan(ERROR_SCORE_MAX);
  });

  test("a success takes one failure back, never more than there is", () => {
    expect(scored({ value: 1.5, atMs: NOW_MS }, "success", NOW_MS).value).toBe(0.5);
    expect(scored({ value: 0.5, atMs: NOW_MS }, "success", NOW_MS).value).toBe(0);
  });
});

describe("quarantine", () => {
  test("each further time in a row is twice as long, to an hour", () => {
    let condition: SessionCondition = { kind: "ready" };
    const waits: number[] = [];
    for (let times = 1; times <= 40; times += 1) {
      condition = quarantined(condition, "x", NOW_MS);
      if (condition.kind === "unhealthy") waits.push(condition.recheckAtMs - NOW_MS);
    }
    expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * 60_000));
    expect(new Set(waits.slice(6))).toEqual(new Set([3_600_000]));
    expect(condition).toMatchObject({ times: 40, sinceMs: NOW_MS, reason: "x" });
  });

  test("keeps since when, and starts again after it was ready", () => {
    const first = quarantined({ kind: "ready" }, "x", NOW_MS);
    expect(quarantined(first, "y", NOW_MS + 9)).toMatchObject({ reason: "y", sinceMs: NOW_MS, times: 2 });
    expect(quarantined(retired, "z", NOW_MS + 9)).toEqual(retired);
  });
});

test("a login is stale when there was none, or it is as old as it may be", () => {
  expect(staleLogin({}, NOW_MS)).toMatch(/nobody/u);
  expect(staleLogin({ loggedInAtMs: 1 }, NOW_MS)).toBeUndefined();
  expect(staleLogin({ loggedInAtMs: NOW_MS, maxAgeMs: 1_000 }, NOW_MS + 999)).toBeUndefined();
  expect(staleLogin({ loggedInAtMs: NOW_MS, maxAgeMs: 1_000 }, NOW_MS + 1_000)).toMatch(/maxAgeMs \(1000 ms\)/u);
});

test("a session is used up at its last use", () => {
  expect(usedUp({ uses: 9 })).toBeUndefined();
  expect(usedUp({ uses: 1, maxUses: 2 })).toBeUndefined();
  expect(usedUp({ uses: 2, maxUses: 2 })).toMatch(/2 jobs.*maxUses is 2/u);
});

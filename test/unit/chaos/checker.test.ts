import { describe, expect, it } from "vitest";

import { check, INVARIANTS } from "../../../chaos/checker/check.ts";
import { IN_FLIGHT_MS, NOTICE_MS } from "../../../chaos/checker/single-holder.ts";
import type { History } from "../../../chaos/history.ts";
import { expectedRows } from "../../../chaos/load/rows.ts";
import { SOUND, visit, write } from "./sound-history.ts";

const ROWS = expectedRows("list", 3);
const [result, , rejected] = SOUND.results;
if (result === undefined || rejected === undefined) throw new Error("the sound history has results");

function displaced(times: number): History["records"] {
  const event = { kind: "displaced", atMs: 1, fence: 1, by: "critical", waitedMs: 1, repeatedMs: 0 } as const;
  return [{ job: "list", state: "finished", fence: 2, events: Array.from({ length: times }, () => event) }];
}

/** Container a was stopped from before its lease ended until 20,000. */
const STOPPED = SOUND.faults.map((fault) => ({ ...fault, stopped: { container: "a", untilMs: 20_000 } }));

/** What is wrong, the invariant that must say so, and the change that brings it about. */
const BAD: readonly (readonly [what: string, invariant: string, change: Partial<History>])[] = [
  ["a job without a result", "one-outcome", { results: [rejected] }],
  ["two outcomes", "one-outcome", { results: [...SOUND.results, { ...result, fence: 1 }] }],
  ["an outcome that the plan doesn't allow", "one-outcome", { results: [{ ...result, kind: "crashed" }, rejected] }],
  [
    "a result whose record isn't finished",
    "one-outcome",
    { records: [{ job: "list", state: "held", fence: 2, events: [] }] },
  ],
  ["a result without a record", "one-outcome", { records: [] }],
  [
    "a result of another fence than the record's",
    "one-outcome",
    { records: [{ job: "list", state: "finished", fence: 3, events: [] }] },
  ],
  [
    "a malformed message that was given a lease",
    "one-outcome",
    { records: [...SOUND.records, { job: "malformed", state: "finished", fence: 1, events: [] }] },
  ],
  ["an output that misses a row", "whole-output", { results: [{ ...result, rows: ROWS.slice(1) }, rejected] }],
  [
    "an output with a row twice",
    "whole-output",
    { results: [{ ...result, rows: [...ROWS.slice(0, 6), ...ROWS.slice(3)] }, rejected] },
  ],
  [
    "an output with another job's row",
    "whole-output",
    { results: [{ ...result, rows: [...ROWS.slice(1), "other/1/0"] }, rejected] },
  ],
  [
    "a late container that still acts",
    "single-holder",
    { visits: [...SOUND.visits, visit(10_000 + IN_FLIGHT_MS + 1, 3, "a")] },
  ],
  [
    "a container that acts without ever having had the lease",
    "single-holder",
    { visits: [...SOUND.visits, visit(10_150, 3, "c")] },
  ],
  [
    "a stopped container that acts on though it was told",
    "single-holder",
    {
      faults: STOPPED,
      refusals: [write(20_100, "renew", 1, "a")],
      visits: [...SOUND.visits, visit(20_100 + IN_FLIGHT_MS + 1, 3, "a")],
    },
  ],
  [
    "a stopped container that acts on and never asks",
    "single-holder",
    { faults: STOPPED, visits: [...SOUND.visits, visit(20_000 + NOTICE_MS + IN_FLIGHT_MS + 1, 3, "a")] },
  ],
  ["a container that acts before its take", "single-holder", { visits: [visit(5_000, 2, "b"), ...SOUND.visits] }],
  [
    "a write of a fence that is over",
    "fenced-writes",
    { writes: [...SOUND.writes.slice(0, 3), write(10_050, "renew", 1, "a")] },
  ],
  [
    "a write of another owner under the same fence",
    "fenced-writes",
    { writes: [...SOUND.writes.slice(0, 3), write(10_050, "renew", 2, "a")] },
  ],
  ["a write after the finish", "fenced-writes", { writes: [...SOUND.writes, write(10_400, "note", 2, "b")] }],
  ["a second, different finish", "fenced-writes", { writes: [...SOUND.writes, write(10_400, "finish", 2, "b")] }],
  ["a take after the finish", "fenced-writes", { writes: [...SOUND.writes, write(10_400, "take", 3, "a")] }],
  ["a fence that was left out", "fenced-writes", { writes: [write(50, "take", 1, "a"), write(60, "take", 3, "b")] }],
  ["a write before any take", "fenced-writes", { writes: [write(40, "renew", 1, "a"), ...SOUND.writes] }],
  [
    "a checkpoint that goes back",
    "checkpoint-order",
    { writes: SOUND.writes.map((one) => (one.sequence === 2 ? { ...one, sequence: 1 } : one)) },
  ],
  ["another job's mark", "isolation", { visits: [visit(100, 1, "a", ["other"]), ...SOUND.visits.slice(1)] }],
  ["a third displacement", "displacements", { records: displaced(3) }],
  ["no copy of what was rejected", "dead-letters", { deadLetters: [] }],
  ["a copy of what completed", "dead-letters", { deadLetters: ["list", "malformed"] }],
  ["something left behind", "baseline", { leftovers: ["a has 2 browsers"] }],
];

describe("the checker", () => {
  it("finds nothing in a sound history", () => {
    expect(check(SOUND)).toEqual([]);
  });

  it.each(BAD)("finds %s", (_what, invariant, change) => {
    const found = check({ ...SOUND, ...change }).map((violation) => violation.invariant);
    expect(found).toContain(invariant);
  });

  it("has a history that breaks it for every invariant", () => {
    const broken = new Set(BAD.map(([, invariant]) => invariant));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});

/** What looks wrong and isn't. */
const GOOD: readonly (readonly [what: string, change: Partial<History>])[] = [
  [
    "a request that was under way when the lease went",
    { visits: [...SOUND.visits, visit(10_000 + IN_FLIGHT_MS - 1, 2, "a")] },
  ],
  [
    "a stopped container's request as it goes on",
    {
      visits: [...SOUND.visits, visit(21_000, 3, "a")],
      faults: STOPPED,
      refusals: [write(22_000, "renew", 1, "a")],
    },
  ],
  ["a finish that was sent twice, word for word", { writes: [...SOUND.writes, ...SOUND.writes.slice(-1)] }],
  [
    "a request of a browser that was gone before anybody looked",
    { visits: [{ ...visit(9_000, 2, "a"), container: undefined }, ...SOUND.visits] },
  ],
  ["two displacements", { records: displaced(2) }],
];

describe("the checker lets pass", () => {
  it.each(GOOD)("%s", (_what, change) => {
    expect(check({ ...SOUND, ...change })).toEqual([]);
  });
});

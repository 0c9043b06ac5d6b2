import { describe, expect, it } from "vitest";

import { describeInterruptions } from "../../../../cli/why/describe-costs.ts";
import { explainAbsence, type FleetView } from "../../../../cli/why/explain-absence.ts";
import { explainJob } from "../../../../cli/why/explain-job.ts";
import { duration, localTime } from "../../../../cli/times.ts";
import { verdictOf } from "../../../../functions/core/job/blame.ts";
import type { JobEvent } from "../../../../functions/core/job/job-history.ts";
import type { JobResult } from "../../../../functions/core/job/job-result.ts";
import type { LeaseRecord } from "../../../../functions/core/lease/lease.ts";
import { BEGIN_MS, jobRecord, jobResult, takenEvent } from "./job-fixtures.ts";

const timeOf = (atMs: number) => localTime(atMs, 60);
const explain = (record: LeaseRecord, afterMs = 30_000, drained = false) =>
  explainJob(record, drained ? { drain: { sinceMs: BEGIN_MS } } : {}, BEGIN_MS + afterMs, timeOf);

const recovered: JobEvent = {
  kind: "recovered",
  atMs: BEGIN_MS + 10_000,
  fence: 1,
  lost: "browser",
  detail: "SIGKILL",
  browser: "browser-3",
  neighbours: 10,
  recoveryMs: 820,
  repeatedMs: 1_200,
};
const body = { kind: "inline", packed: new Uint8Array(3_200), sealed: true } as const;
const checkpoint = { sequence: 36, stage: "pages", savedAtMs: BEGIN_MS + 28_000, attempt: 1, workedMs: 25_000, body };

/** The evidence, in the words of the rule. */
function blame(history: readonly JobEvent[], kind: "alone" | "poison"): string {
  const verdict = verdictOf(history);
  if (verdict.kind !== kind) throw new Error(`expected ${kind}, got ${verdict.kind}`);
  return verdict.why;
}

describe("a job's whole story", () => {
  it("at work", () => {
    const record = jobRecord({ history: [takenEvent({ waitMs: 0, waiting: 0, running: 4 }), recovered], checkpoint });
    expect(explain(record)).toEqual([
      "Job tents: held (product-pagination, shop.example, extraction), lease lease-1, fence 1",
      "",
      "2026-11-21T17:00:00.000+01:00  Attempt 1 began in container c-1.",
      "                               Its message had been sent 12.3 s before, by queue jobs.",
      "                               A slot was free at once.",
      "                               4 of 10 slots were at work with it; the container's memory set their number.",
      "2026-11-21T17:00:10.000+01:00  Browser browser-3 died with 10 jobs in it: SIGKILL.",
      "                               It went on 0.8 s later in the same container and lease, with 1.2 s of work to do again since its checkpoint.",
      "",
      "It runs: attempt 1 has been in container c-1 for 30 s.",
      "Its lease was renewed 10 s ago and lasts for 50 s more unless renewed.",
      'Its last checkpoint is "pages", number 36, 2 s old: saved in attempt 1 after 25 s of work (3.1 KiB in its record, sealed).',
      "It was interrupted 1 time (1 recovery): 0.8 s of waiting, 1.2 s of work done again.",
    ]);
  });

  it("after its container fell silent, in a drained fleet", () => {
    expect(explain(jobRecord({ history: [takenEvent()] }), 100_000, true).slice(7)).toEqual([
      "It waits: container c-1 fell silent in attempt 1, 1 min 20 s ago.",
      "Its lease ran out 20 s ago: the next container that gets its message goes on with it.",
      "It has saved no checkpoint: another attempt begins at the beginning.",
      "",
      "The fleet is drained since 2026-11-21T17:00:00.000+01:00: nothing waiting is started before `npx sublet drain --resume`.",
    ]);
  });

  it("given back, and suspected", () => {
    const loss = { lost: "browser", browser: "browser-3", neighbours: 2 } as const;
    const ended: JobEvent = {
      kind: "ended",
      atMs: BEGIN_MS + 20_000,
      fence: 1,
      outcome: "crashed",
      runMs: 9_000,
      ...loss,
    };
    const record = jobRecord({
      state: "released",
      releaseReason: "crashed",
      history: [takenEvent(), { ...recovered, browser: "browser-2" }, ended],
      checkpoint: { ...checkpoint, body: { kind: "object", key: "k", bytes: 20_480, sealed: false } },
    });
    const lines = explain(record);
    expect(lines).toContain(
      "It waits: attempt 1 was given back (crashed), and its message comes again from the queue.",
    );
    expect(lines.find((line) => line.startsWith("Its last checkpoint"))).toMatch(/\(20\.0 KiB in the bucket\)\.$/u);
    expect(lines.at(-1)).toBe(`Its next attempt runs with no other job beside it: ${blame(record.history, "alone")}.`);
  });

  it("poison, with its evidence", () => {
    const history = [
      takenEvent(),
      { ...recovered, neighbours: 1, browser: "browser-2" },
      { ...recovered, neighbours: 1 },
    ];
    const error = { name: "Poison", message: "took down 2 browsers" };
    const lines = explain(jobRecord({ state: "finished", result: jobResult({ kind: "crashed", error }), history }));
    expect(lines).toContain("It ended as crashed in attempt 1: Poison: took down 2 browsers.");
    expect(lines.at(-2)).toBe(`It isn't tried again: ${blame(history, "poison")}.`);
    expect(lines.at(-1)).toMatch(/runs it here, alone\. A copy of its message is in the dead-letter queue/u);
  });

  it.each([
    ["completed", "It ended as completed in attempt 1."],
    ["failed", "The error says what its strategy met."],
    ["timed-out", "Raise its maxDurationMs"],
    ["crashed", "A copy of its message"],
    ["out-of-time", "It saved no checkpoint in the time that it had"],
    ["rejected", "Correct its message"],
    ["killed", "To run it after all, send it under another id"],
  ] as const)("ended as %s, with what to do", (kind, last) => {
    const lines = explain(jobRecord({ state: "finished", result: jobResult({ kind }) }));
    expect(lines.at(-1)).toContain(last);
    expect(lines[2]).toBe("Its record tells no history.");
  });

  it("ended by an error, or by rules that it broke", () => {
    const error = { name: "StepFailed", message: "no button.", at: "steps.3" };
    const ending = (change: Partial<JobResult>) => explain(jobRecord({ state: "finished", result: jobResult(change) }));
    expect(ending({ kind: "failed", error })).toContain(
      "It ended as failed in attempt 1: StepFailed: no button (at steps.3).",
    );
    const rejections = [{ field: "priority", rule: "must be one of low, normal" }];
    expect(ending({ kind: "rejected", rejections })).toContain("priority must be one of low, normal");
  });
});

describe("a job without a record", () => {
  const depth = (queue: FleetView["queues"][number]["queue"], visible: number, inFlight = 0) => ({
    queue,
    visible,
    inFlight,
    delayed: 0,
  });
  const view = (visible: number, inFlight: number, containers: number, more: Partial<FleetView> = {}): FleetView => ({
    queues: [depth("express", 0), depth("jobs", visible, inFlight), depth("dead-letter", 0), depth("results", 9)],
    running: containers * 4,
    containers,
    orders: {},
    ...more,
  });

  it("shows the numbers and what they mean", () => {
    expect(explainAbsence("tents", view(240, 12, 3), timeOf)).toEqual([
      "Job tents: no container has taken it, or there is no such job. Queues can't be searched, so these numbers are about all jobs.",
      "",
      "Queue express: about 0 waiting, 0 in a container's hands or put off.",
      "Queue jobs: about 240 waiting, 12 in a container's hands or put off.",
      "12 jobs run in 3 containers.",
      "",
      "If it waits, it is for a free slot: containers take from the express queue (critical, high) first, and the event source starts more of them up to its limit.",
    ]);
  });

  it.each([
    ["nothing waits", view(0, 0, 1), "No message waits anywhere"],
    [
      "drained",
      view(3, 0, 1, { orders: { drain: { sinceMs: BEGIN_MS } } }),
      "The fleet is drained since 2026-11-21T17:00",
    ],
    ["in flight only", view(0, 2, 1), "its container has it and waits for a slot"],
    ["nobody at work", view(5, 0, 0), "no container is at work"],
  ])("%s", (_, seen, words) => {
    expect(explainAbsence("tents", seen, timeOf).at(-1)).toContain(words);
  });

  it("points at dead letters", () => {
    const queues = [depth("jobs", 0), depth("dead-letter", 1)];
    expect(explainAbsence("tents", view(0, 0, 0, { queues }), timeOf).at(-1)).toBe(
      "Queue dead-letter has about 1 message: rejected ones are among them.",
    );
  });
});

it("interruptions are counted by kind", () => {
  const sum = { recovered: 2, displaced: 1, moved: 3, waitedMs: 4_820, repeatedMs: 0 };
  expect(describeInterruptions(sum)).toBe(
    "interrupted 6 times (2 recoveries, 1 displacement, 3 moves): 4.8 s of waiting, 0 ms of work done again",
  );
});

it("times are local, and durations in sensible units", () => {
  expect(localTime(BEGIN_MS, 0)).toBe("2026-11-21T16:00:00.000Z");
  expect(localTime(BEGIN_MS, -210)).toBe("2026-11-21T12:30:00.000-03:30");
  const shown = [-5, 0, 99, 100, 949, 1_000, 59_949, 59_950, 60_000, 184_000, 90_000_000].map(duration);
  expect(shown).toEqual([
    "0 ms",
    "0 ms",
    "99 ms",
    "0.1 s",
    "0.9 s",
    "1 s",
    "59.9 s",
    "1 min",
    "1 min",
    "3 min 4 s",
    "1 d 1 h",
  ]);
});

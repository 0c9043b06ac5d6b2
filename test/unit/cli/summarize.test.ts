import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";

import type { JobResult } from "../../../functions/core/job/job-result.ts";
import type { Verdict } from "../../../cli/run/check-result.ts";
import { describeRun } from "../../../cli/run/describe-run.ts";
import { percentile, summarize, type CheckedLine } from "../../../cli/run/summarize.ts";

function checked(id: string, runMs: number, verdict: Verdict = { kind: "ok" }, strategy = "recipe"): CheckedLine {
  const message = { line: Number(id), body: "", queue: "jobs", group: undefined, id } as const;
  const timings = { queuedMs: 0, waitMs: 0, allocationMs: 100, allocation: "hot", runMs } as const;
  const result = {
    v: 1,
    id,
    kind: "completed",
    attempt: 1,
    fence: 1,
    container: "c",
    finishedAtMs: 0,
    timings,
  } as const;
  return {
    line: { message, expect: { kind: "completed" }, strategy, underSession: strategy === "recipe" },
    id,
    result: verdict.kind === "missing" ? undefined : (result satisfies JobResult),
    verdict,
  };
}

const usage = {
  invocations: 2,
  gbSeconds: 3,
  slotSecondsOffered: 10,
  slotSecondsUsed: 8,
  cpuSeconds: 1,
  contextsPeak: 4,
  browserLaunches: 1,
  sessionsRefreshed: 1,
};
const mismatch = { kind: "mismatch", differences: [{ at: "price", expected: 1, found: 2 }] } as const;
const lines = [
  checked("1", 900),
  checked("2", 1_900, mismatch),
  checked("3", 400, { kind: "missing" }, "pdf"),
  // The same job twice in the file ran once: it costs once.
  checked("1", 900),
];

test("counts per strategy, and the sum of what each job would have been billed alone", () => {
  const summary = summarize(lines, usage, 2_000);
  expect(summary).toMatchObject({ v: 1, jobs: 4, ok: 2, mismatched: 1, missing: 1, jobsPerSecond: 2 });
  expect(summary.strategies).toEqual([
    { strategy: "recipe", jobs: 3, ok: 2, mismatched: 1, missing: 0, runMsP50: 900, runMsP95: 1_900 },
    { strategy: "pdf", jobs: 1, ok: 0, mismatched: 0, missing: 1, runMsP50: null, runMsP95: null },
  ]);
  // 2 GiB × (0.1 + 0.9 + 0.1 + 1.9) s.
  expect(summary.usage.oneToOneGbSeconds).toBeCloseTo(6);
  expect(summary.usage.ofOneToOneRatio).toBeCloseTo(0.5);
  expect(summary.usage.slotUtilizationRatio).toBeCloseTo(0.8);
});

test("says for people what differs, and where", () => {
  const text = stripVTControlCharacters(describeRun(summarize(lines, usage, 2_000)));
  expect(text).toContain("✗ line 2: 2\n  price\n    expected 1\n    found    2");
  expect(text).toContain('✗ line 3: 3\n  (result)\n    expected "completed"\n    found    nothing');
  expect(text).toContain("80 % used, at most 4 contexts in one browser");
});

test("says how many logins the jobs under sessions took, and nothing where none was", () => {
  const text = stripVTControlCharacters(describeRun(summarize(lines, usage, 2_000)));
  expect(text).toContain("sessions    3 jobs under a session, with 1 login\n");
  const anonymous = lines.filter(({ line }) => !line.underSession);
  expect(describeRun(summarize(anonymous, usage, 2_000))).not.toContain("sessions");
});

test("a run without jobs divides by nothing", () => {
  const none = { ...usage, slotSecondsOffered: 0 };
  expect(summarize([], none, 0)).toMatchObject({ jobs: 0, usage: { slotUtilizationRatio: 0, ofOneToOneRatio: 0 } });
});

test.each([
  [[], 50, null],
  [[7], 95, 7],
  [[3, 1, 2], 50, 2],
  [Array.from({ length: 100 }, (_, index) => index + 1), 95, 95],
])("percentile of %o", (values, percent, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});

import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { Verdict } from "./check-result.ts";
import type { Difference } from "./expectation.ts";
import type { FleetUsage } from "./fleet-usage.ts";
import type { JobLine } from "./job-lines.ts";

/** One line's job, what came of it, and whether that is what the line expects. */
export interface CheckedLine {
  readonly line: JobLine;
  readonly id: string;
  readonly result: JobResult | undefined;
  readonly verdict: Verdict;
}

interface StrategySummary {
  readonly strategy: string;
  readonly jobs: number;
  readonly ok: number;
  readonly mismatched: number;
  readonly missing: number;
  /** Of the strategy itself, in its last attempt; null where none ran. */
  readonly runMsP50: number | null;
  readonly runMsP95: number | null;
}

/** What a local run came to: the object that `sublet local --json` prints. */
export interface RunSummary {
  readonly v: 1;
  readonly jobs: number;
  readonly ok: number;
  readonly mismatched: number;
  readonly missing: number;
  readonly wallMs: number;
  readonly jobsPerSecond: number;
  readonly strategies: readonly StrategySummary[];
  /** Jobs that named a session or a pool of them. */
  readonly sessionJobs: number;
  readonly usage: FleetUsage & {
    /** Part of the offered slot-seconds with a job in the slot. */
    readonly slotUtilizationRatio: number;
    /** What the same jobs would have been billed one by one, by their own times: see `ONE_TO_ONE_MIB`. */
    readonly oneToOneGbSeconds: number;
    readonly ofOneToOneRatio: number;
  };
  readonly mismatches: readonly {
    readonly line: number;
    readonly id: string;
    readonly differences: readonly Difference[];
  }[];
}

/** Memory of the fixed baseline, one warm browser for each job (design: "1:1 warm at 2,048 MiB on the same code"). */
const ONE_TO_ONE_MIB = 2_048;

export function summarize(lines: readonly CheckedLine[], usage: FleetUsage, wallMs: number): RunSummary {
  const byStrategy = Map.groupBy(lines, ({ line }) => line.strategy);
  const oneToOneGbSeconds = oneToOne(lines);
  return {
    v: 1,
    ...counts(lines),
    wallMs,
    jobsPerSecond: lines.length / Math.max(wallMs / 1_000, 0.001),
    strategies: [...byStrategy].map(([strategy, ofStrategy]) => {
      const runMs = ofStrategy.flatMap(({ result }) => (result?.timings ? [result.timings.runMs] : []));
      return { strategy, ...counts(ofStrategy), runMsP50: percentile(runMs, 50), runMsP95: percentile(runMs, 95) };
    }),
    sessionJobs: lines.filter(({ line }) => line.underSession).length,
    usage: {
      ...usage,
      slotUtilizationRatio: ratio(usage.slotSecondsUsed, usage.slotSecondsOffered),
      oneToOneGbSeconds,
      ofOneToOneRatio: ratio(usage.gbSeconds, oneToOneGbSeconds),
    },
    mismatches: lines.flatMap(({ line, id, verdict }) => {
      const { line: number } = line.message;
      if (verdict.kind === "mismatch") return [{ line: number, id, differences: verdict.differences }];
      if (verdict.kind === "missing") return [{ line: number, id, differences: [missing(line)] }];
      return [];
    }),
  };
}

function missing({ expect }: JobLine): Difference {
  return { at: "(result)", expected: expect.kind };
}

function counts(lines: readonly CheckedLine[]) {
  const of = (kind: Verdict["kind"]) => lines.filter(({ verdict }) => verdict.kind === kind).length;
  return { jobs: lines.length, ok: of("ok"), mismatched: of("mismatch"), missing: of("missing") };
}

/** Each job once, alone in a warm container of the baseline, for as long as it took here. */
function oneToOne(lines: readonly CheckedLine[]): number {
  const timings = new Map(lines.flatMap(({ id, result }) => (result?.timings ? [[id, result.timings] as const] : [])));
  const totalMs = [...timings.values()].reduce((sum, { allocationMs, runMs }) => sum + allocationMs + runMs, 0);
  return (ONE_TO_ONE_MIB / 1_024) * (totalMs / 1_000);
}

/** Nearest rank. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

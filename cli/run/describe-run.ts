import Table from "cli-table3";
import pc from "picocolors";

import type { RunSummary } from "./summarize.ts";

const DIFFERENCES_MAX = 6;
const MISMATCHES_MAX = 20;
const VALUE_MAX_CHARACTERS = 160;

/** The summary of a run for people: the table, what differs, and what it took. */
export function describeRun(summary: RunSummary): string {
  const parts = [strategyTable(summary), ...describeMismatches(summary), usageLines(summary)];
  return parts.join("\n");
}

function strategyTable({ strategies, jobs, ok, mismatched, missing }: RunSummary): string {
  const table = new Table({
    head: ["strategy", "jobs", "ok", "mismatched", "missing", "run p50", "run p95"].map((text) => pc.bold(text)),
    colAligns: ["left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const row of strategies) {
    const { strategy, runMsP50, runMsP95 } = row;
    table.push([strategy, row.jobs, row.ok, bad(row.mismatched), bad(row.missing), ms(runMsP50), ms(runMsP95)]);
  }
  if (strategies.length > 1) table.push([pc.bold("all"), jobs, ok, bad(mismatched), bad(missing), "", ""]);
  return table.toString();
}

function describeMismatches({ mismatches }: RunSummary): string[] {
  const described = mismatches.slice(0, MISMATCHES_MAX).map(({ line, id, differences }) => {
    const lines = differences
      .slice(0, DIFFERENCES_MAX)
      .flatMap(({ at, expected, found }) => [
        `  ${at}`,
        `    ${pc.green(`expected ${shown(expected)}`)}`,
        `    ${pc.red(`found    ${shown(found)}`)}`,
      ]);
    const more = differences.length - DIFFERENCES_MAX;
    if (more > 0) lines.push(`  and ${more} more`);
    return [`${pc.red("✗")} line ${line}: ${pc.bold(id)}`, ...lines].join("\n");
  });
  const more = mismatches.length - MISMATCHES_MAX;
  return more > 0 ? [...described, `and ${more} more jobs; --json lists all`] : described;
}

function usageLines({ jobs, sessionJobs, wallMs, jobsPerSecond, usage }: RunSummary): string {
  const each = (total: number) => (total / Math.max(jobs, 1)).toFixed(2);
  const rows: readonly (readonly [string, string])[] = [
    ["throughput", `${jobsPerSecond.toFixed(1)} jobs/s (${jobs} jobs in ${(wallMs / 1_000).toFixed(1)} s)`],
    ...sessionLine(sessionJobs, usage.sessionsRefreshed),
    ["slots", `${percent(usage.slotUtilizationRatio)} used, at most ${usage.contextsPeak} contexts in one browser`],
    ["GB-seconds", `${usage.gbSeconds.toFixed(1)} billed, ${each(usage.gbSeconds)} a job`],
    [
      "against 1:1",
      `${percent(usage.ofOneToOneRatio)} or more of 1:1's bill, which is at most ${usage.oneToOneGbSeconds.toFixed(1)} GB-seconds by these jobs' own times`,
    ],
    ["CPU", `${each(usage.cpuSeconds)} CPU-seconds a job`],
  ];
  return rows.map(([name, text]) => `${pc.dim(name.padEnd(12))}${text}`).join("\n");
}

/** Nothing where no job asked for a session. */
function sessionLine(jobs: number, logins: number): (readonly [string, string])[] {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return jobs === 0 ? [] : [["sessions", `${plural(jobs, "job")} under a session, with ${plural(logins, "login")}`]];
}

function bad(count: number): string {
  return count === 0 ? "0" : pc.red(String(count));
}

function ms(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}

function shown(found: unknown): string {
  if (found === undefined) return "nothing";
  const text = JSON.stringify(found);
  return text.length <= VALUE_MAX_CHARACTERS ? text : `${text.slice(0, VALUE_MAX_CHARACTERS - 1)}…`;
}

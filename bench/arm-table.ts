import Table from "cli-table3";

import { LAUNCH_BASELINE, WARM_BASELINE } from "./arms.ts";
import { ratiosOf, type ArmResult } from "./figures/arm-ratios.ts";
import type { Spread } from "./figures/percentiles.ts";

/** Ratios first: they carry over to another machine, seconds don't. */
export function armTable(results: readonly ArmResult[]): string {
  const table = plainTable([
    "arm",
    "GB-s/job to\n1:1 warm",
    "to 1:1\nlaunch",
    "to\nfloor",
    "GB-s\n/job",
    "CPU-s\n/job",
    "wall s\n/job",
    "jobs/s",
    "memory MiB\nlimit",
    "peak, page\ncache incl.",
    "peak un-\nreclaimable",
    "run ms\np50/p95",
    "allocation ms p50/p95\ncold | warm | hot",
  ]);
  for (const { name, memoryMiB, figures } of results) {
    const ratios = ratiosOf(name, results, { warm: WARM_BASELINE, launch: LAUNCH_BASELINE });
    const { cold, warm, hot } = figures.allocationMs;
    table.push([
      name,
      fixed(ratios.toWarm, 2),
      fixed(ratios.toLaunch, 2),
      fixed(ratios.toFloor, 2),
      fixed(figures.gbSecondsPerJob, 2),
      fixed(figures.cpuSecondsPerJob, 3),
      fixed(figures.wallSecondsPerJob, 2),
      fixed(figures.jobsPerSecond, 2),
      String(memoryMiB),
      fixed(figures.peakMiB, 0),
      fixed(figures.unreclaimablePeakMiB, 0),
      spreadText(figures.runMs),
      [cold, warm, hot].map(spreadText).join(" | "),
    ]);
  }
  return table.toString();
}

export function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
  });
}

export function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? "–" : value.toFixed(digits);
}

export function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return "–";
  return `${short(spread.p50)}/${short(spread.p95)}`;
}

function short(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}

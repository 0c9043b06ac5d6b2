import pc from "picocolors";

import { fixed, plainTable, spreadText } from "../arm-table.ts";
import { RECOVERY_AIM_MS, RECOVERY_JOBS, type RecoveryFigures } from "./run-recovery.ts";

/** Beside each other: what it takes to be back at work, and the launch that is in it. */
export function recoveryPart(figures: RecoveryFigures): string[] {
  const { rounds, firstLaunchMs, launchMs, allRestoredMs, restoredMs, nextRequestMs, waitedMs } = figures;
  const table = plainTable(["", "p95 to the\nlaunch's p95", "p50/p95 ms", "aim p95 ms", "samples"]);
  for (const [name, spread, aimMs] of [
    ["cold launch in the dead browser's place", launchMs],
    ["kill to all contexts restored", allRestoredMs, RECOVERY_AIM_MS],
    ["kill to a job's context restored", restoredMs],
    ["kill to a job's next request at the site", nextRequestMs],
    ["a job without a context, by its result", waitedMs],
  ] as const) {
    const ratio = spread && launchMs && spread.p95 / launchMs.p95;
    table.push([name, fixed(ratio, 1), spreadText(spread), String(aimMs ?? ""), String(spread?.samples ?? 0)]);
  }
  return [
    "",
    pc.bold(`SIGKILL of the browser under ${RECOVERY_JOBS} jobs, all of which go on from their checkpoints`),
    `${rounds} rounds; the container's first launch, with its self-test, took ${fixed(firstLaunchMs, 0)} ms`,
    table.toString(),
  ];
}

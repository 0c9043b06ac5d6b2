import { cpus, loadavg } from "node:os";
import { writeFile } from "node:fs/promises";

import { buildChromiumLayer } from "../layers/chromium/build.ts";
import { runAllocation } from "./allocation/run-allocation.ts";
import { LAUNCH_BASELINE, WARM_BASELINE } from "./arms.ts";
import { readBenchOptions, USAGE, UsageError, type BenchOptions, type Part } from "./bench-options.ts";
import { findCellSupport } from "./cell/open-cell.ts";
import { armFigures } from "./figures/arm-figures.ts";
import { ratiosOf, type ArmResult } from "./figures/arm-ratios.ts";
import { runRecipeReads } from "./recipe/run-recipe-reads.ts";
import { runRecovery } from "./recovery/run-recovery.ts";
import { report, type BenchReport } from "./report.ts";
import { runRounds, type RoundsOptions } from "./run-rounds.ts";
import { shopJobs } from "./shop-jobs.ts";
import { startSite } from "./site-process.ts";

const DISTINCT_JOBS = 60;

interface BenchContext extends Pick<RoundsOptions, "support" | "signal" | "onProgress"> {
  readonly options: BenchOptions;
  readonly chromiumDir: string;
}

async function bench(commandLine: readonly string[], signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now();
  const onProgress = (line: string) => {
    console.error(`${((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(4)} s  ${line}`);
  };
  const options = readBenchOptions(commandLine);
  const { chromiumDir } = await buildChromiumLayer();
  const support = await findCellSupport();
  onProgress(support.detail);
  const only = async <Figures>(part: Part, measure: () => Promise<Figures>): Promise<Figures | undefined> => {
    if (!options.parts.includes(part)) return undefined;
    onProgress(part);
    return measure();
  };
  const context = { options, chromiumDir, support, signal, onProgress };
  const run = { support, signal };
  const results = await only("arms", () => runArms(context, startedAtMs + options.maxSeconds * 1_000));
  const allocationMs = await only("allocation", () => runAllocation(run, { ...options, chromiumDir }));
  const recipe = await only("recipe", () => runRecipeReads(run, { chromiumDir, reads: options.recipeReads }));
  const recovery = await only("recovery", () => runRecovery({ ...run, rounds: options.recoveries, onProgress }));
  const baselines = { warm: WARM_BASELINE, launch: LAUNCH_BASELINE };
  const figures: BenchReport = {
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      loadAverage: loadavg(),
      node: process.version,
    },
    cells: support,
    options,
    seconds: (performance.now() - startedAtMs) / 1_000,
    arms: results?.map((result) => ({ ...result, ratios: ratiosOf(result.name, results, baselines) })),
    allocationMs,
    recipe,
    recovery,
  };
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(report(figures));
}

/** All arms against one site, which runs outside of their cells. Arms that there was no time for aren't in the answer. */
async function runArms({ options, chromiumDir, ...run }: BenchContext, endByMs: number): Promise<readonly ArmResult[]> {
  const { arms, jobs, rounds, latencyMs } = options;
  const site = await startSite(latencyMs);
  try {
    const task = { chromiumDir, jobs: shopJobs(site.origin, DISTINCT_JOBS) };
    const results = await runRounds({ ...run, arms, jobs, rounds, endByMs, task });
    return [...results]
      .filter(([, ofArm]) => ofArm.length > 0)
      .map(([{ name, memoryMiB, slots }, ofArm]) => ({
        name,
        memoryMiB,
        slots,
        figures: armFigures(memoryMiB, ofArm),
      }));
  } finally {
    await site.close();
  }
}

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort(new Error(name)));
try {
  await bench(process.argv.slice(2), interrupted.signal);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (interrupted.signal.aborted) {
    console.error("interrupted: nothing is left running");
    process.exitCode = 130;
  } else throw error;
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ensureBuilt } from "../cli/build/ensure-built.ts";
import { PROJECT_ROOT } from "../cli/project-paths.ts";
import { INVARIANTS } from "./checker/check.ts";
import { FAULTS } from "./faults/registry.ts";
import { readChaosOptions, USAGE, UsageError, type ChaosOptions } from "./options.ts";
import { plansOf } from "./plan/draw-plan.ts";
import { listOf, reportTable, withPart, type PlanReport } from "./report.ts";
import { runPlans } from "./run-plans.ts";

const NAMES = FAULTS.map(({ name }) => name);
const FAILURES_SHOWN = 5;
const PAGE = join(PROJECT_ROOT, "docs/reliability.md");

try {
  process.exitCode = await run(readChaosOptions(process.argv.slice(2), NAMES));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

/** @returns the exit code: 1 where any plan didn't hold */
async function run(options: ChaosOptions): Promise<number> {
  await ensureBuilt(console.error);
  const reports: PlanReport[] = [];
  for await (const { report, history } of runPlans(options.seed, numbersOf(options), options.containers)) {
    reports.push(report);
    console.error(lineOf(report));
    for (const { invariant, what } of report.violations) console.error(`  ✗ ${invariant}: ${what}`);
    if (report.violations.length > 0) {
      for (const why of history.failures.slice(0, FAILURES_SHOWN)) console.error(`  an invocation failed: ${why}`);
      console.error(`  again with: npm run chaos -- --seed ${report.seed} --plan ${report.number}`);
    }
    if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(reports, undefined, 2)}\n`);
  }
  const table = reportTable(reports, NAMES);
  console.log(table);
  if (options.report) {
    const page = withPart(await readFile(PAGE, "utf8"), "table", table);
    await writeFile(PAGE, withPart(withPart(page, "faults", listOf(FAULTS)), "invariants", listOf(INVARIANTS)));
  }
  const failed = reports.filter(({ violations }) => violations.length > 0);
  console.error(`${reports.length} plans, ${failed.length} of them with violations`);
  return failed.length === 0 ? 0 : 1;
}

function numbersOf({ plan, plans, fault }: ChaosOptions): number[] {
  if (plan !== undefined) return [plan];
  return fault === undefined ? Array.from({ length: plans }, (_, number) => number) : plansOf(fault, plans, FAULTS);
}

function lineOf({ number, faults, figures, violations, tookMs }: PlanReport): string {
  const told = faults.map(({ fault, what, hit }) => `${fault}${hit ? "" : " (no hit)"}: ${what}`).join("; ");
  const recovered = figures.recoveries.map(({ ms }) => `, recovered in ${ms} ms`).join("");
  const mark = violations.length === 0 ? "✓" : "✗";
  return `${mark} plan ${number}, ${figures.jobs} jobs, ${(tookMs / 1_000).toFixed(1)} s${recovered}: ${told}`;
}

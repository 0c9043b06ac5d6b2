import { check } from "./checker/check.ts";
import { FAULTS } from "./faults/registry.ts";
import { figuresOf } from "./figures.ts";
import type { History } from "./history.ts";
import { drawPlan } from "./plan/draw-plan.ts";
import type { PlanReport } from "./report.ts";
import { runPlan } from "./run-plan.ts";
import { Stand } from "./stand/stand.ts";

/** So many plans one stand serves: what wears out over plans would show long before. */
const PLANS_PER_STAND = 100;

export interface PlanEnd {
  readonly report: PlanReport;
  readonly history: History;
}

/** Runs plans one after the other, on one stand as long as they hold; after one that doesn't, on a new one. */
export async function* runPlans(seed: number, numbers: readonly number[], containers: number): AsyncGenerator<PlanEnd> {
  let stand: Stand | undefined;
  let names = new Map<string, string>();
  let served = 0;
  try {
    for (const number of numbers) {
      if (stand === undefined) {
        stand = await Stand.open(containers);
        names = new Map();
        served = 0;
      }
      const plan = drawPlan(seed, number, FAULTS);
      const startedAtMs = Date.now();
      const history = await runPlan(stand, plan, names);
      const violations = check(history);
      const faults = history.faults.map(({ order, what, hit }) => ({ fault: order.fault, what, hit }));
      const tookMs = Date.now() - startedAtMs;
      yield { report: { seed, number, faults, figures: figuresOf(history), violations, tookMs }, history };
      served += 1;
      // What one plan left behind must not be another one's fault.
      if (violations.length === 0 && served < PLANS_PER_STAND) continue;
      await stand.close();
      stand = undefined;
    }
  } finally {
    await stand?.close();
  }
}

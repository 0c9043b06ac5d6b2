import type { Arm } from "./arms.ts";
import type { CellSupport } from "./cell/cell.ts";
import type { ArmRound } from "./figures/arm-figures.ts";
import type { ArmTask } from "./arm/arm-message.ts";
import { runArm } from "./run-arm.ts";

/** An arm with one slot takes so much longer for a job that it counts fewer. */
const ONE_SLOT_SHARE = 1 / 3;

export interface RoundsOptions {
  readonly arms: readonly Arm[];
  readonly jobs: number;
  readonly rounds: number;
  /** By `performance.now()`: no arm begins after it, and no round that wouldn't end by then, going by the ones before. */
  readonly endByMs: number;
  readonly support: CellSupport;
  readonly signal: AbortSignal;
  readonly task: Pick<ArmTask, "chromiumDir" | "jobs">;
  readonly onProgress: (line: string) => void;
}

/** Every arm once, then every arm again: what else the machine does falls on all of them alike. */
export async function runRounds(options: RoundsOptions): Promise<Map<Arm, ArmRound[]>> {
  const { arms, rounds, endByMs, support, signal, task, onProgress } = options;
  const results = new Map<Arm, ArmRound[]>(arms.map((arm) => [arm, []]));
  const startedAtMs = performance.now();
  for (let round = 1; round <= rounds; round += 1) {
    const eachMs = (performance.now() - startedAtMs) / Math.max(1, round - 1);
    if (round > 1 && performance.now() + eachMs > endByMs) {
      onProgress(`no time for round ${round} of ${rounds}`);
      break;
    }
    for (const arm of arms) {
      if (performance.now() > endByMs) {
        onProgress(`no time for ${arm.name}`);
        continue;
      }
      const countedJobs = arm.slots === 1 ? Math.ceil(options.jobs * ONE_SLOT_SHARE) : options.jobs;
      const result = await runArm(arm, { support, signal, round, task: { ...task, countedJobs } });
      results.get(arm)?.push(result);
      const perSecond = (result.jobs / result.wallSeconds).toFixed(2);
      onProgress(
        `round ${round}, ${arm.name}: ${result.jobs} jobs in ${result.wallSeconds.toFixed(1)} s, ${perSecond}/s`,
      );
    }
  }
  return results;
}

import { join } from "node:path";

import { runInCell, type CellRun } from "../cell/run-in-cell.ts";
import { allocationSpreads, type ArmFigures } from "../figures/arm-figures.ts";
import type { AllocationMessage, AllocationTask } from "./allocation-process.ts";

const DEADLINE_MS = 120_000;
export const ALLOCATION_MIB = 2_048;

/** What issue and docs ask of the 95th percentile, in milliseconds. */
export const ALLOCATION_AIMS_MS = { hot: 10, warm: 200, cold: 2_000 } as const;

/** Times of a lease from the pool, one at a time in a browser that does nothing else. @throws CellRunFailed */
export async function runAllocation(
  run: Pick<CellRun<AllocationMessage>, "support" | "signal">,
  task: Omit<AllocationTask, "tempDir">,
): Promise<ArmFigures["allocationMs"]> {
  let spreads: ArmFigures["allocationMs"] = {};
  await runInCell<AllocationMessage>({
    ...run,
    name: "allocation",
    memoryMiB: ALLOCATION_MIB,
    program: join(import.meta.dirname, "allocation-process.ts"),
    task: (tempDir): AllocationTask => ({ ...task, tempDir }),
    deadlineMs: DEADLINE_MS,
    onMessage: ({ allocations }) => {
      spreads = allocationSpreads(allocations);
    },
  });
  return spreads;
}

import { join } from "node:path";

import type { Arm } from "./arms.ts";
import type { ArmMessage, ArmTask } from "./arm/arm-message.ts";
import type { MemoryPeaks } from "./cell/cell.ts";
import { CellRunFailed, runInCell, type CellRun } from "./cell/run-in-cell.ts";
import type { ArmRound } from "./figures/arm-figures.ts";

const PROGRAM = join(import.meta.dirname, "arm/arm-process.ts");
const DEADLINE_MS = 180_000;

export interface ArmRun extends Pick<CellRun<ArmMessage>, "support" | "signal"> {
  readonly round: number;
  readonly task: Omit<ArmTask, "arm" | "tempDir">;
}

/** One arm, one round: a fresh process and a fresh browser in a fresh cell. @throws CellRunFailed */
export async function runArm(arm: Arm, { support, signal, round, task }: ArmRun): Promise<ArmRound> {
  let cpuSecondsAtOpening = 0;
  let window: { readonly wallSeconds: number; readonly cpuSeconds: number; readonly memory: MemoryPeaks } | undefined;
  let done: Extract<ArmMessage, { kind: "done" }> | undefined;
  await runInCell<ArmMessage>({
    support,
    signal,
    name: `${round}-${arm.name.replaceAll(/[^a-z0-9]+/giu, "-")}`,
    memoryMiB: arm.memoryMiB,
    program: PROGRAM,
    task: (tempDir): ArmTask => ({ ...task, arm, tempDir }),
    deadlineMs: DEADLINE_MS,
    onMessage: (message, cell) => {
      if (message.kind === "window-opened") cpuSecondsAtOpening = cell.cpuSeconds();
      else if (message.kind === "done") done = message;
      else {
        const cpuSeconds = cell.cpuSeconds() - cpuSecondsAtOpening;
        window = { wallSeconds: message.wallSeconds, cpuSeconds, memory: cell.memory() };
      }
    },
  });
  if (window === undefined || done === undefined) throw new CellRunFailed(`${arm.name} ended without its figures`);
  const { memory, ...edges } = window;
  return { ...edges, ...memory, jobs: task.countedJobs, allocations: done.allocations, runMs: done.runMs };
}

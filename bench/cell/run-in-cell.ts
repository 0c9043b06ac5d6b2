import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Cell, CellSupport } from "./cell.ts";
import { openCell } from "./open-cell.ts";

/** Enters the cell before Node starts, so that nothing of the process lies outside. */
const ENTER = 'for entrance in $BENCH_ENTRANCES; do echo $$ > "$entrance" || exit 1; done; exec "$@"';

export interface CellRun<Message> {
  readonly support: CellSupport;
  /** Unique in this run. */
  readonly name: string;
  readonly memoryMiB: number;
  /** The program of the process: a file that Node runs. */
  readonly program: string;
  /** Its one argument, given a folder that is the process's own and removed after it. */
  readonly task: (tempDir: string) => unknown;
  readonly onMessage: (message: Message, cell: Cell) => void;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** The process ended badly, or not in time. What it wrote last stands in the message. */
export class CellRunFailed extends Error {
  override readonly name = "CellRunFailed";
}

/** Runs one Node process in a cell of its own, to its end. Nothing of it is left then. @throws CellRunFailed */
export async function runInCell<Message>(run: CellRun<Message>): Promise<void> {
  const tempDir = await mkdtemp(join(tmpdir(), "sublet-bench-"));
  const cell = openCell(run.support, run.name, run.memoryMiB);
  try {
    const signal = AbortSignal.any([run.signal, AbortSignal.timeout(run.deadlineMs)]);
    const child = spawn(
      "/bin/sh",
      ["-c", ENTER, "sh", process.execPath, run.program, JSON.stringify(run.task(tempDir))],
      {
        env: { ...process.env, BENCH_ENTRANCES: cell.entrances.join(" ") },
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        signal,
        killSignal: "SIGKILL",
      },
    );
    if (child.pid !== undefined) cell.watch(child.pid);
    child.on("message", (message) => run.onMessage(message as Message, cell));
    const [code, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    if (code !== 0) throw new CellRunFailed(`${run.name} ended with ${killedBy ?? `exit code ${code}`}`);
  } catch (error) {
    if (run.signal.aborted || error instanceof CellRunFailed) throw error;
    throw new CellRunFailed(`${run.name} didn't end within ${run.deadlineMs} ms`, { cause: error });
  } finally {
    await cell.close();
    await rm(tempDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

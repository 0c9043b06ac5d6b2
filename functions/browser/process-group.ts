import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;

export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** Kernel clock ticks since boot; with the pid it names one process for good. */
  readonly startTicks: number;
  readonly zombie: boolean;
}

/** Reads `/proc/PID/stat`. Undefined when the process is gone. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseProcessStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** The command's name stands in brackets and may hold spaces and brackets itself: fields count from the last `)`. */
export function parseProcessStat(stat: string): ProcessEntry {
  const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(stat, 10),
    group: Number(group),
    zombie: state === "Z" || state === "X",
    // Field 22 of proc_pid_stat(5); `rest` begins with field 6.
    startTicks: Number(rest[16]),
  };
}

/** Live processes of a group. Zombies don't count: nothing can end them, and Lambda's init may never reap them. */
export async function liveMembers(group: number): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name)).map(Number);
  const entries = await Promise.all(pids.map(readProcess));
  return entries.filter((entry) => entry !== undefined && entry.group === group && !entry.zombie) as ProcessEntry[];
}

/** SIGKILL to every process of the group. One that is gone already is no error. */
export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** True when the group is empty within the time. */
export async function groupEnds(group: number, withinMs: number): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    if ((await liveMembers(group)).length === 0) return true;
    if (performance.now() >= endMs) return false;
    await delay(POLL_MS);
  }
}

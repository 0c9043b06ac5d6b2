import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;
/** Clock ticks a second in /proc. Source: Linux's USER_HZ, 100 on every architecture that Lambda has. */
const TICKS_PER_SECOND = 100;

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Kernel clock ticks since boot; with the pid it names one process for good. */
  readonly startTicks: number;
  /** `R` on a CPU or waiting for one, `S` asleep, `T` stopped, `Z` dead and not reaped; proc_pid_stat(5) has them all. */
  readonly state: string;
  readonly zombie: boolean;
  /** CPU time of its own and of the dead children that it has waited for, in steps of 10 ms. */
  readonly cpuSeconds: number;
  /** The same without the children. */
  readonly ownCpuSeconds: number;
}

/** Reads `/proc/PID/stat`. Undefined when the process is gone. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseProcessStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** The same at once: some 20 µs, a third of the CPU time that the asynchronous one takes. */
export function readProcessNow(pid: number): ProcessEntry | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** The command's name stands in brackets and may hold spaces and brackets itself: fields count from the last `)`. */
export function parseProcessStat(stat: string): ProcessEntry {
  const [state = "", parent, group, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Fields 14 to 17 and 22 of proc_pid_stat(5); `rest` begins with field 6.
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = rest.slice(8, 12).map(Number);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    group: Number(group),
    startTicks: Number(rest[16]),
    state,
    zombie: state === "Z" || state === "X",
    cpuSeconds: (user + system + childrenUser + childrenSystem) / TICKS_PER_SECOND,
    ownCpuSeconds: (user + system) / TICKS_PER_SECOND,
  };
}

/** Processes of a group, zombies among them. One pass over /proc, synchronous: some 30 µs a process of the machine. */
export function groupMembers(group: number): readonly ProcessEntry[] {
  return readdirSync("/proc").flatMap((name) => {
    const entry = /^\d+$/u.test(name) ? readProcessNow(Number(name)) : undefined;
    return entry?.group === group ? [entry] : [];
  });
}

/** Live processes of a group. Zombies don't count: nothing can end them, and Lambda's init may never reap them. */
export async function liveMembers(group: number): Promise<readonly ProcessEntry[]> {
  return groupMembers(group).filter(({ zombie }) => !zombie);
}

/** SIGKILL to every process of the group. One that is gone already is no error. */
export function killGroup(group: number): void {
  kill(-group);
}

/** SIGKILL to one process, if it is still the one that was seen: its pid may be another's by now. */
export function killProcess({ pid, startTicks }: Pick<ProcessEntry, "pid" | "startTicks">): boolean {
  if (readProcessNow(pid)?.startTicks !== startTicks) return false;
  kill(pid);
  return true;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
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

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process that can be told from a later one with the same pid. */
export interface KnownProcess {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startedTicks: string;
}

interface ListedProcess extends KnownProcess {
  readonly parentPid: number;
}

/**
 * Every living process of a container: those whose environment carries `marker` (the container's temporary folder),
 * the root while it lives, and all their descendants. Chromium leads a process group of its own, so groups don't tell;
 * a child of Chromium's zygote may have overwritten its environment, so that alone doesn't tell either. Linux only.
 */
export function processTree(marker: string, rootPid?: number): KnownProcess[] {
  const processes = listProcesses();
  const tree = new Set<number>();
  for (const { pid } of processes) if (pid === rootPid || carries(pid, marker)) tree.add(pid);
  let grew = true;
  while (grew) {
    const before = tree.size;
    for (const { pid, parentPid } of processes) if (tree.has(parentPid)) tree.add(pid);
    grew = tree.size > before;
  }
  return processes.filter(({ pid }) => tree.has(pid) && pid !== process.pid);
}

/** A tree that still grows after so many rounds forks faster than it is signalled. */
const SIGNAL_ROUNDS_MAX = 20;

/** Sends the signal to every process of the tree, in rounds until no new one turns up. */
export function signalTree(signal: "SIGSTOP" | "SIGCONT", marker: string, rootPid?: number): void {
  const signalled = new Set<number>();
  for (let round = 0; round < SIGNAL_ROUNDS_MAX; round += 1) {
    const fresh = processTree(marker, rootPid).filter(({ pid }) => !signalled.has(pid));
    if (fresh.length === 0) return;
    for (const { pid } of fresh) {
      signalled.add(pid);
      signalOne(pid, signal);
    }
  }
}

const KILL_ROUND_MS = 10;
const KILL_ROUNDS_MAX = 500;
/** A process that is just being started has no environment to be known by, and its parent may be gone: one look isn't enough. */
const QUIET_ROUNDS = 5;

/**
 * Kills every process of the tree, and those of `known` that still live, and waits until they are gone.
 * @param known members of the tree from before their parent ended, which the walk no longer finds
 */
export async function killTree(marker: string, rootPid?: number, known: readonly KnownProcess[] = []): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < KILL_ROUNDS_MAX && quiet < QUIET_ROUNDS; round += 1) {
    const left = [...processTree(marker, rootPid), ...stillAlive(known)];
    quiet = left.length === 0 ? quiet + 1 : 0;
    for (const { pid } of left) signalOne(pid, "SIGKILL");
    if (quiet < QUIET_ROUNDS) await delay(KILL_ROUND_MS);
  }
}

function stillAlive(known: readonly KnownProcess[]): KnownProcess[] {
  const living = new Set(listProcesses().map(({ pid, startedTicks }) => `${pid}@${startedTicks}`));
  return known.filter(({ pid, startedTicks }) => living.has(`${pid}@${startedTicks}`));
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Fields of /proc/<pid>/stat behind `pid (name)`, whose name may hold spaces and brackets. See proc_pid_stat(5). */
const STAT = { state: 0, parentPid: 1, startedTicks: 19 } as const;

function listProcesses(): ListedProcess[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) return [];
    const stat = readProc(pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startedTicks = fields[STAT.startedTicks];
    // A zombie has ended; only its parent can remove it.
    if (startedTicks === undefined || fields[STAT.state] === "Z") return [];
    return [{ pid, parentPid: Number(fields[STAT.parentPid]), startedTicks }];
  });
}

/** As a whole value or the beginning of a path, so that c1 isn't taken for c10. */
function carries(pid: number, marker: string): boolean {
  return readProc(pid, "environ")
    .split("\0")
    .some((entry) => entry.endsWith(`=${marker}`) || entry.includes(`=${marker}/`));
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

import { readdirSync, readFileSync } from "node:fs";

import { MEMORY_SAMPLE_MS, type Cell } from "./cell.ts";

/** Clock ticks a second in /proc. Source: Linux's USER_HZ, 100 on every architecture that Lambda has. */
const TICKS_PER_SECOND = 100;
const KIB_PER_MIB = 1024;

interface TreeProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** Its own time and that of the ended children it has waited for. */
  readonly ticks: number;
}

/**
 * No limits, only sums over /proc: CPU time of the tree's living processes and of the ended ones that they waited for,
 * and its proportional memory, sampled.
 */
export function openProcCell(): Cell {
  let rootPid: number | undefined;
  let unreclaimablePeakMiB = 0;
  const tree = () => (rootPid === undefined ? [] : treeOf(rootPid, listProcesses()));
  const sample = () => {
    const sumKiB = tree().reduce((sum, { pid }) => sum + anonymousKiB(pid), 0);
    unreclaimablePeakMiB = Math.max(unreclaimablePeakMiB, sumKiB / KIB_PER_MIB);
  };
  const sampling = setInterval(sample, MEMORY_SAMPLE_MS);
  return {
    entrances: [],
    watch: (pid) => {
      rootPid = pid;
    },
    cpuSeconds: () => tree().reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    memory: () => {
      sample();
      return { peakMiB: undefined, unreclaimablePeakMiB };
    },
    close: async () => clearInterval(sampling),
  };
}

/** The root and all its descendants. */
export function treeOf<Process extends Pick<TreeProcess, "pid" | "parentPid">>(
  rootPid: number,
  processes: readonly Process[],
): Process[] {
  const members = new Set([rootPid]);
  let before = 0;
  while (members.size > before) {
    before = members.size;
    for (const { pid, parentPid } of processes) if (members.has(parentPid)) members.add(pid);
  }
  return processes.filter(({ pid }) => members.has(pid));
}

function listProcesses(): TreeProcess[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) return [];
    const stat = readProc(pid, "stat");
    // The name stands in brackets and may hold spaces: fields are counted from behind it. See proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 15) return [];
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid, parentPid: Number(fields[1]), ticks }];
  });
}

function anonymousKiB(pid: number): number {
  const rollup = readProc(pid, "smaps_rollup");
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "mu").exec(rollup)?.[1] ?? 0);
  return of("Pss_Anon") + of("Pss_Shmem");
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

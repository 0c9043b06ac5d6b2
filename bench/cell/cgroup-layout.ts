import { MIB_PER_VCPU } from "./cell.ts";

export const CGROUP_ROOT = "/sys/fs/cgroup";
const CPU_PERIOD_MICROSECONDS = 100_000;
const BYTES_PER_MIB = 1024 * 1024;

/** Where one version of cgroups keeps what a cell needs. Paths are relative to the cell's folder in each hierarchy. */
export interface CgroupLayout {
  /** Folders of the hierarchies, below the root. One cell is a folder of the same name in each. */
  readonly hierarchies: readonly string[];
  readonly limits: (memoryMiB: number) => readonly Setting[];
  /** CPU time so far, in seconds. */
  readonly cpuSeconds: (read: ReadFile) => number;
  readonly peakMiB: (read: ReadFile) => number | undefined;
  readonly unreclaimableMiB: (read: ReadFile) => number;
}

interface Setting {
  readonly hierarchy: string;
  readonly file: string;
  readonly value: string;
}

/** Reads a file of the cell; throws where it isn't there. */
type ReadFile = (hierarchy: string, file: string) => string;

/** Microseconds of CPU in each period: memory ÷ 1,769 of one CPU, as Lambda gives it. */
export function cpuQuotaMicroseconds(memoryMiB: number): number {
  return Math.round((memoryMiB / MIB_PER_VCPU) * CPU_PERIOD_MICROSECONDS);
}

/** Source: Linux, Documentation/admin-guide/cgroup-v1/{memory,cpuacct}.rst and scheduler/sched-bwc.rst. */
export const CGROUP_V1: CgroupLayout = {
  hierarchies: ["cpu", "cpuacct", "memory"],
  limits: (memoryMiB) => [
    { hierarchy: "memory", file: "memory.limit_in_bytes", value: String(memoryMiB * BYTES_PER_MIB) },
    { hierarchy: "cpu", file: "cpu.cfs_period_us", value: String(CPU_PERIOD_MICROSECONDS) },
    { hierarchy: "cpu", file: "cpu.cfs_quota_us", value: String(cpuQuotaMicroseconds(memoryMiB)) },
  ],
  cpuSeconds: (read) => Number(read("cpuacct", "cpuacct.usage")) / 1e9,
  peakMiB: (read) => Number(read("memory", "memory.max_usage_in_bytes")) / BYTES_PER_MIB,
  unreclaimableMiB: (read) => {
    const stat = read("memory", "memory.stat");
    return (statValue(stat, "total_rss") + statValue(stat, "total_shmem")) / BYTES_PER_MIB;
  },
};

/** Source: Linux, Documentation/admin-guide/cgroup-v2.rst. `memory.peak` came with Linux 5.19. */
export const CGROUP_V2: CgroupLayout = {
  hierarchies: [""],
  limits: (memoryMiB) => [
    { hierarchy: "", file: "memory.max", value: String(memoryMiB * BYTES_PER_MIB) },
    { hierarchy: "", file: "cpu.max", value: `${cpuQuotaMicroseconds(memoryMiB)} ${CPU_PERIOD_MICROSECONDS}` },
  ],
  cpuSeconds: (read) => statValue(read("", "cpu.stat"), "usage_usec") / 1e6,
  peakMiB: (read) => {
    try {
      return Number(read("", "memory.peak")) / BYTES_PER_MIB;
    } catch {
      return undefined;
    }
  },
  unreclaimableMiB: (read) => {
    const stat = read("", "memory.stat");
    return (statValue(stat, "anon") + statValue(stat, "shmem")) / BYTES_PER_MIB;
  },
};

/** A value of the kernel's `name value` lines; 0 where the name isn't there. */
export function statValue(stat: string, name: string): number {
  const line = stat.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

/** One vCPU for each 1,769 MiB: Lambda's proportion, by which the CPU quota follows from the memory. */
export { MIB_PER_VCPU } from "../../functions/core/capacity/capacity.ts";

/** A process tree under the limits of a Lambda function of `memoryMiB`, and what it has used. */
export interface Cell {
  /** Files that a process writes its own id into to enter the cell. Empty where nothing can be limited. */
  readonly entrances: readonly string[];
  /** Told the root of the tree once it runs: a cell without cgroups can only look for it in /proc. */
  watch(rootPid: number): void;
  /** CPU time of the whole tree so far, of ended processes too, in seconds. */
  cpuSeconds(): number;
  memory(): MemoryPeaks;
  /** Settles when the cell is gone; its processes must have ended. */
  close(): Promise<void>;
}

export interface MemoryPeaks {
  /** The kernel's own peak, page cache included: it counts towards the limit, but is reclaimed before anything is refused. */
  readonly peakMiB: number | undefined;
  /** What can't be reclaimed: anonymous and shared memory. Sampled, so that a short spike may be missed. */
  readonly unreclaimablePeakMiB: number;
}

type CellKind = "cgroup-v1" | "cgroup-v2" | "none";

/** Which cells this machine allows, and why not where it allows none. */
export interface CellSupport {
  readonly kind: CellKind;
  readonly detail: string;
}

export const MEMORY_SAMPLE_MS = 200;

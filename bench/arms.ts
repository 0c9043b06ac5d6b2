import { EVERYTHING, TEXT_ONLY, type ResourcePolicy } from "../functions/core/job/resource-policy.ts";

/** Every arm's memory unless it says otherwise: the baseline's of docs/benchmarks.md. */
const BASELINE_MIB = 2_048;

/** Who runs the jobs. `sublet` goes through the pool; `launch` starts a browser for each job, with the same arguments. */
type ArmDriver = "sublet" | "launch";

/** One way to run the jobs, in a cell of its own. */
export interface Arm {
  readonly name: string;
  readonly driver: ArmDriver;
  /** Jobs at once in one browser. */
  readonly slots: number;
  readonly memoryMiB: number;
  readonly resources: ResourcePolicy;
}

const text = { memoryMiB: BASELINE_MIB, resources: TEXT_ONLY } as const;
const everything = { memoryMiB: BASELINE_MIB, resources: EVERYTHING } as const;

/** What the ratios of the table are against. */
export const WARM_BASELINE = "1:1 warm";
export const LAUNCH_BASELINE = "1:1 launch";

export const ARMS: readonly Arm[] = [
  { name: LAUNCH_BASELINE, driver: "launch", slots: 1, ...text },
  { name: WARM_BASELINE, driver: "sublet", slots: 1, ...text },
  { name: "3:1", driver: "sublet", slots: 3, ...text },
  { name: "6:1", driver: "sublet", slots: 6, ...text },
  { name: "10:1", driver: "sublet", slots: 10, ...text },
  { name: "1:1 warm, everything", driver: "sublet", slots: 1, ...everything },
  { name: "10:1, everything", driver: "sublet", slots: 10, ...everything },
];

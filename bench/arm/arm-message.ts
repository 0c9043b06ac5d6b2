import type { Arm } from "../arms.ts";
import type { Allocation } from "../figures/arm-figures.ts";
import type { ShopJob } from "./shop-job.ts";

/** What the arm's process is told, as its one argument. */
export interface ArmTask {
  readonly arm: Arm;
  readonly chromiumDir: string;
  readonly tempDir: string;
  /** Taken in order, again and again. */
  readonly jobs: readonly ShopJob[];
  readonly countedJobs: number;
}

/** What the arm's process says while it runs. The edges of the window are read by whoever holds the cell. */
export type ArmMessage =
  | { readonly kind: "window-opened" }
  | { readonly kind: "window-closed"; readonly wallSeconds: number }
  | { readonly kind: "done"; readonly allocations: readonly Allocation[]; readonly runMs: readonly number[] };

import type { ArmMessage, ArmTask } from "./arm-message.ts";
import type { PageSource } from "./page-source.ts";
import { launchedPages } from "./launched-pages.ts";
import { openPool, pooledPages } from "./pooled-pages.ts";
import { runShopJob, type ShopJob } from "./shop-job.ts";
import { runSteadyLoad } from "./steady-window.ts";
import type { Allocation } from "../figures/arm-figures.ts";

const task = JSON.parse(process.argv[2] ?? "") as ArmTask;
const source = pageSource(task);
const allocations: Allocation[] = [];
const runMs: number[] = [];

// The browser comes up with the first page, before the load: a cold allocation, and warm caches for all arms alike.
if (task.arm.driver === "sublet") await runJob(jobAt(0), () => {});
let openedAtMs = 0;
await runSteadyLoad({
  slots: task.arm.slots,
  jobs: task.countedJobs,
  run: (index) => runJob(jobAt(index), (ms) => runMs.push(ms)),
  onOpened: () => {
    openedAtMs = performance.now();
    tell({ kind: "window-opened" });
  },
});
tell({ kind: "window-closed", wallSeconds: (performance.now() - openedAtMs) / 1_000 });
tell({ kind: "done", allocations, runMs });
await source.close();
process.disconnect();

async function runJob(job: ShopJob, onRun: (ms: number) => void): Promise<void> {
  const opened = await source.open();
  allocations.push(opened.allocation);
  const startedAtMs = performance.now();
  try {
    await runShopJob(opened.page, job);
    onRun(performance.now() - startedAtMs);
  } finally {
    await opened.release();
  }
}

function jobAt(index: number): ShopJob {
  const job = task.jobs[index % task.jobs.length];
  if (job === undefined) throw new Error("an arm needs at least one job");
  return job;
}

function pageSource({ arm, chromiumDir, tempDir }: ArmTask): PageSource {
  const { resources } = arm;
  if (arm.driver === "launch") return launchedPages({ chromiumDir, tempDir, resources });
  return pooledPages(openPool({ chromiumDir, tempDir }), resources);
}

function tell(message: ArmMessage): void {
  process.send?.(message);
}

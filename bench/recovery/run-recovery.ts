import { setTimeout as delay } from "node:timers/promises";

import { jobBody } from "../../chaos/load/job-body.ts";
import type { PlannedJob } from "../../chaos/plan/plan.ts";
import { processesOf, signalAll } from "../../chaos/stand/processes.ts";
import { Stand } from "../../chaos/stand/stand.ts";
import { ensureBuilt } from "../../cli/build/ensure-built.ts";
import type { CellSupport } from "../cell/cell.ts";
import { spreadOf, type Spread } from "../figures/percentiles.ts";
import { roundFigures, type RoundFigures } from "./round-figures.ts";
import { RoundWatch } from "./round-watch.ts";

/** What issue and docs ask of the 95th percentile from the kill to all contexts restored, in milliseconds. */
export const RECOVERY_AIM_MS = 2_000;
export const RECOVERY_JOBS = 10;

const PAGES = 10;
const PAGE_MS = 100;
/** Every job has a checkpoint by then, and none is done. */
const KILL_AFTER_PAGES = 3;
const ROUND_MAX_MS = 120_000;
const RESULTS_WAIT_SECONDS = 1;
const LOOK_EVERY_MS = 20;

export interface RecoveryFigures {
  readonly rounds: number;
  /** The container's first launch, with its self-test. */
  readonly firstLaunchMs: number | undefined;
  /** Of the browsers that took a dead one's place: cold, without self-test, all jobs waiting for it. */
  readonly launchMs: Spread | undefined;
  readonly allRestoredMs: Spread | undefined;
  readonly restoredMs: Spread | undefined;
  readonly nextRequestMs: Spread | undefined;
  readonly waitedMs: Spread | undefined;
}

export interface RecoveryRun {
  readonly support: CellSupport;
  readonly signal: AbortSignal;
  readonly rounds: number;
  readonly onProgress: (line: string) => void;
}

/**
 * Kills the browser under ten jobs, round after round, in one container of the local stack: the built worker in a cell of
 * its function's size, with its default settings, and queues and tables emulated outside of it.
 * @throws NotResumed
 */
export async function runRecovery({ support, signal, rounds, onProgress }: RecoveryRun): Promise<RecoveryFigures> {
  await ensureBuilt(onProgress);
  const stand = await Stand.open(1, { variables: {}, cells: support.kind !== "none" });
  const all: RoundFigures[] = [];
  let firstLaunchMs: number | undefined;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const { figures, launchMs } = await runRound(stand, round, signal);
      firstLaunchMs ??= launchMs;
      all.push(figures);
      const after = `all restored after ${figures.allRestoredMs.toFixed(0)} ms, the launch ${figures.launchMs.toFixed(0)} ms of it`;
      onProgress(`recovery ${round}: ${after}`);
    }
  } finally {
    await stand.close();
  }
  const spread = (values: (round: RoundFigures) => number | readonly number[]) => spreadOf(all.flatMap(values));
  return {
    rounds: all.length,
    firstLaunchMs,
    launchMs: spread((round) => round.launchMs),
    allRestoredMs: spread((round) => round.allRestoredMs),
    restoredMs: spread((round) => round.restoredMs),
    nextRequestMs: spread((round) => round.nextRequestMs),
    waitedMs: spread((round) => round.waitedMs),
  };
}

/** Fresh jobs each time: one whose browsers die twice under it runs alone from then on. */
async function runRound(
  stand: Stand,
  round: number,
  signal: AbortSignal,
): Promise<{ readonly figures: RoundFigures; readonly launchMs: number | undefined }> {
  const jobs = Array.from({ length: RECOVERY_JOBS }, (_, index) => listJob(`recovery-${round}-${index + 1}`));
  const watch = new RoundWatch(jobs.map(({ id }) => id));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ROUND_MAX_MS)]);
  stand.watch(watch, () => 0);
  stand.site.serve(new Map(jobs.flatMap(({ id, work }) => (work.kind === "list" ? [[id, work] as const] : []))));
  const { host } = stand.site;
  const queueUrl = stand.queueUrl("JobsQueueUrl");
  await Promise.all(jobs.map((job) => stand.queues.send(queueUrl, jobBody(job, host), host)));
  await until(() => watch.haveAsked(KILL_AFTER_PAGES), watch, limit);
  const { launchMs } = watch;
  const browsers = stand
    .containers()
    .flatMap(processesOf)
    .filter(({ kind }) => kind === "browser");
  watch.killed(Date.now());
  signalAll(
    browsers.map(({ pid }) => pid),
    "SIGKILL",
  );
  while (!watch.isOver) {
    limit.throwIfAborted();
    for (const { body } of await stand.queues.take(stand.queueUrl("ResultsQueueUrl"), RESULTS_WAIT_SECONDS)) {
      watch.told(body);
    }
  }
  return { figures: roundFigures(watch.seen(), PAGES), launchMs };
}

function listJob(id: string): PlannedJob {
  return {
    id,
    work: { kind: "list", pages: PAGES, pageMs: PAGE_MS, screenshot: false },
    priority: "normal",
    checkpoint: "navigation",
    copies: 1,
    sendAtShare: 0,
    maxDurationMs: ROUND_MAX_MS,
    mayEnd: ["completed"],
  };
}

async function until(holds: () => boolean, watch: RoundWatch, limit: AbortSignal): Promise<void> {
  while (!holds()) {
    limit.throwIfAborted();
    await Promise.race([watch.change(), delay(LOOK_EVERY_MS)]);
  }
}

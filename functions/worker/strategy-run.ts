import type { ContextLease } from "../browser/context-lease.ts";
import { PermanentFailure } from "../core/job/failures.ts";
import type { ArtifactReference } from "../core/job/job-result.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { StrategyRun } from "../strategies/contract/define-strategy.ts";
import type { ResumePoint } from "./checkpoints/job-progress.ts";
import { reopenPage } from "./checkpoints/reopen-page.ts";
import type { StayReports } from "./checkpoints/stay-reports.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import { asWorker } from "./outbound-guard.ts";

export interface StayFrame {
  readonly lease: Lease;
  /** Where the job goes on from, in the state that the context is in. */
  readonly from: ResumePoint | undefined;
  readonly reports: StayReports;
  /** What the job has written so far; grows. */
  readonly artifacts: ArtifactReference[];
  readonly signal: AbortSignal;
  remainingMs(): number;
  readonly exclusively: StrategyRun<unknown>["exclusively"];
  /** Called when a checkpoint is refused by the fence. */
  leaseLost(detail: string): void;
  /** Called when the job has been asked to leave, and its progress is written down. Ends the stay. */
  leave(): void;
}

/** With an inline output of the largest size they still fit into the job's record (`RESULT_MAX_BYTES`). */
const ARTIFACTS_MAX = 200;

/** Gives a strategy its page and everything else that it may do, each call under the job's lease. */
export function strategyRun(
  container: Container,
  runnable: Runnable,
  leased: ContextLease,
  frame: StayFrame,
): StrategyRun<unknown> {
  const { job, input } = runnable;
  const { from, reports, artifacts, signal } = frame;
  return {
    input,
    site: job.site,
    page: leased.page,
    context: leased.context,
    signal,
    remainingMs: () => frame.remainingMs(),
    resume: from?.progress,
    reopenPage: () => reopenPage(leased.page, from?.content.page, frame.remainingMs()),
    checkpoint: (reported) =>
      asWorker(async () => {
        signal.throwIfAborted();
        const report = await reports.report(reported);
        if (report === "lost") frame.leaseLost(`a checkpoint under fence ${frame.lease.fence} was refused`);
        if (report === "leave") frame.leave();
        signal.throwIfAborted();
      }),
    exclusively: frame.exclusively,
    artifact: (name, contentType, body) =>
      asWorker(async () => {
        signal.throwIfAborted();
        placeFor(name, artifacts);
        const written = await container.artifacts.put(job.id, name, contentType, body);
        // The job may have left meanwhile: it goes on from its last checkpoint then, and writes this file again.
        signal.throwIfAborted();
        artifacts[placeFor(name, artifacts)] = written;
        return written;
      }),
    log: (message, details) =>
      container.log.info(message, { ...details, job: job.id, strategy: job.strategy, fence: frame.lease.fence }),
  };
}

/** Where a file stands in the list; the same name keeps its place. */
function placeFor(name: string, artifacts: readonly ArtifactReference[]): number {
  const known = artifacts.findIndex((artifact) => artifact.name === name);
  if (known >= 0) return known;
  if (artifacts.length < ARTIFACTS_MAX) return artifacts.length;
  throw new PermanentFailure("TooManyArtifacts", `a job may write at most ${ARTIFACTS_MAX} artifacts`);
}

import type { ContextLease } from "../browser/context-lease.ts";
import { PermanentFailure } from "../core/job/failures.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { StrategyRun } from "../strategies/contract/define-strategy.ts";
import type { JobProgress } from "./checkpoints/job-progress.ts";
import { reopenPage } from "./checkpoints/reopen-page.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import { asWorker } from "./outbound-guard.ts";

export interface StayFrame {
  readonly lease: Lease;
  readonly progress: JobProgress;
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
  const { progress, signal } = frame;
  const { artifacts } = progress;
  const resumePage = progress.content?.page;
  return {
    input,
    site: job.site,
    page: leased.page,
    context: leased.context,
    signal,
    remainingMs: () => frame.remainingMs(),
    resume: progress.resume,
    reopenPage: () => reopenPage(leased.page, resumePage, frame.remainingMs()),
    checkpoint: (reported) =>
      asWorker(async () => {
        signal.throwIfAborted();
        const report = await progress.report(reported);
        if (report === "lost") frame.leaseLost(`a checkpoint under fence ${frame.lease.fence} was refused`);
        if (report === "leave") frame.leave();
        signal.throwIfAborted();
      }),
    exclusively: frame.exclusively,
    artifact: (name, contentType, body) =>
      asWorker(async () => {
        signal.throwIfAborted();
        const known = artifacts.findIndex((artifact) => artifact.name === name);
        if (known < 0 && artifacts.length >= ARTIFACTS_MAX) {
          throw new PermanentFailure("TooManyArtifacts", `a job may write at most ${ARTIFACTS_MAX} artifacts`);
        }
        const written = await container.artifacts.put(job.id, name, contentType, body);
        if (known < 0) artifacts.push(written);
        else artifacts[known] = written;
        return written;
      }),
    log: (message, details) =>
      container.log.info(message, { ...details, job: job.id, strategy: job.strategy, fence: frame.lease.fence }),
  };
}

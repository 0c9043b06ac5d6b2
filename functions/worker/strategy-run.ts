import type { ContextLease } from "../browser/context-lease.ts";
import { PermanentFailure } from "../core/job/failures.ts";
import type { ArtifactReference } from "../core/job/job-result.ts";
import type { Checkpoint, Lease } from "../core/lease/lease.ts";
import type { StrategyProgress, StrategyRun } from "../strategies/contract/define-strategy.ts";
import type { Container } from "./container.ts";
import type { Runnable } from "./intake.ts";
import { asWorker } from "./outbound-guard.ts";

/** What the attempt keeps of a strategy's doings, beside its output. */
export interface AttemptTrace {
  readonly artifacts: ArtifactReference[];
  /** Whether this attempt saved a checkpoint. */
  advanced: boolean;
  /** Number of the last checkpoint, this attempt's or an earlier one's. */
  sequence: number;
  progress: StrategyProgress | undefined;
}

export function newTrace(resume: Checkpoint | undefined): AttemptTrace {
  const progress = resume === undefined ? undefined : { stage: resume.stage, cursor: resume.cursor };
  return { artifacts: [], advanced: false, sequence: resume?.sequence ?? 0, progress };
}

export interface AttemptFrame {
  readonly lease: Lease;
  readonly trace: AttemptTrace;
  readonly signal: AbortSignal;
  readonly deadlineAtMs: number;
  readonly exclusively: StrategyRun<unknown>["exclusively"];
  /** Called when a checkpoint is refused by the fence. */
  leaseLost(detail: string): void;
}

/** With an inline output of the largest size they still fit into the job's record (`RESULT_MAX_BYTES`). */
const ARTIFACTS_MAX = 200;

/** Gives a strategy its page and everything else that it may do, each call under the job's lease. */
export function strategyRun(
  container: Container,
  runnable: Runnable,
  leased: ContextLease,
  frame: AttemptFrame,
): StrategyRun<unknown> {
  const { job, input } = runnable;
  const { trace } = frame;
  return {
    input,
    site: job.site,
    page: leased.page,
    context: leased.context,
    signal: frame.signal,
    remainingMs: () => Math.max(0, frame.deadlineAtMs - Date.now()),
    resume: trace.progress,
    checkpoint: ({ stage, cursor }) =>
      asWorker(async () => {
        frame.signal.throwIfAborted();
        trace.sequence += 1;
        const { sequence } = trace;
        const saved = await container.leases.checkpoint(frame.lease, { sequence, stage, cursor }, Date.now());
        if (saved.kind === "done") {
          trace.advanced = true;
          trace.progress = { stage, cursor };
        } else frame.leaseLost(`a checkpoint under fence ${frame.lease.fence} was refused`);
        frame.signal.throwIfAborted();
      }),
    exclusively: frame.exclusively,
    artifact: (name, contentType, body) =>
      asWorker(async () => {
        frame.signal.throwIfAborted();
        const known = trace.artifacts.findIndex((artifact) => artifact.name === name);
        if (known < 0 && trace.artifacts.length >= ARTIFACTS_MAX) {
          throw new PermanentFailure("TooManyArtifacts", `a job may write at most ${ARTIFACTS_MAX} artifacts`);
        }
        const written = await container.artifacts.put(job.id, name, contentType, body);
        if (known < 0) trace.artifacts.push(written);
        else trace.artifacts[known] = written;
        return written;
      }),
    log: (message, details) =>
      container.log.info(message, { ...details, job: job.id, strategy: job.strategy, fence: frame.lease.fence }),
  };
}

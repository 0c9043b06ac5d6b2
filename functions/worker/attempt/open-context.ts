import type { ContextLease } from "../../browser/context-lease.ts";
import { StateRefused } from "../../browser/state/state-refused.ts";
import type { JobProgress, ResumePoint } from "../checkpoints/job-progress.ts";
import type { Container } from "../container.ts";
import { crashOr } from "../crash-news.ts";
import type { Runnable } from "../intake.ts";
import type { SessionSeat } from "../sessions/session-seat.ts";

/** A context, and the checkpoint whose state it is in; undefined where the job starts over. */
export interface OpenedContext {
  readonly context: ContextLease;
  readonly from: ResumePoint | undefined;
}

/**
 * A context for a job, in the state that the job has got to: its session's, or that of its checkpoint.
 * @throws SessionUnavailable, ContextLost, the signal's reason, and what `BrowserPool.leaseContext` throws
 */
export async function openContext(
  container: Container,
  { job, resources, strategy }: Runnable,
  seat: SessionSeat | undefined,
  progress: JobProgress,
  signal: AbortSignal,
): Promise<OpenedContext> {
  const request = { profile: job.profile, resources, signal };
  const from = progress.resumePoint;
  if (seat) return { context: await seat.open(request), from };
  // A warm context holds what other jobs left there, and a job that goes on has its own.
  const mayBeWarm = strategy.affinity === "site" && from === undefined;
  const affinityKey = mayBeWarm ? `${job.profile} ${job.site}` : undefined;
  const context = await container.browser.leaseContext({ ...request, affinityKey });
  if (from?.content.state === undefined) return { context, from };
  try {
    await context.applyState(from.content.state, { onArrival: true });
    return { context, from };
  } catch (error) {
    const cause = await crashOr(error, context);
    await context.release();
    if (!(cause instanceof StateRefused)) throw cause;
    container.log.warn("a checkpoint's state was refused by the browser; the job starts over", { job: job.id, error });
    progress.forget();
    return { context: await container.browser.leaseContext({ ...request, affinityKey: undefined }), from: undefined };
  }
}

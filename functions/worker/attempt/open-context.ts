import type { ContextLease } from "../../browser/context-lease.ts";
import { StateRefused } from "../../browser/state/state-refused.ts";
import type { JobProgress } from "../checkpoints/job-progress.ts";
import type { Container } from "../container.ts";
import type { Runnable } from "../intake.ts";
import type { SessionSeat } from "../sessions/session-seat.ts";

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
): Promise<ContextLease> {
  const request = { profile: job.profile, resources, signal };
  if (seat) return seat.open(request);
  const state = progress.content?.state;
  // A warm context holds what other jobs left there, and a job that goes on has its own.
  const mayBeWarm = strategy.affinity === "site" && progress.resume === undefined;
  const affinityKey = mayBeWarm ? `${job.profile} ${job.site}` : undefined;
  const context = await container.browser.leaseContext({ ...request, affinityKey });
  if (state === undefined) return context;
  try {
    await context.applyState(state);
    return context;
  } catch (error) {
    await context.release();
    if (!(error instanceof StateRefused)) throw error;
    container.log.warn("a checkpoint's state was refused by the browser; the job starts over", { job: job.id, error });
    progress.forget();
    return container.browser.leaseContext({ ...request, affinityKey: undefined });
  }
}

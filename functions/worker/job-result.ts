import type { ArtifactStore } from "../core/job/artifact-store.ts";
import type { ArtifactReference, JobResult, JobTimings } from "../core/job/job-result.ts";
import type { JobError, Outcome } from "../core/job/outcome.ts";
import type { Lease } from "../core/lease/lease.ts";
import type { Runnable } from "./intake.ts";

/** An output over this goes to the artifact bucket, and the result names the file. */
const INLINE_OUTPUT_MAX_BYTES = 128 * 1024;

export interface EndedAttempt {
  readonly runnable: Runnable;
  readonly lease: Lease;
  readonly outcome: Outcome;
  readonly artifacts: readonly ArtifactReference[];
  readonly timings: JobTimings | undefined;
  readonly finishedAtMs: number;
}

/** Writes a final outcome as the result that the job's record and the results queue carry. */
export async function resultOf(ended: EndedAttempt, artifacts: ArtifactStore): Promise<JobResult> {
  const { job, jobClass } = ended.runnable;
  const base = {
    v: 1,
    id: job.id,
    strategy: job.strategy,
    class: jobClass,
    site: job.site,
    tags: job.tags,
    attempt: ended.lease.attempt,
    fence: ended.lease.fence,
    container: ended.lease.owner.container,
    ...(ended.artifacts.length === 0 ? {} : { artifacts: ended.artifacts }),
    ...(ended.timings === undefined ? {} : { timings: ended.timings }),
    finishedAtMs: ended.finishedAtMs,
  } as const;
  const { outcome } = ended;
  switch (outcome.kind) {
    case "completed":
      return { ...base, kind: "completed", ...(await placed(job.id, outcome.output, artifacts)) };
    case "rejected":
      return { ...base, kind: "rejected", rejections: outcome.rejections };
    default:
      return { ...base, kind: finalKind(outcome), error: errorOf(outcome, job.maxDurationMs) };
  }
}

async function placed(
  id: string,
  output: unknown,
  artifacts: ArtifactStore,
): Promise<Pick<JobResult, "output" | "outputArtifact">> {
  const text = JSON.stringify(output) ?? "null";
  if (Buffer.byteLength(text) <= INLINE_OUTPUT_MAX_BYTES) return { output };
  return { outputArtifact: await artifacts.put(id, "output.json", "application/json", Buffer.from(text)) };
}

type FinalFailure = "failed" | "timed-out" | "crashed" | "out-of-time" | "killed";

function finalKind(outcome: Outcome): FinalFailure {
  switch (outcome.kind) {
    case "failed":
    case "timed-out":
    case "crashed":
    case "out-of-time":
    case "killed":
      return outcome.kind;
    default:
      throw new Error(`an attempt that ended with ${outcome.kind} is given back, not finished`);
  }
}

const CRASHED = { browser: "BrowserCrashed", renderer: "RendererCrashed", memory: "Evicted" } as const;

function errorOf(outcome: Outcome, maxDurationMs: number): JobError {
  switch (outcome.kind) {
    case "failed":
      return outcome.error;
    case "timed-out":
      return {
        name: "TimedOut",
        message: `the attempt took longer than maxDurationMs (${maxDurationMs} ms); raise it, or give the job less to do`,
      };
    case "crashed":
      return { name: outcome.poison === true ? "Poison" : CRASHED[outcome.what], message: outcome.detail };
    case "killed":
      return { name: "Killed", message: `ended by ${outcome.by}` };
    case "out-of-time":
      return {
        name: "OutOfTime",
        message: `the invocation ended after ${outcome.afterMs} ms without a checkpoint; set estimatedDurationMs, so that the job starts where enough time is left`,
      };
    default:
      return { name: outcome.kind, message: outcome.kind };
  }
}

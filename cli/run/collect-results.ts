import type { JobResult } from "../../functions/core/job/job-result.ts";
import { receiveResults, removeResults } from "../jobs/results-queue.ts";
import type { Target } from "../target/target.ts";

const WAIT_SECONDS = 1;

export interface Collected {
  readonly results: ReadonlyMap<string, JobResult>;
  readonly stalled: boolean;
}

/**
 * Takes results from the results queue until each of `ids` has one, or none has come for `stallMs`. Results of other
 * jobs are taken too: a local run starts with an empty queue and is its only reader.
 */
export async function collectResults(
  target: Target,
  ids: ReadonlySet<string>,
  options: {
    readonly stallMs: number;
    readonly signal: AbortSignal;
    readonly onResult: (result: JobResult) => void;
  },
): Promise<Collected> {
  const results = new Map<string, JobResult>();
  let lastAtMs = Date.now();
  while (results.size < ids.size && !options.signal.aborted) {
    const received = await receiveResults(target, 10, WAIT_SECONDS);
    for (const { result } of received) {
      // At least once: the last word of a job is the one under the highest fence.
      const known = results.get(result.id);
      if (!ids.has(result.id) || (known && known.fence >= result.fence)) continue;
      results.set(result.id, result);
      lastAtMs = Date.now();
      if (!known) options.onResult(result);
    }
    await removeResults(target, received);
    if (Date.now() - lastAtMs > options.stallMs) return { results, stalled: true };
  }
  return { results, stalled: false };
}

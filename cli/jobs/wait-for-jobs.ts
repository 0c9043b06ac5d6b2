import { setTimeout as delay } from "node:timers/promises";

import type { JobResult } from "../../functions/core/job/job-result.ts";
import { readRecords } from "../job-record.ts";
import type { Target } from "../target/target.ts";
import { peekResults } from "./results-queue.ts";

const ROUND_MS = 1_000;

export interface Awaited {
  /** By job id. */
  readonly results: ReadonlyMap<string, JobResult>;
  /** Ids that had no result when the time was over. */
  readonly missing: readonly string[];
}

/**
 * Waits for the final results of jobs, by their records. A rejected message never gets a record, so the results queue
 * is looked at too, without taking anything from it.
 */
export async function waitForJobs(
  target: Target,
  ids: readonly string[],
  options: { readonly timeoutMs: number; readonly onResult: (result: JobResult) => void },
): Promise<Awaited> {
  const pending = new Set(ids);
  const results = new Map<string, JobResult>();
  const found = (result: JobResult | undefined) => {
    if (result === undefined || !pending.delete(result.id)) return;
    results.set(result.id, result);
    options.onResult(result);
  };
  const endsAtMs = Date.now() + options.timeoutMs;
  for (;;) {
    const records = await readRecords(target, [...pending]);
    for (const { state, result } of records) if (state === "finished") found(result);
    if (pending.size > 0) {
      const peeked = await peekResults(target);
      for (const result of peeked) if (result.kind === "rejected") found(result);
    }
    if (pending.size === 0 || Date.now() >= endsAtMs) return { results, missing: [...pending] };
    await delay(ROUND_MS);
  }
}

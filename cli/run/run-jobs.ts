import { setTimeout as delay } from "node:timers/promises";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { sendJobs } from "../jobs/send-jobs.ts";
import type { Target } from "../target/target.ts";
import { checkResult } from "./check-result.ts";
import { collectResults } from "./collect-results.ts";
import type { UsageCounter } from "./fleet-usage.ts";
import type { JobLine } from "./job-lines.ts";
import type { Progress } from "./progress.ts";
import { summarize, type RunSummary } from "./summarize.ts";

/** Longer than a lease, a visibility timeout and a job's default deadline together. */
const STALL_MS = 480_000;
/** How long the invocations may take to end after the last result: their usage counts. */
const SETTLE_MS = 30_000;
const SETTLE_ROUND_MS = 50;

/** Sends the jobs, collects their results and checks each. Throws `CliError` when the signal ends it early. */
export async function runJobs(
  target: Target,
  lines: readonly JobLine[],
  options: { readonly usage: UsageCounter; readonly progress: Progress; readonly signal: AbortSignal },
): Promise<RunSummary & { readonly stalled: boolean }> {
  const { usage, progress, signal } = options;
  const startedAtMs = Date.now();
  const sent = await sendJobs(
    target.sqs,
    target.outputs,
    lines.map(({ message }) => message),
  );
  const messageIds = new Map(sent.map(({ line, messageId }) => [line, messageId]));
  // The worker answers a message without a readable id under the id of its SQS message.
  const idOf = ({ message }: JobLine) => message.id ?? messageIds.get(message.line) ?? "";
  const { results, stalled } = await collectResults(target, new Set(lines.map(idOf)), {
    stallMs: STALL_MS,
    signal,
    onResult: () => progress.advance(),
  });
  progress.stop();
  if (signal.aborted) throw new CliError(EXIT.interrupted, `Ended early: ${results.size} jobs had a result.`);
  const wallMs = Date.now() - startedAtMs;
  const settledByMs = Date.now() + SETTLE_MS;
  while (usage.running > 0 && Date.now() < settledByMs) await delay(SETTLE_ROUND_MS);
  const checked = await Promise.all(
    lines.map(async (line) => {
      const id = idOf(line);
      const result = results.get(id);
      return { line, id, result, verdict: await checkResult(line, result, target) };
    }),
  );
  return { ...summarize(checked, usage.usage, wallMs), stalled };
}

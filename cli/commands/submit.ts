import { Command, Option } from "commander";
import pc from "picocolors";

import type { JobResult } from "../../functions/core/job/job-result.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { checkJobs } from "../jobs/check-jobs.ts";
import { invalidJobs } from "../jobs/describe-invalid.ts";
import { outgoing } from "../jobs/outgoing.ts";
import { readSource } from "../jobs/read-source.ts";
import { readSessionPolicies } from "../jobs/session-policies.ts";
import { sendJobs, type Sent } from "../jobs/send-jobs.ts";
import { waitForJobs } from "../jobs/wait-for-jobs.ts";
import { openSessionStore } from "../sessions/open-sessions.ts";
import { openTarget } from "../target/target.ts";
import { wholeNumber } from "../whole-number.ts";

interface SubmitOptions {
  readonly wait?: true;
  readonly timeout: number;
  readonly unchecked?: true;
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet submit FILE|-` */
export function submitCommand(): Command {
  return new Command("submit")
    .description("Send jobs: JSON Lines, a JSON array or one job. All are checked before anything is sent.")
    .argument("<file>", "file of jobs, or - for standard input")
    .option("--wait", "wait for the final result of each job")
    .addOption(
      new Option("--timeout <seconds>", "how long --wait waits").default(1_800).argParser(wholeNumber(1, 86_400)),
    )
    .option("--unchecked", "send each line as it is, valid or not")
    .option("--json", "print JSON lines")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(submit);
}

async function submit(file: string, options: SubmitOptions): Promise<void> {
  const entries = await readSource(file);
  if (!options.unchecked) {
    const checked = checkJobs(entries);
    if (checked.kind === "invalid") {
      if (options.json) console.log(JSON.stringify({ sent: 0, errors: checked.errors }));
      throw invalidJobs(checked.errors);
    }
  }
  const target = await openTarget(options);
  try {
    const { policies, errors } = await readSessionPolicies(openSessionStore(target), entries);
    if (errors.length > 0 && !options.unchecked) {
      if (options.json) console.log(JSON.stringify({ sent: 0, errors }));
      throw invalidJobs(
        errors,
        "`npx sublet sessions list` shows the sessions; --unchecked sends the lines as they are.",
      );
    }
    const messages = entries.map((entry) => outgoing(entry, policies));
    const sent = await sendJobs(target.sqs, target.outputs, messages);
    if (!options.wait) {
      saySent(sent, options);
      return;
    }
    // A message without a readable id is answered under the id of its SQS message.
    const ids = [...new Set(sent.map(({ id, messageId }) => id ?? messageId))];
    const { results, missing } = await waitForJobs(target, ids, {
      timeoutMs: options.timeout * 1_000,
      onResult: (result) => console.log(options.json ? JSON.stringify(result) : describeResult(result)),
    });
    if (missing.length > 0) {
      const what = `${missing.length} of ${ids.length} jobs had no result after ${options.timeout} s: ${missing.join(", ")}.`;
      throw new CliError(EXIT.gaveUp, `${what} \`npx sublet status ID\` shows where one stands.`);
    }
    const failed = [...results.values()].filter(({ kind }) => kind !== "completed").length;
    if (failed > 0) throw new CliError(EXIT.notAsExpected, `${failed} of ${ids.length} jobs did not complete.`);
  } finally {
    target.close();
  }
}

function saySent(sent: readonly Sent[], { json }: SubmitOptions): void {
  if (json) {
    for (const { line, id, messageId, queue } of sent) console.log(JSON.stringify({ line, id, messageId, queue }));
    return;
  }
  const by = (name: Sent["queue"]) => sent.filter(({ queue }) => queue === name).length;
  const sessions = by("session-jobs") === 0 ? "" : `, ${by("session-jobs")} by session`;
  console.log(
    `Sent ${sent.length} jobs (${by("express")} express${sessions}). Read results with ${pc.cyan("npx sublet results")}.`,
  );
}

/** One line for people. */
function describeResult(result: JobResult): string {
  const colour = result.kind === "completed" ? pc.green : pc.red;
  const runMs = result.timings === undefined ? "" : ` ${Math.round(result.timings.runMs)} ms`;
  const why =
    result.error === undefined
      ? (result.rejections ?? []).map(({ field, rule }) => `${field}: ${rule}`).join("; ")
      : `${result.error.name}: ${result.error.message}`;
  const reason = why === "" ? "" : ` ${pc.dim(why)}`;
  return `${colour(result.kind)} ${result.id} ${result.strategy ?? ""}${runMs}${reason}`;
}

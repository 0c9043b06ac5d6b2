import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import Table from "cli-table3";
import { Command } from "commander";
import pc from "picocolors";

import { DynamoDbDrainFlag } from "../../functions/store/drain-flag.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { listHeld, readRecord, type JobRecord } from "../job-record.ts";
import { openTarget, type Target } from "../target/target.ts";

interface StatusOptions {
  readonly json?: true;
  readonly stack?: string;
}

/** What stands in a queue. The numbers are SQS's own approximations. */
interface QueueDepth {
  readonly queue: "express" | "session-jobs" | "jobs" | "dead-letter" | "session-dead-letter" | "results";
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** `sublet status [ID]` */
export function statusCommand(): Command {
  return new Command("status")
    .description("Show the queues and the jobs that run now, or the record of one job.")
    .argument("[id]", "a job's id")
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(status);
}

async function status(id: string | undefined, options: StatusOptions): Promise<void> {
  const target = await openTarget(options);
  try {
    if (id === undefined) await showFleet(target, options);
    else await showJob(target, id, options);
  } finally {
    target.close();
  }
}

async function showFleet(target: Target, { json }: StatusOptions): Promise<void> {
  const { outputs } = target;
  const [running, drain, ...queues] = await Promise.all([
    listHeld(target.dynamodb, outputs.LeasesTableName),
    new DynamoDbDrainFlag(target.dynamodb, outputs.LeasesTableName).read(),
    depth(target, "express", outputs.ExpressQueueUrl),
    depth(target, "session-jobs", outputs.SessionJobsQueueUrl),
    depth(target, "jobs", outputs.JobsQueueUrl),
    depth(target, "dead-letter", outputs.DeadLetterQueueUrl),
    depth(target, "session-dead-letter", outputs.SessionDeadLetterQueueUrl),
    depth(target, "results", outputs.ResultsQueueUrl),
  ]);
  if (json) {
    console.log(JSON.stringify({ v: 1, queues, running, ...(drain && { drain }) }));
    return;
  }
  if (drain) {
    const since = new Date(drain.sinceMs).toISOString();
    console.log(`${pc.yellow("Drained")} since ${since}: no job is started. \`npx sublet drain --resume\` ends it.`);
  }
  const table = new Table({ head: ["queue", "visible", "in flight", "delayed"], style: { head: [], border: [] } });
  for (const { queue, visible, inFlight, delayed } of queues) table.push([queue, visible, inFlight, delayed]);
  console.log(table.toString());
  if (running.length === 0) console.log("No job runs now.");
  else console.log(runningTable(running));
}

function runningTable(running: readonly JobRecord[]): string {
  const table = new Table({
    head: ["running job", "strategy", "attempt", "for", "container"],
    style: { head: [], border: [] },
  });
  const nowMs = Date.now();
  for (const { id, strategy, attempt, acquiredAtMs, container } of running) {
    table.push([id, strategy ?? "", attempt, `${((nowMs - acquiredAtMs) / 1_000).toFixed(1)} s`, container]);
  }
  return table.toString();
}

async function depth(target: Target, queue: QueueDepth["queue"], url: string): Promise<QueueDepth> {
  const { Attributes } = await target.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  return {
    queue,
    visible: Number(Attributes?.["ApproximateNumberOfMessages"]),
    inFlight: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
    delayed: Number(Attributes?.["ApproximateNumberOfMessagesDelayed"]),
  };
}

async function showJob(target: Target, id: string, { json }: StatusOptions): Promise<void> {
  const record = await readRecord(target.dynamodb, target.outputs.LeasesTableName, id);
  if (!record) {
    throw new CliError(
      EXIT.notAsExpected,
      `No record of job ${id}: it hasn't started, was never sent, or was rejected. A rejection stands in the results (\`npx sublet results --peek\`).`,
    );
  }
  if (json) {
    console.log(JSON.stringify({ v: 1, job: record }));
    return;
  }
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["job", record.id],
    ["state", record.result === undefined ? record.state : `${record.state}, ${record.result.kind}`],
    ["strategy", record.strategy],
    ["site", record.site],
    ["class", record.class],
    ["attempt", record.attempt],
    ["fence", record.fence],
    ["container", record.container],
    ["taken", new Date(record.acquiredAtMs).toISOString()],
    ["given back because", record.releaseReason],
    ["run", record.result?.timings && `${Math.round(record.result.timings.runMs)} ms`],
    ["error", record.result?.error && `${record.result.error.name}: ${record.result.error.message}`],
  ];
  for (const [name, value] of rows) if (value !== undefined) console.log(`${pc.dim(name.padEnd(20))}${value}`);
  if (record.result?.output !== undefined) console.log(JSON.stringify(record.result.output, undefined, 2));
}

import Table from "cli-table3";
import { Command } from "commander";
import pc from "picocolors";

import { DynamoDbFleetOrders } from "../../functions/store/fleet-orders.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { listRunning, readRecord, type JobRecord } from "../job-record.ts";
import { readQueueDepths } from "../queue-depths.ts";
import { printable } from "../sessions/printable.ts";
import { openTarget, type Target } from "../target/target.ts";
import { describeInterruptions } from "../why/describe-costs.ts";

interface StatusOptions {
  readonly json?: true;
  readonly stack?: string;
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
  const [running, { drain }, queues] = await Promise.all([
    listRunning(target),
    new DynamoDbFleetOrders(target.dynamodb, target.outputs.LeasesTableName).read(),
    readQueueDepths(target),
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

async function showJob(target: Target, id: string, { json }: StatusOptions): Promise<void> {
  const record = await readRecord(target, id);
  if (!record) {
    throw new CliError(
      EXIT.notAsExpected,
      `No record of job ${id}: it hasn't started, was never sent, or was rejected. \`npx sublet why ${id}\` says more.`,
    );
  }
  if (json) {
    console.log(JSON.stringify({ v: 1, job: record }));
    return;
  }
  const interruptions = record.result?.timings?.interruptions;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["job", record.id],
    ["state", record.result === undefined ? record.state : `${record.state}, ${record.result.kind}`],
    ["strategy", record.strategy],
    ["site", record.site],
    ["class", record.class],
    ["attempt", record.attempt],
    ["lease", `${record.lease}, fence ${record.fence}`],
    ["container", record.container],
    ["taken", new Date(record.acquiredAtMs).toISOString()],
    ["given back because", record.releaseReason],
    ["checkpoint", record.checkpoint && `"${record.checkpoint.stage}", number ${record.checkpoint.sequence}`],
    ["run", record.result?.timings && `${Math.round(record.result.timings.runMs)} ms`],
    ["interruptions", interruptions && describeInterruptions(interruptions)],
    ["error", record.result?.error && `${record.result.error.name}: ${record.result.error.message}`],
  ];
  for (const [name, value] of rows)
    if (value !== undefined) console.log(`${pc.dim(name.padEnd(20))}${printable(String(value))}`);
  if (record.result?.output !== undefined) console.log(JSON.stringify(record.result.output, undefined, 2));
}

import { Command } from "commander";

import type { LeaseRecord } from "../../functions/core/lease/lease.ts";
import { DynamoDbFleetOrders } from "../../functions/store/fleet-orders.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { jobKey, leasesOf, LISTED_MAX } from "../job-record.ts";
import { readQueueDepths } from "../queue-depths.ts";
import { printable } from "../sessions/printable.ts";
import { openTarget, type Target } from "../target/target.ts";
import { explainAbsence, type FleetView } from "../why/explain-absence.ts";
import { explainJob } from "../why/explain-job.ts";

interface WhyOptions {
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet why ID` */
export function whyCommand(): Command {
  return new Command("why")
    .description("Say why a job waited, where it ran, what happened to it and why it ended.")
    .argument("<id>", "a job's id")
    .option("--json", "print one JSON object, with the events as they are recorded")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(why);
}

async function why(id: string, options: WhyOptions): Promise<void> {
  const target = await openTarget(options);
  try {
    const orders = new DynamoDbFleetOrders(target.dynamodb, target.outputs.LeasesTableName);
    const [record, { drain }] = await Promise.all([leasesOf(target).read(jobKey(id)), orders.read()]);
    const drained = drain === undefined ? {} : { drain };
    if (record !== undefined) {
      const lines = options.json ? [JSON.stringify(jsonOf(record))] : explainJob(record, drained, Date.now());
      for (const line of lines) console.log(printable(line));
      return;
    }
    const view = { ...(await fleetView(target)), orders: drained };
    const { orders: _, ...numbers } = view;
    console.log(
      options.json ? JSON.stringify({ v: 1, job: null, ...numbers, ...drained }) : explainAbsence(id, view).join("\n"),
    );
    throw new CliError(EXIT.notAsExpected, `No record of job ${id}.`);
  } finally {
    target.close();
  }
}

async function fleetView(target: Target): Promise<Omit<FleetView, "orders">> {
  const [queues, held] = await Promise.all([readQueueDepths(target), leasesOf(target).listHeld(LISTED_MAX)]);
  const jobs = held.filter(({ key }) => key.startsWith("job#"));
  const containers = new Set(jobs.map(({ owner }) => owner.container)).size;
  return { queues, running: jobs.length, containers };
}

/** The record as it is, less the checkpoint's body: that is for the worker, and may be sealed. */
function jsonOf({ checkpoint, history, result, ...lease }: LeaseRecord): unknown {
  const { body, ...progress } = checkpoint ?? { body: undefined };
  return { v: 1, lease, ...(body && { checkpoint: progress }), ...(result && { result }), history };
}

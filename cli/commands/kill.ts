import { setTimeout as delay } from "node:timers/promises";
import { userInfo } from "node:os";

import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { Command, InvalidArgumentError, Option } from "commander";

import { jobMessageSchema } from "../../functions/core/job/job-message.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../../functions/core/lease/lease-rules.ts";
import { DynamoDbFleetOrders } from "../../functions/store/fleet-orders.ts";
import { CliError } from "../cli-error.ts";
import { counted } from "../counted.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { inParallel } from "../in-parallel.ts";
import { leasesOf, listRunning, readRecords } from "../job-record.ts";
import { confirm } from "../kill/confirm.ts";
import { describeKill, describeKillAll } from "../kill/describe-kill.ts";
import { killAll, type EndedFleet } from "../kill/kill-all.ts";
import { killJob, type KillEnd, type KillingFleet } from "../kill/kill-job.ts";
import { readQueueDepths } from "../queue-depths.ts";
import { printable } from "../sessions/printable.ts";
import { openTarget, type Target } from "../target/target.ts";
import { wholeNumber } from "../whole-number.ts";

interface KillOptions {
  readonly all?: true;
  readonly yes?: true;
  readonly by?: string;
  readonly wait: boolean;
  readonly timeout: number;
  readonly json?: true;
  readonly stack?: string;
}

const ROUND_MS = 500;
const JOBS_AT_ONCE = 10;
const BY_MAX_CHARACTERS = 100;

/** `sublet kill` */
export function killCommand(): Command {
  return new Command("kill")
    .description("End jobs now, at work or waiting; --all ends every job that runs.")
    .argument("[ids...]", "ids of jobs")
    .addOption(new Option("--all", "end every job that runs now; what waits in the queues isn't touched"))
    .option("--yes", "don't ask before --all")
    .addOption(new Option("--by <name>", "who asks, in plain words; default: your user name").argParser(shortName))
    .option("--no-wait", "don't wait until they have ended")
    .addOption(new Option("--timeout <seconds>", "how long to wait").default(120).argParser(wholeNumber(1, 86_400)))
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(kill);
}

async function kill(ids: readonly string[], options: KillOptions): Promise<void> {
  if ((ids.length === 0) === (options.all === undefined)) {
    throw new CliError(EXIT.invalidInput, "Name the jobs to end, or say --all.");
  }
  for (const id of ids) if (!jobMessageSchema.shape.id.safeParse(id).success) throw noSuchId(id);
  const target = await openTarget(options);
  try {
    await (options.all ? endAll(target, options) : endSome(target, [...new Set(ids)], options));
  } finally {
    target.close();
  }
}

async function endSome(target: Target, ids: readonly string[], options: KillOptions): Promise<void> {
  const fleet = fleetOf(target);
  const timeoutMs = timeoutOf(options);
  const ends = await inParallel(ids, JOBS_AT_ONCE, async (id) => {
    const end = await killJob(fleet, id, nameOf(options), timeoutMs);
    if (!options.json) console.log(printable(describeKill(end, Date.now())));
    return end;
  });
  if (options.json) console.log(JSON.stringify({ v: 1, jobs: ends.map(jsonOf) }));
  const left = ends.map(exitCodeOf).filter((code) => code !== EXIT.ok);
  if (left.length > 0) {
    const what = `${left.length} of ${counted(ends.length, "job")} ${left.length === 1 ? "was" : "were"} not ended by this.`;
    throw new CliError(left.includes(EXIT.gaveUp) ? EXIT.gaveUp : EXIT.notAsExpected, what);
  }
}

async function endAll(target: Target, options: KillOptions): Promise<void> {
  const fleet = wholeFleetOf(target);
  if (!options.yes) {
    const running = await fleet.running();
    const containers = new Set(running.map(({ container }) => container)).size;
    await confirm(`End ${counted(running.length, "running job")} in ${counted(containers, "container")}?`);
  }
  const by = nameOf(options);
  const all = await killAll(fleet, by, timeoutOf(options));
  const queues = await readQueueDepths(target);
  if (options.json) {
    const ended = all.ended.map(({ id, state, result }) => ({ id, kind: result?.kind ?? state }));
    const left = all.left.map(({ id, container, expiresAtMs }) => ({ id, container, expiresAtMs }));
    console.log(JSON.stringify({ v: 1, killAll: { atMs: all.atMs, by }, ended, left, queues }));
  } else {
    for (const line of describeKillAll(all, queues, options.wait)) console.log(printable(line));
  }
  if (options.wait && all.left.length > 0) {
    const why = `After ${options.timeout} s ${counted(all.left.length, "job")} are still held.`;
    throw new CliError(EXIT.gaveUp, `${why} The order stands; leases of dead containers run out within a minute.`);
  }
}

function fleetOf(target: Target): KillingFleet {
  const { LeasesTableName, ResultsQueueUrl } = target.outputs;
  return {
    leases: leasesOf(target),
    orders: new DynamoDbFleetOrders(target.dynamodb, LeasesTableName),
    publish: async (result) => {
      const message = { QueueUrl: ResultsQueueUrl, MessageBody: JSON.stringify(result) };
      await target.sqs.send(new SendMessageCommand(message));
    },
    now: Date.now,
    pause: () => delay(ROUND_MS),
  };
}

function wholeFleetOf(target: Target): EndedFleet {
  const holds = (expiresAtMs: number) => expiresAtMs + CLOCK_SKEW_MARGIN_MS >= Date.now();
  return {
    orders: new DynamoDbFleetOrders(target.dynamodb, target.outputs.LeasesTableName),
    running: async () => (await listRunning(target)).filter(({ expiresAtMs }) => holds(expiresAtMs)),
    read: (ids) => readRecords(target, ids),
    now: Date.now,
    pause: () => delay(ROUND_MS),
  };
}

function timeoutOf({ wait, timeout }: KillOptions): number {
  return wait ? timeout * 1_000 : 0;
}

function nameOf({ by }: KillOptions): string {
  return by ?? userInfo().username;
}

function exitCodeOf(end: KillEnd): ExitCode {
  switch (end.kind) {
    case "ended":
      return end.result.kind === "killed" ? EXIT.ok : EXIT.notAsExpected;
    case "ordered":
      return EXIT.ok;
    case "still-held":
      return EXIT.gaveUp;
    case "too-many-orders":
      return EXIT.notAsExpected;
  }
}

function jsonOf(end: KillEnd): unknown {
  if (!("record" in end)) return end;
  const { owner, fence, expiresAtMs } = end.record;
  return { id: end.id, kind: end.kind, container: owner.container, fence, expiresAtMs };
}

function shortName(value: string): string {
  const name = value.trim();
  if (name !== "" && name.length <= BY_MAX_CHARACTERS && !/[\p{Cc}]/u.test(name)) return name;
  throw new InvalidArgumentError(`It must have 1 to ${BY_MAX_CHARACTERS} characters on one line.`);
}

function noSuchId(id: string): CliError {
  return new CliError(EXIT.invalidInput, `${JSON.stringify(id)} can't be a job's id. Nothing was ended.`);
}

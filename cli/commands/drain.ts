import { setTimeout as delay } from "node:timers/promises";

import { Command, Option } from "commander";
import pc from "picocolors";

import { DynamoDbLeaseStore } from "../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbFleetOrders } from "../../functions/store/fleet-orders.ts";
import { CliError } from "../cli-error.ts";
import { counted } from "../counted.ts";
import { endDrain, startDrain, waitForRest, type DrainedFleet, type DrainStatus } from "../drain/drain-fleet.ts";
import { switchEventSources, type EventSource } from "../drain/event-sources.ts";
import { describeWork, readFleetWork } from "../drain/fleet-work.ts";
import { startLiveLine } from "../drain/live-line.ts";
import { EXIT } from "../exit-codes.ts";
import { openTarget, type Target } from "../target/target.ts";
import { wholeNumber } from "../whole-number.ts";

interface DrainOptions {
  readonly resume?: true;
  readonly wait?: true;
  readonly timeout: number;
  readonly json?: true;
  readonly stack?: string;
}

const ROUND_MS = 1_000;
/** The store wants one for the records that it writes; nothing here writes any. */
const RETENTION_DAYS = 30;
/** Jobs that are named when the time is over. */
const NAMED_MAX = 10;

/** `sublet drain` */
export function drainCommand(): Command {
  return new Command("drain")
    .description("Bring the fleet to rest: what runs is finished, nothing new is started. --resume ends it.")
    .addOption(new Option("--resume", "start work again").conflicts("wait"))
    .option("--wait", "wait until nothing runs any more")
    .addOption(
      new Option("--timeout <seconds>", "how long --wait and --resume wait")
        .default(900)
        .argParser(wholeNumber(1, 86_400)),
    )
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(drain);
}

async function drain(options: DrainOptions): Promise<void> {
  const target = await openTarget(options);
  try {
    const fleet = fleetOf(target);
    await (options.resume ? resume(fleet, options) : rest(fleet, options));
  } finally {
    target.close();
  }
}

function fleetOf(target: Target): DrainedFleet {
  const { LeasesTableName, WorkerFunctionName } = target.outputs;
  const leases = new DynamoDbLeaseStore(target.dynamodb, LeasesTableName, RETENTION_DAYS);
  return {
    orders: new DynamoDbFleetOrders(target.dynamodb, LeasesTableName),
    switchSources: (wanted) => switchEventSources(target.lambda, WorkerFunctionName, wanted),
    work: () => readFleetWork(target, leases, Date.now()),
  };
}

async function rest(fleet: DrainedFleet, options: DrainOptions): Promise<void> {
  const first = await startDrain(fleet, Date.now());
  const status = options.wait ? await watch(fleet, first, options) : first;
  if (options.json) console.log(JSON.stringify(jsonOf(status)));
  if (!status.atRest && options.wait) {
    throw new CliError(EXIT.gaveUp, stillThere(status, options.timeout));
  }
  if (options.json) return;
  const since = new Date(status.drain.sinceMs).toISOString();
  console.log(`The fleet is drained since ${since}: event sources ${describeSources(status.sources)}.`);
  const { inFlight } = status.work;
  const putOff = inFlight === 0 ? "" : ` ${counted(inFlight, "message")} put off until later.`;
  const rested = status.atRest
    ? `${pc.green("Nothing runs.")}${putOff}`
    : `${describeWork(status.work)}; --wait waits for the end.`;
  console.log(`${rested} Start work again with ${pc.cyan("npx sublet drain --resume")}.`);
}

async function watch(fleet: DrainedFleet, first: DrainStatus, options: DrainOptions): Promise<DrainStatus> {
  const line = startLiveLine(process.stderr);
  try {
    return await waitForRest(fleet, first, {
      timeoutMs: options.timeout * 1_000,
      now: Date.now,
      pause: () => delay(ROUND_MS),
      onStatus: ({ work, settled }) => line.show(`${describeWork(work)}${settled ? "" : ", event sources still on"}`),
    });
  } finally {
    line.stop();
  }
}

async function resume(fleet: DrainedFleet, options: DrainOptions): Promise<void> {
  const { sources, settled } = await endDrain(fleet, {
    timeoutMs: options.timeout * 1_000,
    now: Date.now,
    pause: () => delay(ROUND_MS),
  });
  if (options.json) console.log(JSON.stringify({ v: 1, drain: null, eventSources: sources, atRest: false }));
  if (!settled) {
    const why = `After ${options.timeout} s the event sources are ${describeSources(sources)}.`;
    throw new CliError(EXIT.gaveUp, `${why} The containers take jobs again; run \`npx sublet drain --resume\` again.`);
  }
  if (!options.json) console.log(`The fleet works again: event sources ${describeSources(sources)}.`);
}

function jsonOf({ drain: since, sources, work, atRest }: DrainStatus): unknown {
  const running = work.running.map(({ key, owner, expiresAtMs }) => ({ key, container: owner.container, expiresAtMs }));
  return {
    v: 1,
    drain: since,
    eventSources: sources,
    running,
    expired: work.expired,
    inFlight: work.inFlight,
    atRest,
  };
}

function describeSources(sources: readonly EventSource[]): string {
  if (sources.length === 0) return "none";
  return sources.map(({ queue, state }) => `${queue} ${state.toLowerCase()}`).join(", ");
}

function stillThere({ work, sources, settled }: DrainStatus, seconds: number): string {
  const named = work.running.slice(0, NAMED_MAX).map(({ key, owner }) => `  ${key} in ${owner.container}`);
  const more = work.running.length > NAMED_MAX ? [`  and ${work.running.length - NAMED_MAX} more`] : [];
  return [
    `After ${seconds} s the fleet isn't at rest: ${describeWork(work)}.`,
    ...(settled ? [] : [`Event sources: ${describeSources(sources)}.`]),
    ...named,
    ...more,
    "It stays drained. Run `npx sublet drain --wait` again, or start work again with `npx sublet drain --resume`.",
  ].join("\n");
}

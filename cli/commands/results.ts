import { Command, Option } from "commander";

import { receiveResults, putBackResults, removeResults, type ReceivedResult } from "../jobs/results-queue.ts";
import { openTarget, type Target } from "../target/target.ts";
import { wholeNumber } from "../whole-number.ts";

interface ResultsOptions {
  readonly follow?: true;
  readonly peek?: true;
  readonly max?: number;
  readonly stack?: string;
}

/** Short waits: what an emulator hands to a reader that has just been ended stays hidden for a while. */
const FOLLOW_WAIT_SECONDS = 2;
const LAST_WAIT_SECONDS = 1;

/** `sublet results` */
export function resultsCommand(): Command {
  return new Command("results")
    .description("Take the results of ended jobs from the results queue, one JSON line each.")
    .addOption(new Option("--follow", "go on until Ctrl-C").conflicts("peek"))
    .option("--peek", "look only: leave the results in the queue")
    .addOption(new Option("--max <number>", "at most so many").argParser(wholeNumber(1, 1_000_000)))
    .option("--json", "JSON lines; they are the only form")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(results);
}

async function results(options: ResultsOptions): Promise<void> {
  const target = await openTarget(options);
  let ended = false;
  const end = () => {
    ended = true;
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  try {
    await readAll(target, options, () => ended);
  } finally {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
    target.close();
  }
}

async function readAll(target: Target, options: ResultsOptions, ended: () => boolean): Promise<void> {
  const max = options.max ?? Number.POSITIVE_INFINITY;
  const peeked: ReceivedResult[] = [];
  let count = 0;
  try {
    while (!ended() && count < max) {
      const waitSeconds = options.follow ? FOLLOW_WAIT_SECONDS : LAST_WAIT_SECONDS;
      const received = await receiveResults(target, max - count, waitSeconds);
      if (received.length === 0 && !options.follow) break;
      count += received.length;
      // Printed before they are deleted: a reader that breaks off loses nothing, and `id` with `fence` drops a repetition.
      for (const { result } of received) await print(`${JSON.stringify(result)}\n`);
      if (options.peek) peeked.push(...received);
      else await removeResults(target, received);
    }
  } finally {
    await putBackResults(target, peeked);
  }
}

function print(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(line, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

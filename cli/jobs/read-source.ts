import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { readJobs, type JobEntry } from "./read-jobs.ts";

/** Reads a file of jobs, or standard input for `-`. Throws `CliError` when it can't be read or holds none. */
export async function readSource(source: string): Promise<JobEntry[]> {
  const entries = readJobs(await readText(source));
  if (entries.length > 0) return entries;
  throw new CliError(
    EXIT.invalidInput,
    `${nameOf(source)} holds no jobs. Give JSON Lines, a JSON array or one job; docs/jobs.md describes the fields.`,
  );
}

/** Reads a file, or standard input for `-`. Throws `CliError` when it can't be read. */
export async function readText(source: string): Promise<string> {
  try {
    return source === "-" ? await text(process.stdin) : await readFile(source, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.invalidInput, `Can't read ${nameOf(source)}: ${why}`, { cause });
  }
}

function nameOf(source: string): string {
  return source === "-" ? "Standard input" : source;
}

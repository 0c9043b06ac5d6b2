import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { readJobs, type JobEntry } from "./read-jobs.ts";

/** Reads a file of jobs, or standard input for `-`. Throws `CliError` when it can't be read or holds none. */
export async function readSource(source: string): Promise<JobEntry[]> {
  const name = source === "-" ? "Standard input" : source;
  let content: string;
  try {
    content = source === "-" ? await text(process.stdin) : await readFile(source, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.invalidInput, `Can't read ${name}: ${why}`, { cause });
  }
  const entries = readJobs(content);
  if (entries.length > 0) return entries;
  throw new CliError(
    EXIT.invalidInput,
    `${name} holds no jobs. Give JSON Lines, a JSON array or one job; docs/jobs.md describes the fields.`,
  );
}

import { readFile } from "node:fs/promises";

import { jsonFrom } from "../../functions/core/session/definition/guarded-rejections.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** Reads a file that says how to log in. Throws `CliError` where it isn't JSON; quotes nothing of it. */
export async function readLoginFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.invalidInput, `Can't read the file of --login: ${why}`, { cause });
  }
  const read = jsonFrom(text);
  if (read.kind === "json") return read.value;
  const { field, rule } = read.rejection;
  throw new CliError(EXIT.invalidInput, `${path}: ${field}: ${rule}. docs/sessions.md shows what a login looks like.`);
}

import { randomUUID } from "node:crypto";
import { link, rename, rm, writeFile } from "node:fs/promises";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/**
 * Writes a file that nobody but its owner can read at any moment, whole or not at all: a new file takes the name, so that
 * rights and links of an old one don't count. Throws `CliError` where it can't be written.
 */
export async function writeOwnerOnly(
  path: string,
  content: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
    // A link doesn't take a name that is taken; a rename does.
    await (overwrite ? rename(fresh, path) : link(fresh, path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const isTaken = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const message = isTaken
      ? `${path} exists. Overwrite it with --force, or name another with --output.`
      : `Can't write ${path}: ${why}`;
    throw new CliError(EXIT.invalidInput, message, { cause });
  } finally {
    await rm(fresh, { force: true });
  }
}

import { resolve } from "node:path";

import { Command, Option } from "commander";
import pc from "picocolors";

import { StateUnreadable } from "../../../functions/core/session/state/encoded-state.ts";
import { SealBroken } from "../../../functions/core/session/seal.ts";
import { toStorageState } from "../../../functions/core/session/definition/storage-state.ts";
import { CliError } from "../../cli-error.ts";
import { EXIT } from "../../exit-codes.ts";
import { readSession, withSessions, type Sessions } from "../../sessions/open-sessions.ts";
import { writeOwnerOnly } from "../../sessions/owner-only-file.ts";
import { openState } from "../../sessions/state-counts.ts";

interface ExportOptions {
  readonly output?: string;
  readonly stdout?: true;
  readonly force?: true;
  readonly stack?: string;
}

/** `sublet sessions export NAME` */
export function exportCommand(): Command {
  return new Command("export")
    .description(
      "Write a session's state, opened, as Playwright's storage-state JSON. Whoever has the file is logged in.",
    )
    .argument("<name>", "a session's name")
    .option("--output <file>", "where to; default: NAME.json in this folder; only its owner may read it")
    .option("--force", "overwrite the file")
    .addOption(new Option("--stdout", "print it instead").conflicts(["output", "force"]))
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(exportSession);
}

async function exportSession(name: string, options: ExportOptions): Promise<void> {
  await withSessions(options, async (sessions) => {
    const json = await stateOf(name, sessions);
    if (options.stdout) {
      process.stdout.write(json);
      return;
    }
    const path = resolve(options.output ?? `${name}.json`);
    await writeOwnerOnly(path, json, { overwrite: options.force ?? false });
    console.log(
      `${pc.green("Exported")} ${name} to ${path}. Whoever reads this file is logged in: keep it to yourself.`,
    );
  });
}

async function stateOf(name: string, { store, seal }: Sessions): Promise<string> {
  const { sealed, ...record } = await readSession(store, name);
  if (sealed === undefined) {
    throw new CliError(EXIT.notAsExpected, `${name} has no state yet: nobody has logged in. Its first job does.`);
  }
  try {
    const snapshot = await openState({ ...record, sealed }, seal, Date.now());
    return `${JSON.stringify(toStorageState(snapshot), undefined, 2)}\n`;
  } catch (cause) {
    const isKnown = cause instanceof SealBroken || cause instanceof StateUnreadable;
    throw isKnown ? new CliError(EXIT.notAsExpected, `${name}: ${cause.message}`, { cause }) : cause;
  }
}

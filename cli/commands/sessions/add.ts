import { Command } from "commander";
import pc from "picocolors";

import { counted } from "../../counted.ts";
import { createSession } from "../../sessions/create-session.ts";
import { importBrokeOff } from "../../sessions/import-broke-off.ts";
import { readText } from "../../jobs/read-source.ts";
import { withSessions } from "../../sessions/open-sessions.ts";
import { prepareDefinitions } from "../../sessions/prepare-definitions.ts";
import { invalidSessions } from "../../sessions/problem.ts";
import { writeSessions } from "../../sessions/write-sessions.ts";

interface AddOptions {
  readonly skipExisting?: true;
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet sessions add FILE|-` */
export function addCommand(): Command {
  return new Command("add")
    .description(
      "Add sessions that log in by themselves: JSON Lines, a JSON array or one definition, all of them or none.",
    )
    .argument("<file>", "file of definitions, or - for standard input")
    .option("--skip-existing", "leave sessions that exist as they are")
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(add);
}

const WHAT_TO_DO = "Mend the definitions and add them again (docs/sessions.md describes the fields).";

async function add(file: string, options: AddOptions): Promise<void> {
  const text = await readText(file);
  // With all that the logins load, for the commands that need them only.
  const { logins } = await import("../../../functions/strategies/login/registry.ts");
  await withSessions(options, async ({ store }) => {
    const stored = await store.list();
    const skipExisting = options.skipExisting ?? false;
    const prepared = prepareDefinitions(text, { stored, logins, skipExisting });
    if (prepared.kind === "invalid") {
      if (options.json) console.log(JSON.stringify({ v: 1, written: [], errors: prepared.problems }));
      throw invalidSessions(prepared.problems, WHAT_TO_DO);
    }
    const { skipped } = prepared;
    const sessions = prepared.definitions.map((definition) => ({ definition }));
    const outcome = await writeSessions(sessions, ({ definition }) =>
      createSession(store, definition, undefined, Date.now()),
    );
    const { written, failed, notWritten } = outcome;
    if (options.json) console.log(JSON.stringify({ v: 1, written, skipped, ...(failed && { failed }), notWritten }));
    if (failed !== undefined) throw importBrokeOff(outcome, {});
    if (options.json) return;
    const left = skipped.length === 0 ? "" : `, skipped ${counted(skipped.length, "existing session")}`;
    const next = written.length === 0 ? "" : " The first job of each logs in.";
    console.log(`${pc.green("Added")} ${counted(written.length, "session")}${left}.${next}`);
  });
}

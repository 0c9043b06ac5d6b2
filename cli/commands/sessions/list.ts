import { Command } from "commander";

import { withSessions } from "../../sessions/open-sessions.ts";
import { sessionTable } from "../../sessions/session-table.ts";
import { viewOf } from "../../sessions/session-view.ts";

interface ListOptions {
  readonly pool?: string;
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet sessions list` */
export function listCommand(): Command {
  return new Command("list")
    .description("Show all sessions, or those of one pool.")
    .option("--pool <name>", "only this pool's")
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  const records = await withSessions(options, ({ store }) => store.list());
  const nowMs = Date.now();
  const sessions = records
    .filter(({ pool }) => options.pool === undefined || pool === options.pool)
    .map((record) => viewOf(record, nowMs));
  if (options.json) console.log(JSON.stringify({ v: 1, sessions }));
  else if (sessions.length > 0) console.log(sessionTable(sessions, nowMs));
  else {
    const which = options.pool === undefined ? "There are no sessions" : `Pool ${options.pool} has no sessions`;
    console.log(
      `${which}. \`npx sublet sessions import DIR --site HOST\` or \`npx sublet sessions add FILE\` brings some.`,
    );
  }
}

import { randomUUID } from "node:crypto";

import { Command, Option } from "commander";
import pc from "picocolors";

import {
  POOL_ORDERS,
  SESSION_POLICIES,
  type PoolOrder,
  type SessionPolicy,
} from "../../../functions/core/session/session.ts";
import { counted } from "../../counted.ts";
import { startLiveLine } from "../../drain/live-line.ts";
import { readLoginFile } from "../../sessions/login-file.ts";
import { durationMs } from "../../sessions/duration.ts";
import { createSession } from "../../sessions/create-session.ts";
import { importBrokeOff } from "../../sessions/import-broke-off.ts";
import { withSessions, type Sessions } from "../../sessions/open-sessions.ts";
import { prepareImport } from "../../sessions/prepare-import.ts";
import { invalidSessions, type SessionProblem } from "../../sessions/problem.ts";
import { sealImport, type SealedSession } from "../../sessions/seal-import.ts";
import { replaceState } from "../../sessions/replace-state.ts";
import { writeSessions } from "../../sessions/write-sessions.ts";
import { wholeNumber } from "../../whole-number.ts";

interface ImportOptions {
  readonly site: string;
  readonly pool?: string;
  readonly policy?: SessionPolicy;
  readonly order?: PoolOrder;
  readonly pages?: number;
  readonly jobLimit?: number;
  readonly maxAge?: number;
  readonly maxUses?: number;
  readonly login?: string;
  readonly replace?: true;
  readonly skipExisting?: true;
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet sessions import DIR` */
export function importCommand(): Command {
  return new Command("import")
    .description("Import a folder of Playwright storage-state files, one session each, all of them or none.")
    .argument("<dir>", "the folder; a session is named by its file, without .json")
    .requiredOption("--site <host>", "host of the site that the logins are for")
    .option("--pool <name>", "pool that the sessions belong to")
    .addOption(
      new Option("--policy <policy>", "how jobs share a session; default: exclusive").choices(SESSION_POLICIES),
    )
    .addOption(
      new Option("--order <order>", "which session of the pool is next; default: least-recently-used").choices(
        POOL_ORDERS,
      ),
    )
    .addOption(new Option("--pages <number>", "jobs at once, with --policy pages").argParser(wholeNumber(1, 1_000)))
    .addOption(new Option("--job-limit <duration>", "limit of one job, such as 3m").argParser(durationMs))
    .addOption(new Option("--max-age <duration>", "how long a login is good for, such as 12h").argParser(durationMs))
    .addOption(new Option("--max-uses <number>", "retire after so many jobs").argParser(wholeNumber(1, 1_000_000_000)))
    .option("--login <file>", "JSON file that says how to log in again: strategy, input, credentials")
    .option("--replace", "replace the state of sessions that exist and aren't held")
    .addOption(new Option("--skip-existing", "leave sessions that exist as they are").conflicts("replace"))
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(importFolder);
}

/** Who wrote it, in the stamps of an imported state. */
const WRITER = "sublet-cli";
const WHAT_TO_DO = "Mend the files or the options and import again: nothing is imported until all of it is right.";

async function importFolder(folder: string, options: ImportOptions): Promise<void> {
  const login = options.login === undefined ? undefined : await readLoginFile(options.login);
  const common = {
    site: options.site,
    ...(options.pool !== undefined && { pool: options.pool }),
    ...(options.policy !== undefined && { policy: options.policy }),
    ...(options.order !== undefined && { order: options.order }),
    ...(options.pages !== undefined && { pages: options.pages }),
    ...(options.jobLimit !== undefined && { jobLimitMs: options.jobLimit }),
    ...(options.maxAge !== undefined && { maxAgeMs: options.maxAge }),
    ...(options.maxUses !== undefined && { maxUses: options.maxUses }),
    // Checked with the rest, so that its mistakes are told together with theirs.
    ...(login !== undefined && { login: login as { readonly strategy: string } }),
  };
  // With all that the logins load, for the commands that need them only.
  const { logins } = await import("../../../functions/strategies/login/registry.ts");
  await withSessions(options, async (sessions) => {
    const nowMs = Date.now();
    const existing = existingRule(options);
    const prepared = await prepareImport(sessions.store, { folder, common, existing, logins, nowMs });
    if (prepared.kind === "invalid") throw refused(prepared.problems, options);
    const { sealed, problems } = await sealImport(prepared.sessions, sessions.seal, { nowMs, writer: WRITER });
    if (problems.length > 0) throw refused(problems, options);
    await write(sealed, prepared.skipped, sessions, options);
  });
}

function existingRule({ replace, skipExisting }: ImportOptions): "refuse" | "replace" | "skip" {
  if (replace) return "replace";
  return skipExisting ? "skip" : "refuse";
}

function refused(problems: readonly SessionProblem[], { json }: ImportOptions): Error {
  if (json) console.log(JSON.stringify({ v: 1, written: [], errors: problems }));
  return invalidSessions(problems, WHAT_TO_DO);
}

async function write(
  sealed: readonly SealedSession[],
  skipped: readonly string[],
  { store, seal }: Sessions,
  options: ImportOptions,
): Promise<void> {
  const replacer = { store, seal, owner: { container: WRITER, invocation: randomUUID() }, now: Date.now };
  const interrupted = interruption();
  const line = startLiveLine(process.stderr);
  const outcome = await writeSessions(
    sealed,
    (session) =>
      session.replaces
        ? replaceState(session, session.replaces, replacer)
        : createSession(store, session.definition, session.sealed, Date.now()),
    {
      signal: interrupted.signal,
      onWritten: (count) => process.stderr.isTTY && line.show(`${count}/${sealed.length} sessions written`),
    },
  );
  line.stop();
  interrupted.stop();
  const { written, failed, notWritten } = outcome;
  if (options.json) console.log(JSON.stringify({ v: 1, written, skipped, ...(failed && { failed }), notWritten }));
  if (failed !== undefined || notWritten.length > 0) throw importBrokeOff(outcome, options);
  if (options.json) return;
  const left = skipped.length === 0 ? "" : `, skipped ${counted(skipped.length, "existing session")}`;
  const pool = options.pool === undefined ? "" : ` to pool ${options.pool}`;
  console.log(`${pc.green("Imported")} ${counted(written.length, "session")} of ${options.site}${pool}${left}.`);
  if (written.length > 0) console.log(`${pc.cyan("npx sublet sessions list")} shows them.`);
}

/** Ctrl-C ends an import between two sessions, so that it can say which are written. */
function interruption(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

import { Command } from "commander";
import pc from "picocolors";

import { quarantined } from "../../../functions/core/session/session-rules.ts";
import type { SessionCondition, SessionRecord } from "../../../functions/core/session/session.ts";
import { noSuchSession, readSession, withSessions } from "../../sessions/open-sessions.ts";
import { printable } from "../../sessions/printable.ts";
import { viewOf } from "../../sessions/session-view.ts";
import { reason as reasonOption } from "../../sessions/reason.ts";

interface ChangeOptions {
  readonly json?: true;
  readonly stack?: string;
}

interface ReasonedOptions extends ChangeOptions {
  readonly reason: string;
}

/** The longest that the rules know: an operator who puts a session aside wants to look at it first. */
const RECHECK_MS = 60 * 60_000;

/** `sublet sessions quarantine NAME` */
export function quarantineCommand(): Command {
  return reasoned("quarantine", "Put a session aside; within an hour a container checks it again.").action(
    (name: string, options: ReasonedOptions) =>
      change(name, options, ({ condition }, nowMs) => quarantined(condition, options.reason, nowMs, RECHECK_MS)),
  );
}

/** `sublet sessions retire NAME` */
export function retireCommand(): Command {
  return reasoned("retire", "Take a session out of use for good; its record stays.").action(
    (name: string, options: ReasonedOptions) =>
      change(name, options, ({ condition }, nowMs) =>
        condition.kind === "retired" ? undefined : { kind: "retired", reason: options.reason, sinceMs: nowMs },
      ),
  );
}

/** `sublet sessions restore NAME` */
export function restoreCommand(): Command {
  return named("restore", "Put a quarantined or retired session back to use.").action(
    (name: string, options: ChangeOptions) =>
      change(name, options, ({ condition }) => (condition.kind === "ready" ? undefined : { kind: "ready" })),
  );
}

function named(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<name>", "a session's name")
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack");
}

function reasoned(name: string, description: string): Command {
  return named(name, description).requiredOption("--reason <text>", "why, for whoever looks at it next", reasonOption);
}

/** @param next undefined where the session is so already: its holder isn't disturbed */
async function change(
  name: string,
  options: ChangeOptions,
  next: (record: SessionRecord, nowMs: number) => SessionCondition | undefined,
): Promise<void> {
  await withSessions(options, async ({ store }) => {
    const before = await readSession(store, name);
    const nowMs = Date.now();
    const condition = next(before, nowMs);
    const written = condition && (await store.setCondition(name, condition, nowMs));
    if (written?.kind === "unknown") throw noSuchSession(name);
    const session = viewOf(written?.record ?? before, nowMs);
    if (options.json) {
      console.log(JSON.stringify({ v: 1, changed: written !== undefined, session }));
      return;
    }
    const why = session.reason === undefined ? "" : `: ${printable(session.reason)}`;
    const held = written !== undefined && before.holder !== undefined;
    const ended = held ? ` The lease of ${printable(before.holder?.owner.container ?? "")} ended.` : "";
    const already = written === undefined ? " already" : "";
    console.log(`${name} is ${pc.bold(session.health)}${already}${why}.${ended}`);
  });
}

import { Command } from "commander";
import pc from "picocolors";

import { counted } from "../../counted.ts";
import { describeMs } from "../../sessions/duration.ts";
import { readSession, withSessions } from "../../sessions/open-sessions.ts";
import { printable } from "../../sessions/printable.ts";
import { ago, holder } from "../../sessions/session-table.ts";
import { viewOf, type SessionView } from "../../sessions/session-view.ts";
import { lookAtState, type StateLook } from "../../sessions/state-counts.ts";

interface ShowOptions {
  readonly json?: true;
  readonly stack?: string;
}

/** `sublet sessions show NAME` */
export function showCommand(): Command {
  return new Command("show")
    .description("Show all that is known of one session; of its state only how much there is.")
    .argument("<name>", "a session's name")
    .option("--json", "print one JSON object")
    .option("--stack <name>", "a deployed fleet stack; default: the running local stack")
    .action(show);
}

async function show(name: string, options: ShowOptions): Promise<void> {
  await withSessions(options, async ({ store, seal }) => {
    const record = await readSession(store, name);
    const nowMs = Date.now();
    const look = await lookAtState(record, seal, nowMs);
    const session = viewOf(record, nowMs);
    if (options.json) {
      console.log(JSON.stringify({ v: 1, session, state: stateJson(look) }));
      return;
    }
    for (const [label, value] of rows(session, look, nowMs)) {
      if (value !== undefined) console.log(`${pc.dim(label.padEnd(16))}${printable(String(value))}`);
    }
  });
}

function stateJson(look: StateLook): unknown {
  switch (look.kind) {
    case "none":
      return null;
    case "counted":
      return look.counts;
    case "unreadable":
      return { error: look.why };
  }
}

type Row = readonly [label: string, value: string | number | undefined];

function rows(session: SessionView, look: StateLook, nowMs: number): readonly Row[] {
  const { login, loggedInAtMs, recheckAtMs, maxAgeMs, sinceMs, lastUsedAtMs, holder: lease } = session;
  const at = (ms: number) => `${new Date(ms).toISOString()}, ${ago(ms, nowMs)}`;
  return [
    ["session", session.name],
    ["site", session.site],
    ["pool", session.pool && `${session.pool}, ${session.order}`],
    ["policy", session.policy === "pages" ? `pages, ${session.pages} at once` : session.policy],
    ["job limit", describeMs(session.jobLimitMs)],
    ["health", session.health],
    ["reason", session.reason],
    ["since", sinceMs && at(sinceMs)],
    ["next re-check", recheckAtMs && recheckText(recheckAtMs, nowMs)],
    ["error score", session.errorScore],
    ["uses", session.maxUses === undefined ? session.uses : `${session.uses} of ${session.maxUses}`],
    ["created", at(session.createdAtMs)],
    ["last used", lastUsedAtMs === undefined ? "never" : at(lastUsedAtMs)],
    ["login", login && [login.strategy, login.credentials].filter((part) => part !== undefined).join(", ")],
    ["login input", login && JSON.stringify(login.input)],
    ["endpoint", session.endpoint],
    ["logged in", loggedInAtMs === undefined ? "never" : at(loggedInAtMs)],
    ["login good for", loggedInAtMs && maxAgeMs && describeMs(loggedInAtMs + maxAgeMs - nowMs)],
    ["state", stateText(look)],
    ["fence", `${session.fence}, of the last login ${session.loginFence}`],
    ["revision", session.revision],
    ["fenced out", session.fencedOut],
    ["holder", lease && `${holder(session)}, invocation ${lease.owner.invocation}, for ${lease.purpose}`],
    ["held until", lease && new Date(lease.expiresAtMs).toISOString()],
  ];
}

function recheckText(atMs: number, nowMs: number): string {
  const when = atMs <= nowMs ? "due now" : `in ${describeMs(atMs - nowMs)}`;
  return `${new Date(atMs).toISOString()}, ${when}`;
}

function stateText(look: StateLook): string {
  switch (look.kind) {
    case "none":
      return "none";
    case "counted":
      return `${counted(look.counts.cookies, "cookie")}, ${counted(look.counts.origins, "origin")} with storage, ${look.counts.sealedBytes} bytes sealed`;
    case "unreadable":
      return look.why;
  }
}

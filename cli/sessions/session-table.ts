import Table from "cli-table3";
import pc from "picocolors";

import { describeMs } from "./duration.ts";
import { printable } from "./printable.ts";
import type { SessionView } from "./session-view.ts";

const HEALTH_COLOUR = {
  idle: pc.green,
  busy: pc.cyan,
  refreshing: pc.cyan,
  unhealthy: pc.red,
  retired: pc.dim,
} as const;

const EDGES = ["top", "bottom", "left", "right"] as const;
const NO_LINES = Object.fromEntries(
  [
    "mid",
    "mid-mid",
    "middle",
    ...EDGES,
    ...EDGES.flatMap((edge) => ["mid", "left", "right"].map((end) => `${edge}-${end}`)),
  ].map((name) => [name, ""]),
);

const REASON_MAX_CHARACTERS = 60;

/** A line for each session, under it why it can't be used. */
export function sessionTable(sessions: readonly SessionView[], nowMs: number): string {
  const table = new Table({
    head: "name,pool,policy,site,health,score,uses,last used,fence,fenced out,holder"
      .split(",")
      .map((name) => pc.dim(name)),
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    colAligns: ["left", "left", "left", "left", "left", "right", "right", "left", "right", "right", "left"],
  });
  for (const session of sessions) {
    table.push([
      session.name,
      session.pool ?? "",
      session.policy,
      session.site,
      health(session, nowMs),
      session.errorScore,
      session.uses,
      session.lastUsedAtMs === undefined ? "never" : ago(session.lastUsedAtMs, nowMs),
      session.fence,
      session.fencedOut,
      holder(session),
    ]);
  }
  return table.toString().replaceAll(/ +$/gmu, "");
}

function health({ health: kind, reason, sinceMs, loggedInAtMs }: SessionView, nowMs: number): string {
  const word = HEALTH_COLOUR[kind](kind);
  if (sinceMs === undefined) return kind === "idle" && loggedInAtMs === undefined ? `${word}, no login yet` : word;
  const why = printable(reason ?? "");
  const short = why.length > REASON_MAX_CHARACTERS ? `${why.slice(0, REASON_MAX_CHARACTERS - 1)}…` : why;
  return `${word} ${ago(sinceMs, nowMs)}\n${short}`;
}

export function holder({ holder: lease }: SessionView): string {
  if (lease === undefined) return "";
  return `${printable(lease.owner.container)}${lease.isOver ? pc.dim(" (ran out)") : ""}`;
}

export function ago(atMs: number, nowMs: number): string {
  return `${describeMs(nowMs - atMs)} ago`;
}

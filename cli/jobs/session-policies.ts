import type { SessionPolicy, SessionRecord } from "../../functions/core/session/session.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import { inParallel } from "../in-parallel.ts";
import { printable } from "../sessions/printable.ts";
import type { InvalidEntry } from "./check-jobs.ts";
import type { JobEntry } from "./read-jobs.ts";

const READS_AT_ONCE = 16;

type Lookups = Pick<SessionStore, "read" | "ready" | "expired" | "due">;

/** Every lease is over by then, and every re-check due. */
const FAR_AHEAD_MS = Date.UTC(9999, 0);

export interface NamedSessions {
  /** Of each named session that exists. */
  readonly policies: ReadonlyMap<string, SessionPolicy>;
  /** A line each for the jobs whose session isn't there, or is there no more. */
  readonly errors: readonly InvalidEntry[];
}

/** Looks up the sessions and pools that jobs name, each once. */
export async function readSessionPolicies(store: Lookups, entries: readonly JobEntry[]): Promise<NamedSessions> {
  const [sessions, poolErrors] = await Promise.all([readSessions(store, entries), readPools(store, entries)]);
  const errors = [...sessions.errors, ...poolErrors].toSorted((one, other) => one.line - other.line);
  return { policies: sessions.policies, errors };
}

async function readSessions(store: Lookups, entries: readonly JobEntry[]): Promise<NamedSessions> {
  const naming = entries.flatMap((entry) => {
    const { session, id } = fieldsOf(entry);
    return typeof session === "string" && session !== "" ? [{ line: entry.line, session, id }] : [];
  });
  const names = [...new Set(naming.map(({ session }) => session))];
  const found = await inParallel(names, READS_AT_ONCE, (name) => store.read(name));
  const records = new Map(names.map((name, index) => [name, found[index]]));
  return {
    policies: new Map([...records].flatMap(([name, record]) => (record ? [[name, record.policy] as const] : []))),
    errors: naming.flatMap(({ line, session, id }) => {
      const rule = whyUnusable(records.get(session));
      if (rule === undefined) return [];
      const value = JSON.stringify(session);
      return [{ line, ...(typeof id === "string" && { id }), field: "session", rule, value }];
    }),
  };
}

/** A worker can't tell a pool that nobody is in from a busy one: its jobs would go round until SQS gives them up. */
async function readPools(store: Lookups, entries: readonly JobEntry[]): Promise<InvalidEntry[]> {
  const naming = entries.flatMap((entry) => {
    const { sessionPool, id } = fieldsOf(entry);
    return typeof sessionPool === "string" && sessionPool !== "" ? [{ line: entry.line, sessionPool, id }] : [];
  });
  const pools = [...new Set(naming.map(({ sessionPool }) => sessionPool))];
  const found = await inParallel(pools, READS_AT_ONCE, (pool) => hasSessions(store, pool));
  const empty = new Set(pools.filter((_, index) => !found[index]));
  return naming.flatMap(({ line, sessionPool, id }) => {
    if (!empty.has(sessionPool)) return [];
    const rule = "must name a pool with a session that isn't retired";
    const value = JSON.stringify(sessionPool);
    return [{ line, ...(typeof id === "string" && { id }), field: "sessionPool", rule, value }];
  });
}

/** Looks into the pool's lists of the index: ready, held whoever long, put aside until whenever. */
async function hasSessions(store: Lookups, pool: string): Promise<boolean> {
  const lists = [store.ready(pool, 1), store.expired(pool, 1, FAR_AHEAD_MS), store.due(pool, 1, FAR_AHEAD_MS)];
  return (await Promise.all(lists)).some((names) => names.length > 0);
}

function whyUnusable(record: SessionRecord | undefined): string | undefined {
  if (record === undefined) return "must name a session that exists";
  if (record.condition.kind !== "retired") return undefined;
  return `must not name a retired session (${printable(record.condition.reason)})`;
}

function fieldsOf({ parsed }: JobEntry): Readonly<Record<string, unknown>> {
  const value = parsed.kind === "json" && typeof parsed.value === "object" ? parsed.value : null;
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

import type { SessionPolicy, SessionRecord } from "../../functions/core/session/session.ts";
import type { SessionStore } from "../../functions/core/session/session-store.ts";
import { inParallel } from "../in-parallel.ts";
import { printable } from "../sessions/printable.ts";
import type { InvalidEntry } from "./check-jobs.ts";
import type { JobEntry } from "./read-jobs.ts";

const READS_AT_ONCE = 16;

export interface NamedSessions {
  /** Of each named session that exists. */
  readonly policies: ReadonlyMap<string, SessionPolicy>;
  /** A line each for the jobs whose session isn't there, or is there no more. */
  readonly errors: readonly InvalidEntry[];
}

/** Looks up the sessions that jobs name, each once. */
export async function readSessionPolicies(
  store: Pick<SessionStore, "read">,
  entries: readonly JobEntry[],
): Promise<NamedSessions> {
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

function whyUnusable(record: SessionRecord | undefined): string | undefined {
  if (record === undefined) return "must name a session that exists";
  if (record.condition.kind !== "retired") return undefined;
  return `must not name a retired session (${printable(record.condition.reason)})`;
}

function fieldsOf({ parsed }: JobEntry): Readonly<Record<string, unknown>> {
  const value = parsed.kind === "json" && typeof parsed.value === "object" ? parsed.value : null;
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

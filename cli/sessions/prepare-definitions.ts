import type { SessionDefinition } from "../../functions/core/session/session.ts";
import { checkDefinition, type Logins } from "./check-definition.ts";
import { readDefinitionEntries, type DefinitionEntry } from "./definition-entries.ts";
import { poolOrderProblems } from "./pool-orders.ts";
import type { SessionProblem } from "./problem.ts";

export type PreparedDefinitions =
  | { readonly kind: "ready"; readonly definitions: readonly SessionDefinition[]; readonly skipped: readonly string[] }
  | { readonly kind: "invalid"; readonly problems: readonly SessionProblem[] };

interface AddRequest {
  readonly stored: readonly Pick<SessionDefinition, "name" | "pool" | "order">[];
  readonly logins: Logins;
  readonly skipExisting: boolean;
}

/** Checks a text of definitions, and answers all that is wrong at once. */
export function prepareDefinitions(text: string, { stored, logins, skipExisting }: AddRequest): PreparedDefinitions {
  const names = new Set(stored.map(({ name }) => name));
  const { entries, problems: unreadable } = readDefinitionEntries(text);
  const problems = [...unreadable];
  const lines = new Map<string, number>();
  const definitions: SessionDefinition[] = [];
  const skipped: string[] = [];
  for (const entry of entries) {
    const { line } = entry;
    const checked = checkDefinition(entry.value, logins);
    const name = checked.kind === "valid" ? checked.definition.name : nameIn(entry);
    const session = name === undefined ? {} : { session: name };
    const say = (problem: Omit<SessionProblem, "line">) => problems.push({ line, ...session, ...problem });
    if (checked.kind === "invalid") checked.problems.forEach(say);
    else if (checked.definition.login === undefined) {
      say({ field: "login", rule: "must be there: a session without a state has to log in by itself" });
    }
    const before = name === undefined ? undefined : lines.get(name);
    if (before !== undefined)
      say({ field: "name", rule: `must be the only one of its name; line ${before} has it too` });
    else if (name !== undefined) lines.set(name, line);
    if (checked.kind === "invalid") continue;
    if (!names.has(checked.definition.name)) definitions.push(checked.definition);
    else if (skipExisting) skipped.push(checked.definition.name);
    else say({ field: "name", rule: "must be new: a session of this name exists" });
  }
  problems.push(...poolOrderProblems(definitions, stored));
  if (entries.length + unreadable.length === 0) problems.push({ rule: "there must be at least one session" });
  return problems.length > 0 ? { kind: "invalid", problems } : { kind: "ready", definitions, skipped };
}

function nameIn({ value }: DefinitionEntry): string | undefined {
  const name = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
  return typeof name === "string" && name !== "" ? name.slice(0, 128) : undefined;
}

import type { Resource } from "./synthesized-stage.ts";

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: unknown;
}

/** Every policy statement of a resource, wherever in its properties it stands. */
export function statementsOf(resource: Resource): Statement[] {
  const found: Statement[] = [];
  walk(resource.Properties, (value) => {
    if (typeof value["Effect"] === "string") found.push(value as unknown as Statement);
  });
  return found;
}

/** What a statement gives away beyond single actions on single resources. Denials give nothing away. */
export function giveaways(statement: Statement): string[] {
  if (statement.Effect === "Deny") return [];
  const found: string[] = [];
  for (const key of ["NotAction", "NotResource", "NotPrincipal"] as const) {
    if (statement[key] !== undefined) found.push(`allows by ${key}`);
  }
  for (const action of listOf(statement.Action)) {
    if (String(action).includes("*")) found.push(`action ${String(action)}`);
  }
  for (const resource of listOf(statement.Resource)) {
    const text = JSON.stringify(resource);
    if (text.includes("*")) found.push(`resource ${text}`);
  }
  for (const principal of listOf(statement.Principal)) {
    const text = JSON.stringify(principal);
    if (text.includes("*")) found.push(`principal ${text}`);
  }
  return found;
}

export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function walk(value: unknown, visit: (object: Readonly<Record<string, unknown>>) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value as Record<string, unknown>);
  for (const child of Object.values(value)) walk(child, visit);
}

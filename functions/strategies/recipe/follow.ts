import { resolveAddress, withoutFragment } from "../page/address.ts";
import { visit } from "../page/visit.ts";
import { within } from "../page/within.ts";
import { LIST_MAX_ROWS } from "../reading/field.ts";
import { joinValues, newScope, type RecipeJob, type Scope, type Values } from "./recipe-job.ts";
import type { Follow } from "./steps.ts";

const OPEN_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Opens each link, runs the step's steps there, and joins the results to the scope's values. */
export async function follow(job: RecipeJob, scope: Scope, step: Follow, path: string): Promise<void> {
  const at = `${path} (follow)${scope.where}`;
  const rows = step.rows === undefined ? undefined : rowsOf(scope.values[step.rows]);
  const found = rows === undefined ? await linksOf(job, scope, step, at) : rows.map((row) => row[step.link ?? ""]);
  const base = scope.page.url();
  const addresses = found.map((address) =>
    typeof address === "string" && address !== "" ? resolveAddress(address, base, at) : undefined,
  );
  const unique = [...new Map(addresses.filter((one) => one !== undefined).map((one) => [withoutFragment(one), one]))];
  const chosen = unique.slice(0, step.max);
  if (chosen.length < unique.length) {
    const problem = `${unique.length} addresses, the first ${chosen.length} were opened`;
    job.problems.push({ at, field: step.as ?? step.rows ?? "", problem });
  }
  const results = await onPage(job, scope, step, at, (target) => visitAll(job, target, step, path, at, chosen));
  if (rows === undefined) {
    const list = chosen.map(([key, url]) => ({ url, ...results.get(key) }));
    return joinValues(scope.values, { [step.as ?? ""]: list }, at);
  }
  for (const [index, row] of rows.entries()) {
    const address = addresses[index];
    if (address !== undefined) Object.assign(row, results.get(withoutFragment(address)));
  }
}

async function visitAll(
  job: RecipeJob,
  target: Scope,
  step: Follow,
  path: string,
  at: string,
  links: readonly (readonly [string, string])[],
): Promise<Map<string, Values>> {
  const results = new Map<string, Values>();
  for (const [key, url] of links) {
    const scope: Scope = { ...target, values: {}, where: ` at ${url.slice(0, 200)}` };
    await visit(job.run, target.page, url, { at });
    await job.runSteps(scope, step.steps, path);
    await scope.reads.flush(job.run, scope.page);
    results.set(key, scope.values);
  }
  return results;
}

async function linksOf(job: RecipeJob, scope: Scope, step: Follow, at: string): Promise<readonly unknown[]> {
  let links: readonly unknown[] = [];
  const field = {
    selector: step.selector ?? "a",
    attribute: step.attribute,
    how: "url" as const,
    rows: LIST_MAX_ROWS,
    cut: true,
    maxCharacters: 2_000,
    required: false,
    fields: null,
  };
  scope.reads.add({
    at,
    request: { kind: "fields", fields: [field] },
    settle: (answer) => {
      const list = answer.kind === "fields" ? answer.values[0] : undefined;
      if (Array.isArray(list)) links = list;
    },
  });
  await scope.reads.flush(job.run, scope.page);
  return links;
}

/** Leaves the scope's own page where it is unless the step says `same`. */
async function onPage<Value>(
  job: RecipeJob,
  scope: Scope,
  step: Follow,
  at: string,
  use: (target: Scope) => Promise<Value>,
): Promise<Value> {
  if (step.page === "same") return use(scope);
  const page = await within(job.run, OPEN_TIMEOUT_MS, at, () => job.run.context.newPage());
  try {
    return await use(newScope(page));
  } finally {
    // A page that won't close goes with its context.
    await within(job.run, CLOSE_TIMEOUT_MS, at, () => page.close()).catch(() => undefined);
  }
}

function rowsOf(value: unknown): Values[] {
  if (!Array.isArray(value)) return [];
  return value.filter((row): row is Values => typeof row === "object" && row !== null && !Array.isArray(row));
}
